import { beneficiaryFold, beneficiaryStream, holdersNow } from "@huimin/dividend/events";
import { describe, expect, it } from "vitest";
import {
  AwardHonour,
  CloseWorkshop,
  DistributeGoods,
  DonateCooperativeStake,
  DrawEnterpriseFund,
  EndPairing,
  EstablishEnterpriseFund,
  EstablishPairing,
  OpenWorkshop,
  RecordDonation,
  RecordHelp,
  RecordInKindDonation,
  ReportWorkshopWage,
  ReverseDonationEntry,
  ReverseDonationMessage,
  RevokeHonour,
  WaiveForwarding,
} from "./commands.ts";
import { helpFold, pairingStream, stockOf } from "./events.ts";
import { World } from "./world.fixture.ts";

const money = { donation: "D1", donor: "N1", amount: "1000.00", purpose: "free", serial: "S1", valueDate: "2018-03-01" };
const goods = {
  donation: "G1",
  donor: "N2",
  goods: [{ item: "棉被", quantity: "60", unit: "床" }],
  value: "100.00",
  valueBasis: "document" as const,
  valueDate: "2018-10-10",
};
const help = (world: World, household: string) =>
  (world.log.streams.get(pairingStream(household)) ?? []).reduce(helpFold.evolve, helpFold.initialState);

describe("5.6 DistributeGoods 物资发放", () => {
  const list = {
    donation: "G1",
    value: "100.00",
    lines: [
      { household: "H1", value: "33.34" },
      { household: "H2", value: "66.66", items: "2床" },
    ],
    signedList: "签1",
    valueDate: "2018-10-17",
  };
  const stocked = () => {
    const world = new World();
    world.run(RecordInKindDonation, goods);
    return world;
  };

  it("empties the stock, and every household's help file says what it got", () => {
    const world = stocked();
    expect(world.run(DistributeGoods, list)).toEqual({ donation: "G1", entry: 2, households: 2, left: "0.00" });
    expect(help(world, "H2").goods).toEqual([{ donation: "G1", entry: 2, on: "2018-10-17", value: 6666n }]);
    world.run(ReverseDonationEntry, { donation: "G1", entry: 2, reason: "误发" });
    expect(stockOf(world.donation("G1"))).toBe(10000n);
    expect(help(world, "H2").goods).toEqual([]);
  });

  it.each([
    ["more than is in stock", { value: "100.01", lines: [{ household: "H1", value: "100.01" }] }, "ABOVE_STOCK"],
    ["goods before they came", { valueDate: "2018-10-09" }, "ABOVE_STOCK"],
    ["lines of another sum", { value: "99.00" }, "DISTRIBUTION_SUM_DIFFERS"],
    ["a household twice", { lines: [list.lines[0], { household: "H1", value: "66.66" }] as typeof list.lines }, "HOUSEHOLD_LISTED_TWICE"],
    [
      "a household that is not",
      { lines: [list.lines[0], { household: "H9", value: "66.66" }] as typeof list.lines },
      "HELP_HOUSEHOLD_UNKNOWN",
    ],
    ["an unknown donation", { donation: "G9" }, "DONATION_UNKNOWN"],
  ])("refuses %s", (_, fields, expected) => {
    expect(stocked().refusal(DistributeGoods, { ...list, ...fields } as typeof list, "2018-10-17")).toBe(expected);
  });

  it("5.8: goods stay with the unit only with the donor's consent", () => {
    const world = stocked();
    const waiver = { donation: "G1", value: "40.00", consent: "同意2", valueDate: "2018-10-11" };
    expect(world.refusal(WaiveForwarding, { ...waiver, consent: undefined as unknown as string })).toBe("CONSENT_MISSING");
    expect(world.refusal(WaiveForwarding, { ...waiver, value: "100.01" })).toBe("ABOVE_STOCK");
    world.run(WaiveForwarding, waiver);
    expect(world.refusal(DistributeGoods, list)).toBe("ABOVE_STOCK");
    expect(world.refusal(ReverseDonationEntry, { donation: "G1", entry: 1, reason: "误记" })).toBe("ABOVE_STOCK");
  });
});

