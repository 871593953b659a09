import { describe, expect, it } from "vitest";
import {
  EnrolHousehold,
  GrantBlockOverride,
  ProposeBatch,
  SignBatchContract,
  SignEquityEntrustment,
  WithdrawBatch,
  WithdrawEnrolment,
} from "./index.ts";
import { CONSENT, contract, ENT, enrolment, FIN_R, FOF, ITEMS, K2, SIGNED_ON, VIL, World } from "./world.fixture.ts";

const proposal = (more: object = {}) => ({ batch: "B1", enterprise: "E1", bank: "K1", cap: "100000.00", valueDate: SIGNED_ON, ...more });

describe("a batch is proposed (1.1)", () => {
  it("while the model is open, by an enterprise and with a bank that are registered", () => {
    const world = new World();
    expect(world.accept(ProposeBatch, proposal(), FOF)).toEqual({ batch: "B1", status: "proposed", window: "open" });
    expect(world.code(ProposeBatch, proposal(), FOF)).toBe("BATCH_EXISTS");
    const next = { batch: "B2" };
    expect(world.code(ProposeBatch, proposal({ ...next, valueDate: "2016-12-24" }), FOF)).toBe("MODEL_NOT_OPEN");
    expect(world.code(ProposeBatch, proposal({ ...next, valueDate: "2021-03-04" }), FOF)).toBe("MODEL_FORBIDDEN");
    expect(world.code(ProposeBatch, proposal({ ...next, enterprise: "E9" }), FOF)).toBe("BATCH_ENTERPRISE_UNKNOWN");
    expect(world.code(ProposeBatch, proposal({ ...next, bank: "K9" }), FOF)).toBe("BATCH_BANK_UNKNOWN");
    world.fact("enterprise/E1", "EnterpriseSuspended", "2017-06-01", { enterprise: "E1", reason: "r" });
    expect(world.code(ProposeBatch, proposal({ ...next, valueDate: "2017-06-01" }), FOF)).toBe("ENTERPRISE_SUSPENDED");
  });

  it("and withdrawn before a contract only", () => {
    const world = new World().propose();
    const body = { batch: "B1", reason: "no demand", valueDate: SIGNED_ON };
    expect(world.accept(WithdrawBatch, body, FOF)).toEqual({ batch: "B1", status: "withdrawn" });
    expect(world.code(WithdrawBatch, body, FOF)).toBe("BATCH_NOT_PROPOSED");
    expect(world.code(EnrolHousehold, enrolment("H1", "1.00"), VIL)).toBe("BATCH_NOT_PROPOSED");
    expect(world.code(SignBatchContract, contract())).toBe("BATCH_NOT_PROPOSED");
  });
});

describe("a household enters a batch (1.2)", () => {
  it("of its own will, by an adult member, within the cap", () => {
    const world = new World().propose();
    expect(world.accept(EnrolHousehold, enrolment("H1", "50000.00"), VIL)).toMatchObject({ enrolled: true });
    expect(world.code(EnrolHousehold, enrolment("H1", "1.00"), VIL)).toBe("BATCH_HOUSEHOLD_ENROLLED");
    expect(world.code(EnrolHousehold, enrolment("H2", "50000.01"), VIL)).toBe("BATCH_ABOVE_CAP");
    expect(world.code(EnrolHousehold, enrolment("H2", "0.00"), VIL)).toBe("BATCH_NOTHING_PAID");
    expect(world.code(EnrolHousehold, enrolment("H9", "1.00"), VIL)).toBe("BATCH_HOUSEHOLD_UNKNOWN");
    expect(world.code(EnrolHousehold, enrolment("H2", "1.00", { signer: "H1-head" }), VIL)).toBe("BATCH_SIGNER_NOT_MEMBER");
    expect(world.code(EnrolHousehold, enrolment("H2", "1.00", { signer: "H2-young" }), VIL)).toBe("BATCH_SIGNER_AGE");
    expect(world.code(EnrolHousehold, enrolment("H2", "1.00", { signer: "H2-unknown" }), VIL)).toBe("BATCH_SIGNER_BIRTH_DATE_UNKNOWN");
    expect(world.code(EnrolHousehold, enrolment("H2", "1.00", { batch: "B9" }), VIL)).toBe("BATCH_UNKNOWN");
    const early = enrolment("H2", "1.00", { valueDate: "2013-12-31" });
    expect(world.code(EnrolHousehold, early, VIL)).toBe("BATCH_HOUSEHOLD_NOT_ELIGIBLE");
  });

  it("may leave it before the contract, and not join a signed one", () => {
    const world = new World().propose().enrol();
    const leave = { batch: "B1", household: "H3", reason: "changed its mind", valueDate: SIGNED_ON };
    expect(world.accept(WithdrawEnrolment, leave, VIL)).toMatchObject({ enrolled: false });
    expect(world.code(WithdrawEnrolment, leave, VIL)).toBe("BATCH_HOUSEHOLD_NOT_ENROLLED");
    world.accept(SignBatchContract, contract({ items: ITEMS.slice(0, 2) }));
    expect(world.code(EnrolHousehold, enrolment("H3", "1.00"), VIL)).toBe("OLD_BATCH");
    expect(world.code(WithdrawEnrolment, { ...leave, household: "H1" }, VIL)).toBe("BATCH_NOT_PROPOSED");
  });

  it("stays within the batch's own cap, and at one bank with one borrower", () => {
    const world = new World();
    world.accept(ProposeBatch, proposal({ cap: "60000.00" }), FOF);
    world.accept(EnrolHousehold, enrolment("H1", "50000.00"), VIL);
    expect(world.code(EnrolHousehold, enrolment("H2", "10000.01"), VIL)).toBe("BATCH_ABOVE_ITS_CAP");
    const applied = { loan: "L9", household: "H2", borrower: "H2-head", bank: "K2", amount: "1000.00", purpose: "养殖", termMonths: 12 };
    world.fact("credit/H2", "LoanApplied", "2017-02-01", applied);
    expect(world.code(EnrolHousehold, enrolment("H2", "1000.00"), VIL)).toBe("BATCH_DOUBLE_APPLICATION");
  });
});

