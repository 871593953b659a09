import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict, SECRETS } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, person, signIn } = district;
const lend = (loan: string, amount: string) => district.lend(loan, amount);
const money = { currency: "CNY" };

beforeAll(async () => {
  await district.start();
  await lend("L1", "50000.00");
  district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
});
afterAll(() => district.stop());

describe("what posts in book G", () => {
  it("given a maker's command, then it waits; the maker can't approve it, another person with the role can, once", async () => {
    const maker = await signIn("maker-and-checker", "FIN-M", "FIN-R");
    const checker = await signIn("second-person", "FIN-R");
    const outsider = await signIn("outsider", "POV");
    const body = { amount: "100000.00", source: "区", document: "中财〔2018〕3号", valueDate: "2018-03-20" };
    expect(await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, null)).toMatchObject({
      status: 400,
      body: { code: "IDEMPOTENCY_KEY_MISSING" },
    });
    const made = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, "appropriate-1");
    expect(made).toMatchObject({ status: 202, body: { status: "open" } });
    const repeated = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, "appropriate-1");
    expect(repeated.body.proposal).toBe(made.body.proposal);
    const { items } = (await person(checker, "GET", "/proposals")).body;
    expect(items).toMatchObject([
      { proposal: made.body.proposal, command: "AppropriateSubsidyFunds", makerRole: "FIN-M", checkerRoles: ["FIN-R"], body },
    ]);
    const approval = `/proposals/${made.body.proposal}/approval`;
    expect(await person(maker, "POST", approval)).toMatchObject({ status: 403, body: { code: "SAME_PERSON" } });
    expect(await person(outsider, "POST", approval)).toMatchObject({ status: 403, body: { code: "CHECKER_ROLE_REQUIRED" } });
    const approved = await person(checker, "POST", approval, undefined, "ok-1");
    expect(approved.status).toBe(201);
    expect(await person(checker, "POST", approval, undefined, "ok-1")).toMatchObject({ status: 200, body: approved.body });
    expect(await person(checker, "POST", approval)).toMatchObject({ status: 409, body: { code: "PROPOSAL_ALREADY_DECIDED" } });
    expect((await person(checker, "GET", "/proposals")).body.items).toEqual([]);
    const balance = await person(checker, "GET", `/balances?account=1002.01&min-position=${approved.body.position}`);
    expect(balance.body.balance).toMatchObject({ side: "debit", amount: "100000.00" });
    const [event] = await district.platform.store.readAll(DISTRICT, approved.body.position - 1, 1);
    expect(event).toMatchObject({ type: "SubsidyFundsAppropriated", role: "FIN-M", channel: "ui" });
    expect(event?.checker).not.toBe(event?.actor);
  });

  it("given a rejection by the checker or a withdrawal by the maker, then nothing is posted", async () => {
    const maker = await signIn("maker2", "FIN-M");
    const checker = await signIn("checker2", "FIN-R");
    const body = { amount: "7.00", source: "区" };
    const first = (await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body)).body.proposal;
    const second = (await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body)).body.proposal;
    expect((await person(maker, "POST", `/proposals/${first}/rejection`, { reason: "金额不对" })).body.code).toBe("SAME_PERSON");
    expect((await person(checker, "POST", `/proposals/${first}/rejection`, { reason: "金额不对" })).status).toBe(201);
    expect((await person(checker, "POST", `/proposals/${second}/withdrawal`, { reason: "不再需要" })).body.code).toBe("NOT_THE_MAKER");
    expect((await person(maker, "POST", `/proposals/${second}/withdrawal`, { reason: "不再需要" })).status).toBe(201);
    const trial = await person(checker, "GET", `/trial-balance?book=G&min-position=${await district.platform.store.head(DISTRICT)}`);
    expect(trial.body.totals.G).toEqual({ debit: "100000.00", credit: "100000.00" });
  });
});

describe("the books over both time axes", () => {
  it("given a position or an instant, then they answer as known then; a closed period stays closed", async () => {
    const asked = await signIn("reader", "AUD");
    const repaid = await bank("repayments", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "R1", principal: "600.00" });
    expect(repaid.status).toBe(201);
    const head = await district.platform.store.head(DISTRICT);
    const at = async (query: string) =>
      (await person(asked, "GET", `/balances?account=9201&loan=L1&min-position=${head}&${query}`)).body.balance?.amount;
    expect(await at("as-of=2018-03-19")).toBe("50000.00");
    expect(await at("")).toBe("49400.00");
    expect(await at("known-at=2018-03-20T00:00:00%2B08:00")).toBe("50000.00");
    expect((await person(asked, "GET", "/balances?account=9201&known-at=yesterday")).body.code).toBe("KNOWN_AT_INVALID");
    expect((await person(asked, "GET", "/balances?account=constructor")).body.code).toBe("ACCOUNT_UNKNOWN");
    expect((await person(asked, "GET", "/vouchers/1")).body.code).toBe("VOUCHER_MISSING");
    const closer = await signIn("closer", "FIN-R");
    expect((await person(closer, "POST", "/periods/closings", { period: "2018-02" })).status).toBe(201);
    expect((await person(closer, "POST", "/periods/closings", { period: "2018-02" })).status).toBe(409);
  });

  it("given the log, then no name and no number is in it", async () => {
    const events = JSON.stringify(await district.platform.store.readAll(DISTRICT, 0, 1000));
    for (const secret of SECRETS) expect(events).not.toContain(secret);
  });
});