describe("5.10, 5.11 结对帮扶", () => {
  const pairing = { household: "H1", helper: "N7", helperKind: "person" as const, valueDate: "2018-01-10" };
  const given = { household: "H1", helper: "N7", help: "B1", kind: "visit" as const, valueDate: "2018-02-01" };

  it("holds from its day to its end, and help is recorded within", () => {
    const world = new World();
    expect(world.refusal(RecordHelp, given)).toBe("NOT_PAIRED");
    world.run(EstablishPairing, pairing);
    expect(world.refusal(EstablishPairing, pairing)).toBe("PAIRING_EXISTS");
    expect(world.run(RecordHelp, given)).toMatchObject({ version: 1 });
    expect(world.run(RecordHelp, { ...given, kind: "money" as const, value: "50.00" })).toMatchObject({ version: 2 });
    expect(help(world, "H1").helps.get("B1")).toMatchObject({ kind: "money", value: 5000n, version: 2 });
    world.run(EndPairing, { household: "H1", helper: "N7", reason: "调离", valueDate: "2018-03-01" });
    expect(world.refusal(EndPairing, { household: "H1", helper: "N7", reason: "调离", valueDate: "2018-03-01" })).toBe("NOT_PAIRED");
    expect(world.refusal(RecordHelp, { ...given, valueDate: "2018-03-01" })).toBe("NOT_PAIRED");
    expect(world.refusal(RecordHelp, { ...given, valueDate: "2018-02-28" })).toBeUndefined();
  });

  it("refuses a household that is not and a term that ends before it begins", () => {
    expect(new World().refusal(EstablishPairing, { ...pairing, household: "H9" })).toBe("HELP_HOUSEHOLD_UNKNOWN");
    expect(new World().refusal(EstablishPairing, { ...pairing, toExcl: "2018-01-10" })).toBe("PAIRING_TERM_INVALID");
  });
});

describe("5.12, 5.13 扶贫车间", () => {
  const workshop = { workshop: "W1", enterprise: "E1", village: "V1", sector: "服装", posts: 20, valueDate: "2018-03-10" };
  const wage = { workshop: "W1", household: "H1", person: "H1-1", month: "2018-04", days: 22, amount: "1500.00" };
  const open = () => {
    const world = new World();
    world.run(OpenWorkshop, workshop);
    return world;
  };

  it("reports a wage in versions, in a month in which it is open", () => {
    const world = open();
    expect(world.run(ReportWorkshopWage, wage)).toMatchObject({ version: 1 });
    expect(world.run(ReportWorkshopWage, { ...wage, amount: "1600.00" })).toMatchObject({ version: 2 });
    expect([...help(world, "H1").wages.values()]).toMatchObject([{ amount: 160000n, version: 2 }]);
    world.run(CloseWorkshop, { workshop: "W1", reason: "停产", valueDate: "2018-05-01" });
    expect(world.refusal(ReportWorkshopWage, { ...wage, month: "2018-05" })).toBe("WORKSHOP_NOT_OPEN");
    expect(world.refusal(CloseWorkshop, { workshop: "W1", reason: "停产", valueDate: "2018-05-02" })).toBe("WORKSHOP_NOT_OPEN");
    expect(world.refusal(OpenWorkshop, workshop)).toBe("WORKSHOP_KNOWN");
  });

  it.each([
    ["before it opened", { month: "2018-02" }, "WORKSHOP_NOT_OPEN"],
    ["of a month to come", { month: "2020-01" }, "WAGE_MONTH_IN_FUTURE"],
    ["of too many days", { days: 31 }, "WAGE_DAYS_INVALID"],
    ["of nothing", { amount: "0.00" }, "DONATION_AMOUNT_INVALID"],
    ["of another's member", { household: "H2" }, "WAGE_PERSON_UNKNOWN"],
    ["of no household", { household: "H9" }, "HELP_HOUSEHOLD_UNKNOWN"],
  ])("refuses a wage %s", (_, fields, expected) => {
    expect(open().refusal(ReportWorkshopWage, { ...wage, ...fields })).toBe(expected);
  });

  it.each([
    ["enterprise", { enterprise: "E9" }, "PARTNER_ENTERPRISE_UNKNOWN"],
    ["village", { village: "V9" }, "PARTNER_VILLAGE_UNKNOWN"],
  ])("refuses an unknown %s", (_, fields, expected) => {
    expect(new World().refusal(OpenWorkshop, { ...workshop, ...fields })).toBe(expected);
  });
});