describe("the contract of a batch (1.3)", () => {
  it("commits each loan in its household's credit file, at the bank of the batch", () => {
    const world = new World().propose().enrol();
    expect(world.code(SignBatchContract, contract(), K2)).toBe("BATCH_OTHER_BANKS");
    expect(world.accept(SignBatchContract, contract({ total: "100000.00" }))).toMatchObject({
      total: "100000.00",
      loans: 3,
      yearBase: 360,
    });
    expect(world.events("credit/H1").at(-1)).toMatchObject({
      type: "LoanApproved",
      payload: { loan: "L1", batch: "B1", enterprise: "E1", borrower: "H1-head", amount: "50000.00", contractDate: SIGNED_ON },
    });
    expect(world.batch().loans).toEqual(["L1", "L2", "L3"]);
  });

  it("is judged by its date (3.3): warned with evidence, blocked but for two offices, forbidden for all", () => {
    const world = new World().propose().enrol();
    const on = (valueDate: string, more: object = {}) =>
      contract({ valueDate, due: `${Number(valueDate.slice(0, 4)) + 2}-01-01`, ...more });
    expect(world.code(SignBatchContract, on("2017-07-25", { participationEvidence: false }))).toBe("EVIDENCE_MISSING");
    expect(world.log.decide(SignBatchContract, on("2017-07-25") as never, { recordedAt: "2018-01-01T08:00:00+08:00" })).toMatchObject({
      ok: true,
      value: { answer: { warning: "W1" } },
    });
    expect(world.code(SignBatchContract, on("2018-01-01"))).toBe("MODEL_BLOCKED");
    const grant = { batch: "B1", document: "D-7", valueDate: "2018-01-01" };
    world.accept(GrantBlockOverride, grant, FIN_R);
    expect(world.code(SignBatchContract, on("2018-01-01", { overrideDocument: "D-7" }))).toBe("BATCH_OVERRIDE_DIFFERS");
    world.accept(GrantBlockOverride, grant, FOF);
    expect(world.code(SignBatchContract, on("2021-03-04", { overrideDocument: "D-7" }))).toBe("MODEL_FORBIDDEN");
    world.accept(SignBatchContract, on("2018-01-01", { overrideDocument: "D-7" }));
    expect(world.events("batch/B1").at(-1)?.payload).toMatchObject({ override: { document: "D-7" } });
  });

  it.each([
    ["BATCH_REPAYER_NOT_ENTERPRISE", { repayer: "H1" }],
    ["BATCH_TERM_TOO_LONG", { due: "2020-03-02" }],
    ["BATCH_DATES_REVERSED", { due: SIGNED_ON }],
    ["BATCH_RATE_NOT_BENCHMARK", { annualRate: "4.76" }],
    ["BATCH_RATE_NOT_BENCHMARK", { annualRate: "4.35" }],
    ["BATCH_TOTAL_DIFFERS", { total: "100000.01" }],
    ["BATCH_ITEMS_INVALID", { items: [...ITEMS, ITEMS[0]] }],
    ["BATCH_ITEMS_INVALID", { items: [{ ...ITEMS[0], amount: "0.00" }] }],
    ["BATCH_ABOVE_ENROLMENT", { items: [{ ...ITEMS[1], amount: "30000.01" }] }],
    ["BATCH_HOUSEHOLD_NOT_ENROLLED", { items: [{ ...ITEMS[0], household: "H4" }] }],
    ["BATCH_FIELD_INVALID", { due: "2019-02-30" }],
  ])("is refused with %s", (code, more) => {
    expect(new World().propose().enrol().code(SignBatchContract, contract(more))).toBe(code);
  });

  it("given a model that was opened before the table of rates begins, when signed there, then no rate is guessed", () => {
    const world = new World();
    world.fact("policy/model1.open.from", "PolicyParameterSet", "2012-01-01", {
      ...{ key: "model1.open.from", value: "true", from: "2012-01-01", document: "示例〔2012〕1号" },
    });
    const enterprise = { enterprise: "E0", name: "E0", creditCode: "91410899MA9DEM01XL", roles: ["carrier"] };
    world.fact("enterprise/E0", "EnterpriseRegistered", "2010-01-01", enterprise);
    world.accept(ProposeBatch, proposal({ enterprise: "E0" }), FOF);
    const before = world.log.all.length;
    expect(world.refuse(SignBatchContract, contract({ valueDate: "2012-07-05", due: "2014-07-05" }))).toEqual({
      code: "BATCH_RATE_UNKNOWN",
      details: { on: "2012-07-05" },
    });
    expect(world.log.all.length).toBe(before);
    expect(world.batch().contracts).toEqual([]);
    // From its first day on the table answers; the next check is the rate itself.
    expect(world.code(SignBatchContract, contract({ valueDate: "2012-07-06", due: "2014-07-06" }))).toBe("BATCH_RATE_NOT_BENCHMARK");
  });

  it("is refused for a bankrupt enterprise, a blocked village, a loan number in use, and in the future", () => {
    const world = new World().propose().enrol();
    expect(world.log.decide(SignBatchContract, contract() as never, { recordedAt: "2017-02-28T08:00:00+08:00" })).toMatchObject({
      refusal: { code: "BATCH_DATE_IN_FUTURE" },
    });
    world.fact("breaker/village-V1", "CircuitBreakerTripped", SIGNED_ON, { scope: "village", code: "V1" });
    expect(world.code(SignBatchContract, contract())).toBe("BATCH_CIRCUIT_BREAKER");
    world.fact("breaker/village-V1", "CircuitBreakerReset", SIGNED_ON, { scope: "village", code: "V1", reason: "r" });
    world.fact("loan/L1", "DebtorDied", SIGNED_ON, {});
    expect(world.code(SignBatchContract, contract())).toBe("BATCH_LOAN_TAKEN");
    world.bankrupt("2017-02-28");
    expect(world.code(SignBatchContract, contract())).toBe("ENTERPRISE_BANKRUPT");
  });

  it("may be signed below the benchmark with the document that grants it", () => {
    expect(
      new World()
        .propose()
        .enrol()
        .accept(SignBatchContract, contract({ annualRate: "4.35", rateDocument: "D-1" })),
    ).toMatchObject({ loans: 3 });
  });

  it("counts the credit group as one, other batches and items of the contract included", () => {
    const world = new World().signed().household("H1-2", "H1").propose("B2");
    expect(world.code(EnrolHousehold, enrolment("H1-2", "0.01", { batch: "B2" }), VIL)).toBe("BATCH_ABOVE_CAP");
    expect(world.accept(EnrolHousehold, enrolment("H2", "20000.00", { batch: "B2" }), VIL)).toMatchObject({ enrolled: true });
    const twice = [
      { loan: "L21", household: "H2", amount: "15000.00" },
      { loan: "L22", household: "H2", amount: "5000.01" },
    ];
    expect(world.code(SignBatchContract, contract({ batch: "B2", items: twice }))).toBe("BATCH_ABOVE_ENROLMENT");
  });

  it("is supplemented by further loans, whose items carry the consent of new households", () => {
    const world = new World().signed();
    const items = [{ loan: "L4", household: "H4", amount: "40000.00" }];
    expect(world.code(SignBatchContract, contract({ items }))).toBe("BATCH_HOUSEHOLD_NOT_ENROLLED");
    const consented = items.map((item) => ({ ...item, consentHash: CONSENT, signer: "H4-head" }));
    expect(world.code(SignBatchContract, contract({ items: [{ ...consented[0], signer: "H4-young" }] }))).toBe("BATCH_SIGNER_AGE");
    expect(world.accept(SignBatchContract, contract({ items: consented }))).toMatchObject({ total: "40000.00" });
    expect(world.batch().loans).toEqual(["L1", "L2", "L3", "L4"]);
    const more = [{ loan: "L5", household: "H3", amount: "10000.00" }];
    expect(world.code(SignBatchContract, contract({ items: more }))).toBe("BATCH_ABOVE_ENROLMENT");
  });
});

describe("the entrustment of the stakes (1.4)", () => {
  const entrustment = (more: object = {}) => ({ batch: "B1", total: "100000.00", noRepaymentDuty: true, valueDate: SIGNED_ON, ...more });

  it("is for the whole of the loans, without a duty to repay", () => {
    const world = new World().propose().enrol();
    expect(world.code(SignEquityEntrustment, entrustment(), ENT)).toBe("BATCH_NOT_SIGNED");
    world.accept(SignBatchContract, contract());
    expect(world.code(SignEquityEntrustment, entrustment({ total: "99999.99" }), ENT)).toBe("BATCH_TOTAL_DIFFERS");
    expect(world.accept(SignEquityEntrustment, entrustment({ dividendRate: "8" }), ENT)).toEqual({ batch: "B1", total: "100000.00" });
    expect(world.events("batch/B1").at(-1)?.payload).toMatchObject({ trustee: "E1", dividendRate: "8", noRepaymentDuty: true });
  });
});
