import { broken, checkInvariants } from "@huimin/service-ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBreaker } from "./compose/breaker.ts";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, person, signIn } = district;
const money = { currency: "CNY" };
let cashier = "";
let checker = "";

/** A person's command that posts in book G, approved by another person. */
async function approved(token: string, address: string, body: object) {
  const made = await person(token, "POST", address, body);
  expect(made).toMatchObject({ status: 202 });
  return person(checker, "POST", `/proposals/${made.body.proposal}/approval`);
}

beforeAll(async () => {
  await district.start();
  await district.lend("L1", "20000.00");
  district.now = Date.UTC(2020, 5, 30, 1, 0, 0);
  cashier = await signIn("cashier", "FIN-C");
  checker = await signIn("checker", "FIN-R");
});
afterAll(() => district.stop());

describe("the risk chain over HTTP", () => {
  it("given a loan 90 days overdue, then deposit, application, approval, payment and recovery end in the books", async () => {
    expect(
      (await approved(cashier, "/risk-fund/deposit-risk-fund", { bank: "K1", amount: "15000.00", valueDate: "2020-01-02" })).status,
    ).toBe(201);
    const application = {
      ...money,
      ref: "C1",
      obligor: "HH1",
      // 20,000.00 × 4.75 % × 98 / 360
      loans: [{ loan: "L1", principal: "20000.00", interest: "258.61" }],
      valueDate: "2020-05-30",
    };
    const wrong = { ...application, loans: [{ ...application.loans[0], interest: "258.62" }] };
    expect(await bank("compensation-applications", wrong)).toMatchObject({
      status: 422,
      body: { code: "COMPENSATION_INTEREST_DIFFERS", detailEn: expect.stringContaining("258.61") },
    });
    expect((await bank("compensation-applications", application)).status).toBe(201);
    // What another bank asks about is answered like what does not exist (ADR 12).
    expect((await bank("compensation-applications", application, { keyId: "k2" })).body.code).toBe("COMPENSATION_LOAN_UNKNOWN");
    const approval = await person(checker, "POST", "/risk-fund/approve-compensation", { ref: "C1", valueDate: "2020-06-01" });
    expect(approval).toMatchObject({ status: 201, body: { shares: { fund: "14181.03", bank: "6077.58" } } });
    const paid = await approved(cashier, "/risk-fund/pay-compensation", {
      ref: "C1",
      party: "fund",
      serial: "F1",
      valueDate: "2020-06-02",
    });
    expect(paid).toMatchObject({ status: 201, body: { paid: "14181.03", principalPart: "14000.00" } });
    const recovery = { ...money, ref: "C1", gross: "1000.00", cost: "0.00", serial: "R1", valueDate: "2020-06-20" };
    expect(await bank("recoveries", recovery)).toMatchObject({ status: 201, body: { shares: { fund: "700.00", bank: "300.00" } } });
    const again = await bank("recoveries", recovery);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    const position = again.body.position;
    const read = (address: string) => person(checker, "GET", `${address}?min-position=${position}`);
    expect((await read("/risk-fund/accounts/K1")).body).toEqual({ bank: "K1", cash: "1518.97" });
    expect((await read("/risk-fund/obligors/HH1")).body.cases).toEqual([{ ref: "C1", bank: "K1", claim: "13481.03", writtenOff: "0.00" }]);
    expect((await read("/risk-fund/cases/C1")).body).toMatchObject({ status: "approved", base: "20258.61", payments: [{ party: "fund" }] });
    expect((await read("/risk-fund/cases/C9")).body.code).toBe("CASE_UNKNOWN");
    expect((await bank("recovery-reversals", { ref: "C1", serial: "R1", reversalSerial: "R2", valueDate: "2020-06-25" })).status).toBe(201);
    expect((await approved(checker, "/risk-fund/write-off-claim", { obligor: "HH1", valueDate: "2020-06-29" })).body.code).toBe(
      "SAME_PERSON",
    );
  });

  it("given a village above its limit, when the daily job runs twice, then new loans are blocked once, until the reset", async () => {
    expect(await runBreaker(district.platform, "2020-06-29")).toEqual({ tripped: 2, passed: 0 });
    expect(await runBreaker(district.platform, "2020-06-29")).toEqual({ tripped: 0, passed: 2 });
    const of = { loan: "L2", household: "HH1" };
    const applied = await bank("loan-applications", {
      ...{ ...money, ...of, borrower: district.borrower, bank: "K1", amount: "1000.00", purpose: "养殖", termMonths: 12 },
      valueDate: "2020-06-30",
    });
    expect(applied.status).toBe(201);
    const approval = { ...money, ...of, amount: "1000.00", annualRate: "4.35", due: "2021-06-30", valueDate: "2020-06-30" };
    expect((await bank("loan-approvals", approval)).body.code).toBe("CIRCUIT_BREAKER");
    const promoter = await signIn("promoter", "FOF");
    for (const [scope, code] of [
      ["village", "410803009204"],
      ["township", "410803009"],
    ]) {
      const reset = { scope, code, reason: "已清收", valueDate: "2020-06-30" };
      expect((await person(promoter, "POST", "/risk-fund/reset-breaker", reset)).status).toBe(201);
    }
    expect((await bank("loan-approvals", approval)).body.code).not.toBe("CIRCUIT_BREAKER");
  });

  it("then every invariant holds, the fund identity among them", async () => {
    const results = await checkInvariants(district.platform);
    expect(broken(results)).toEqual([]);
    expect(results.find(({ id }) => id === "2.7-5-fund-identity")?.failed).toBe(0);
  });
});