it("5.14: an enterprise's fund is drawn down to nothing, not below", () => {
  const world = new World();
  const draw = { enterprise: "E1", amount: "60.00", usedFor: "助学", valueDate: "2018-05-02" };
  expect(world.refusal(DrawEnterpriseFund, draw)).toBe("ENTERPRISE_FUND_UNKNOWN");
  const fund = { enterprise: "E1", amount: "100.00", rules: "章程", valueDate: "2018-05-01" };
  expect(world.refusal(EstablishEnterpriseFund, { ...fund, enterprise: "E9" })).toBe("PARTNER_ENTERPRISE_UNKNOWN");
  world.run(EstablishEnterpriseFund, fund);
  expect(world.run(DrawEnterpriseFund, draw)).toMatchObject({ left: "40.00" });
  expect(world.refusal(DrawEnterpriseFund, draw)).toBe("ENTERPRISE_FUND_EXCEEDED");
});

describe("5.15 DonateCooperativeStake 捐资代贫困户入股", () => {
  const stake = {
    donation: "D1",
    amount: "300.00",
    purpose: "入股",
    pool: "P1",
    enterprise: "E1",
    sharePercent: "20",
    holders: [
      { household: "H1", shares: "2" },
      { household: "H2", shares: "1" },
    ],
    minutes: "会议纪要1",
    valueDate: "2018-04-01",
  };
  const given = () => {
    const world = new World();
    world.run(RecordDonation, { ...money, purpose: "入股" });
    return world;
  };
  const shares = (world: World) => {
    const state = (world.log.streams.get(beneficiaryStream("P1")) ?? []).reduce(beneficiaryFold.evolve, beneficiaryFold.initialState);
    return [...holdersNow(state)].map(([household, one]) => `${household} ${one.shares}`);
  };

  it("adds the shares to the pool's list, and its reversal takes them back", () => {
    const world = given();
    world.run(DonateCooperativeStake, stake);
    world.run(DonateCooperativeStake, { ...stake, holders: [{ household: "H1", shares: "5" }] });
    expect(shares(world)).toEqual(["H1 7", "H2 1"]);
    expect(world.balance("D1", "入股")).toBe("400.00");
    world.run(ReverseDonationMessage, { donation: "D1", entry: 2, serial: "S9" });
    expect(shares(world)).toEqual(["H1 5"]);
    expect(world.balance("D1", "入股")).toBe("700.00");
  });

  it("given a household that has lost its shares since, when the stake is reversed, then it is refused and shares and money stay", () => {
    const world = given();
    world.run(DonateCooperativeStake, stake);
    const taken = { pool: "P1", year: 2018, holders: [{ household: "H1", village: "V1", shares: "2" }], changes: [], takenBack: ["H2"] };
    world.log.record(beneficiaryStream("P1"), [
      { type: "BeneficiariesReassigned", valueDate: "2018-05-01", payload: { ...taken, minutes: "会议纪要2" } },
    ]);
    const before = world.log.all.length;
    const context = { role: "BANK", actor: "BANK", recordedAt: "2018-06-01T18:00:00+08:00", period: "2018-06" } as const;
    expect(world.log.decide(ReverseDonationMessage, { donation: "D1", entry: 2, serial: "S9" }, context)).toEqual({
      ok: false,
      refusal: { code: "STAKE_SHARES_MOVED", details: { household: "H2" } },
    });
    expect([world.log.all.length, shares(world), world.balance("D1", "入股")]).toEqual([before, ["H1 2"], "700.00"]);
  });

  it.each([
    ["above the balance", { amount: "1000.01" }, "ABOVE_BALANCE"],
    ["for another purpose", { purpose: "助学" }, "PURPOSE_MISMATCH"],
    ["in an unknown enterprise", { enterprise: "E9" }, "PARTNER_ENTERPRISE_UNKNOWN"],
    ["for a household that is not", { holders: [{ household: "H9", shares: "1" }] }, "HELP_HOUSEHOLD_UNKNOWN"],
    ["from microcredit without evidence", { fundedBy: "microcredit" as const, valueDate: "2017-12-31" }, "COOPERATIVE_STAKE_EVIDENCE"],
    ["from microcredit after 2017", { fundedBy: "microcredit" as const }, "COOPERATIVE_STAKE_BLOCKED"],
  ])("refuses a stake %s", (_, fields, expected) => {
    expect(given().refusal(DonateCooperativeStake, { ...stake, ...fields }, "2018-04-01")).toBe(expected);
  });

  it("from microcredit: an override counts until the hard stop, evidence in the window of warnings", () => {
    const microcredit = { ...stake, fundedBy: "microcredit" as const, participationEvidence: true };
    const override = { ...microcredit, overrideDocument: "文1" };
    expect(given().refusal(DonateCooperativeStake, override)).toBeUndefined();
    expect(given().refusal(DonateCooperativeStake, { ...override, valueDate: "2021-03-04" })).toBe("COOPERATIVE_STAKE_BLOCKED");
    expect(given().refusal(DonateCooperativeStake, { ...microcredit, valueDate: "2016-12-24" }, "2018-04-01")).toBe(
      "COOPERATIVE_STAKE_BLOCKED",
    );
  });
});

