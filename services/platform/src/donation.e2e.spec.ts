import { broken, checkInvariants } from "@huimin/service-ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, person, signIn } = district;
const money = { currency: "CNY" };
let cashier = "";
let checker = "";
let office = "";
let poverty = "";
let village = "";

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
  office = await signIn("office", "OFFICE");
  poverty = await signIn("poverty", "POV");
  village = await signIn("village", "VIL");
});
afterAll(() => district.stop());

describe("社企共助 over HTTP", () => {
  it("given a donor, then money and goods come, are used, and stand in the books, the sheet and the lists", async () => {
    const donor = { party: "N1", kind: "donor", name: "示例公司", valueDate: "2020-01-02" };
    expect((await person(office, "POST", "/parties", donor)).status).toBe(201);
    expect((await person(office, "POST", "/parties", donor)).body.code).toBe("PARTY_ALREADY_REGISTERED");
    const received = { ...money, donation: "D1", donor: "N1", amount: "1000.00", purpose: "助学", serial: "J1", valueDate: "2020-03-01" };
    expect(await bank("donations", received)).toMatchObject({ status: 201, body: { entry: 1, designated: true } });
    const again = await bank("donations", received);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect((await bank("donations", { ...received, amount: "2.00" })).body.code).toBe("IDEMPOTENCY_KEY_CONFLICT");
    const free = { ...received, donation: "D2", amount: "500.00", purpose: "free", serial: "J2" };
    expect((await bank("donations", free)).status).toBe(201);
    const spent = { donation: "D1", amount: "300.00", purpose: "助学", payee: "示例学校", valueDate: "2020-04-01" };
    expect((await approved(cashier, "/donations/spend-donation", spent)).status).toBe(201);
    const wrong = await person(cashier, "POST", "/donations/spend-donation", { ...spent, purpose: "修路" });
    expect(wrong).toMatchObject({ status: 422, body: { code: "PURPOSE_MISMATCH" } });
    const goods = {
      donation: "G1",
      donor: "N1",
      goods: [{ item: "棉被" }],
      value: "90.00",
      valueBasis: "document",
      valueDate: "2020-04-02",
    };
    expect((await approved(poverty, "/donations/record-in-kind-donation", goods)).status).toBe(201);
    const list = {
      donation: "G1",
      value: "60.00",
      lines: [{ household: "HH1", value: "60.00" }],
      signedList: "签1",
      valueDate: "2020-04-03",
    };
    expect((await approved(village, "/donations/distribute-goods", list)).status).toBe(201);
    const award = { honour: "R1", party: "N1", amount: "120.00", donation: "D2", valueDate: "2020-05-01" };
    const honoured = await approved(office, "/honours/award-honour", award);
    expect(honoured.status).toBe(201);
    expect((await bank("donation-reversals", { donation: "D2", entry: 1, serial: "J9" })).body.code).toBe("ABOVE_BALANCE");

    const read = (address: string) => person(checker, "GET", `${address}?min-position=${honoured.body.position}`);
    expect((await read("/donors")).body.items).toEqual([
      {
        donor: "N1",
        donations: 3,
        received: "1500.00",
        spent: "420.00",
        refunded: "0.00",
        unspent: "1080.00",
        goodsReceived: "90.00",
        goodsInStock: "30.00",
      },
    ]);
    expect((await read("/donations/D1")).body).toMatchObject({ donor: "N1", purposes: [{ purpose: "助学", balance: "700.00" }] });
    expect((await read("/honours/2020")).body.items).toMatchObject([{ honour: "R1", party: "N1", amount: "120.00", donation: "D2" }]);
    expect((await read("/parties")).body.items).toMatchObject([{ party: "N1", kinds: [{ kind: "donor" }] }]);
    expect((await read("/households/HH1/sheet")).body.otherHelp).toEqual([
      { kind: "goods", when: "2020-04-03", from: "G1", amount: "60.00" },
    ]);
  });

  it("then every invariant holds, the donations' among them", async () => {
    const results = await checkInvariants(district.platform);
    expect(broken(results)).toEqual([]);
    const donations = results.filter(({ id }) => id.startsWith("2.7-6"));
    expect(donations.map(({ checked, failed }) => [checked > 0, failed])).toEqual(donations.map(() => [true, 0]));
  });
});