describe("5.16 表彰", () => {
  const award = { honour: "R1", party: "N1", grade: "一等", valueDate: "2018-12-20" };
  const given = (purpose = "free") => {
    const world = new World();
    world.run(RecordDonation, { ...money, purpose });
    return world;
  };

  it("pays cash out of free money, which comes back when it is revoked with the cash", () => {
    const world = given();
    expect(world.run(AwardHonour, { ...award, amount: "600.00", donation: "D1" })).toEqual({ year: 2018, honour: "R1" });
    expect(world.balance("D1", "free")).toBe("400.00");
    expect(world.refusal(AwardHonour, { ...award, honour: "R2", amount: "400.01", donation: "D1" })).toBe("ABOVE_BALANCE");
    expect(world.refusal(ReverseDonationEntry, { donation: "D1", entry: 2, reason: "误" })).toBe("ENTRY_OF_HONOUR");
    const revocation = { year: 2018, honour: "R1", reason: "失实", cashReturned: true, valueDate: "2019-01-10" };
    world.run(RevokeHonour, revocation);
    expect(world.told("honour/2018").at(-1)?.payload).toMatchObject({ amount: "600.00", donation: "D1", priorYear: true });
    expect(world.balance("D1", "free")).toBe("1000.00");
    expect(world.refusal(RevokeHonour, revocation)).toBe("HONOUR_UNKNOWN");
  });

  it("honours a household without cash, in its help file too", () => {
    const world = new World();
    world.run(AwardHonour, { ...award, party: "H1" });
    expect(help(world, "H1").honours).toEqual([{ year: 2018, honour: "R1", on: "2018-12-20", grade: "一等" }]);
    world.run(RevokeHonour, { year: 2018, honour: "R1", reason: "失实", valueDate: "2019-01-10" });
    expect(help(world, "H1").honours).toEqual([]);
    expect(world.told("honour/2018").at(-1)?.payload).not.toHaveProperty("amount");
  });

  it("is refused to a stranger, in breach, twice, half paid, and out of designated money", () => {
    const world = given("助学");
    expect(world.refusal(AwardHonour, { ...award, party: "X9" })).toBe("HONOUR_PARTY_UNKNOWN");
    expect(world.refusal(AwardHonour, { ...award, amount: "1.00" })).toBe("HONOUR_CASH_INCOMPLETE");
    expect(world.refusal(AwardHonour, { ...award, amount: "1.00", donation: "D1" })).toBe("PURPOSE_MISMATCH");
    world.breaches = ["代偿追偿款 5.00"];
    expect(world.refusal(AwardHonour, award)).toBe("OPEN_BREACH");
    world.breaches = [];
    world.run(AwardHonour, award);
    expect(world.refusal(AwardHonour, award)).toBe("HONOUR_KNOWN");
    world.log.record("enterprise/E1", [
      { type: "EnterpriseSuspended", valueDate: "2018-12-01", payload: { enterprise: "E1", reason: "x" } },
    ]);
    expect(world.refusal(AwardHonour, { ...award, honour: "R2", party: "E1" })).toBe("OPEN_BREACH");
  });
});
