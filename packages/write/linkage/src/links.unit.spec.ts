import { addDays } from "@huimin/calendar";
import { fen } from "@huimin/money";
import { defaultPolicy } from "@huimin/policy/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AmendFourPartyAgreement,
  LinkHouseholds,
  RecogniseEnterprise,
  RecordCommitmentBreach,
  ReportBenefit,
  ReportWage,
  RevokeCommitmentBreach,
  RevokeEnterpriseRecognition,
  SignFourPartyAgreement,
  UnlinkHouseholds,
} from "./commands.ts";
import { carriedAmounts, carriedCounts, carrierStream, linkageStream, spansOf } from "./events.ts";
import { type Mark, spanFrom } from "./marks.ts";
import { LinkageCase } from "./testing.ts";

const linking = (valueDate: string, ...households: string[]) => ({
  enterprise: "E1",
  households: households.map((household) => ({ household })),
  valueDate,
});
const unlinking = (valueDate: string, ...households: string[]) => ({ enterprise: "E1", households, valueDate });
const counts = (test: LinkageCase, from: string, toExcl: string) =>
  carriedCounts(test.linkage(), from, toExcl).map((one) => [one.from, one.households]);

describe("2.1 RecogniseEnterprise 认定带贫企业", () => {
  it("holds from the value date to its end, or until it is revoked", () => {
    const test = new LinkageCase().ready();
    expect(test.types(linkageStream("E1"))).toEqual(["EnterpriseRecognised", "FourPartyAgreementSigned"]);
    test.run(LinkHouseholds, linking("2018-02-01", "H1", "H2"));
    test.run(RevokeEnterpriseRecognition, { enterprise: "E1", reason: "失信", valueDate: "2018-03-01" });
    expect(counts(test, "2018-01-15", "2018-04-01")).toEqual([
      ["2018-01-15", 0],
      ["2018-02-01", 2],
      ["2018-03-01", 0],
    ]);
    test.run(RecogniseEnterprise, { enterprise: "E1", households: 2, toExcl: "2018-06-01", valueDate: "2018-05-01" });
    expect(counts(test, "2018-04-30", "2018-07-01").map(([, households]) => households)).toEqual([0, 2, 0]);
  });

  it("refuses who is no carrier, not active, recognised already, a day that is none or to come", () => {
    const test = new LinkageCase().ready().enterprise("E3", ["partner"]);
    const body = { enterprise: "E1", households: 1, valueDate: "2018-02-01" };
    expect(test.code(RecogniseEnterprise, { ...body, enterprise: "E3" })).toBe("CARRIER_UNKNOWN");
    expect(test.code(RecogniseEnterprise, body)).toBe("CARRIER_RECOGNISED_BEFORE");
    expect(test.code(RecogniseEnterprise, { ...body, valueDate: "2018-02-30" })).toBe("LINKAGE_DATE_INVALID");
    expect(test.code(RecogniseEnterprise, { ...body, toExcl: "2018-02-01" })).toBe("LINKAGE_DAYS_INVALID");
    expect(test.code(RecogniseEnterprise, body, "2018-01-31")).toBe("LINKAGE_DATE_IN_FUTURE");
    expect(test.code(RevokeEnterpriseRecognition, { enterprise: "E2", reason: "失信", valueDate: "2018-02-01" })).toBe(
      "CARRIER_NOT_RECOGNISED",
    );
    test.log.record("enterprise/E2", [{ type: "EnterpriseBankruptcyFiled", valueDate: "2018-01-20", payload: { enterprise: "E2" } }]);
    expect(test.code(RecogniseEnterprise, { ...body, enterprise: "E2" })).toBe("CARRIER_NOT_ACTIVE");
  });
});

describe("2.2 SignFourPartyAgreement 四方带贫协议", () => {
  const body = { agreement: "A9", enterprise: "E1", bank: "K1", loanCap: "100.00", form: "job", valueDate: "2018-02-01" };

  it("refuses a second one with the bank, a number that is taken, an unknown bank, who is not recognised or eligible", () => {
    const test = new LinkageCase().ready();
    expect(test.code(SignFourPartyAgreement, body)).toBe("AGREEMENT_IN_FORCE");
    expect(test.code(SignFourPartyAgreement, { ...body, agreement: "A-E1" })).toBe("AGREEMENT_NUMBER_TAKEN");
    expect(test.code(SignFourPartyAgreement, { ...body, bank: "K9" })).toBe("AGREEMENT_BANK_UNKNOWN");
    expect(test.code(SignFourPartyAgreement, { ...body, enterprise: "E2" })).toBe("CARRIER_NOT_RECOGNISED");
    expect(test.code(SignFourPartyAgreement, { ...body, loanCap: "0.00" })).toBe("LINKAGE_AMOUNT_INVALID");
    test.run(RecogniseEnterprise, { enterprise: "E2", households: 0, valueDate: "2018-01-01" });
    expect(test.code(SignFourPartyAgreement, { ...body, enterprise: "E2", households: ["H1", "H9"] })).toBe("LINK_HOUSEHOLD_UNKNOWN");
    expect(test.run(SignFourPartyAgreement, { ...body, enterprise: "E2", households: ["H1"] })).toMatchObject({ agreement: "A9" });
  });

  it("gives its loans its own quota from an amendment on, whatever the policy says", () => {
    const test = new LinkageCase().ready();
    test.run(LinkHouseholds, linking("2018-01-01", "H1", "H2"));
    const payload = { agreement: "A-E1", enterprise: "E1", bank: "K1", loan: "L1" };
    test.log.record(linkageStream("E1"), [{ type: "LoanOpenedUnderAgreement", valueDate: "2018-01-05", payload }]);
    const terms = { agreement: "A-E1", enterprise: "E1", loanCap: "100.00", quotaPerHousehold: "30000.00", form: "order" };
    test.run(AmendFourPartyAgreement, { ...terms, valueDate: "2018-03-01" });
    const amounts = (loan: string) =>
      carriedAmounts(test.linkage(), loan, defaultPolicy, "2018-02-01", "2018-04-01").map(({ from, amount }) => [from, amount]);
    expect(amounts("L1")).toEqual([
      ["2018-02-01", fen("100000.00")],
      ["2018-03-01", fen("60000.00")],
    ]);
    expect(amounts("L2")).toEqual([["2018-02-01", fen("100000.00")]]);
    expect(test.code(AmendFourPartyAgreement, { ...terms, agreement: "A8", valueDate: "2018-03-01" })).toBe("AGREEMENT_UNKNOWN");
    expect(test.code(AmendFourPartyAgreement, { ...terms, valueDate: "2017-12-31" })).toBe("AGREEMENT_UNKNOWN");
  });
});

describe("2.4 LinkHouseholds, UnlinkHouseholds 带贫关系", () => {
  it("counts each household from its link to its unlink, and says so on the household's stream", () => {
    const test = new LinkageCase().ready();
    expect(test.run(LinkHouseholds, linking("2018-02-01", "H1", "H2", "H3"))).toEqual({ enterprise: "E1", linkedAfter: 3 });
    expect(test.run(UnlinkHouseholds, { ...unlinking("2018-03-01", "H2"), reason: "离职" })).toEqual({ enterprise: "E1", linkedAfter: 2 });
    expect(test.types(carrierStream("H2"))).toEqual(["HouseholdCarried", "HouseholdCarryEnded"]);
    expect(counts(test, "2018-02-01", "2018-04-01")).toEqual([
      ["2018-02-01", 3],
      ["2018-03-01", 2],
    ]);
  });

  it("lets a household count for one enterprise at a time", () => {
    const test = new LinkageCase().ready().ready("E2");
    test.run(LinkHouseholds, linking("2018-02-01", "H1"));
    const elsewhere = { ...linking("2018-03-01", "H1"), enterprise: "E2" };
    expect(test.code(LinkHouseholds, elsewhere)).toBe("HOUSEHOLD_CARRIED_ELSEWHERE");
    // Before it too: the link would last into the days of the other enterprise.
    expect(test.code(LinkHouseholds, { ...elsewhere, valueDate: "2018-01-10" })).toBe("HOUSEHOLD_CARRIED_ELSEWHERE");
    test.run(UnlinkHouseholds, unlinking("2018-03-01", "H1"));
    test.run(LinkHouseholds, elsewhere);
    expect(spansOf(test.carriers("H1").carriers.get("E2") ?? [])).toEqual([{ from: "2018-03-01" }]);
    expect(test.code(LinkHouseholds, linking("2018-02-20", "H1"))).toBe("LINKED_BEFORE");
    expect(test.code(LinkHouseholds, linking("2018-04-01", "H1"))).toBe("HOUSEHOLD_CARRIED_ELSEWHERE");
  });

  it("refuses who is not known, not eligible, twice in the list, linked before, no member's household, not recognised", () => {
    const test = new LinkageCase().ready();
    expect(test.code(LinkHouseholds, linking("2018-02-01", "H9"))).toBe("LINK_HOUSEHOLD_UNKNOWN");
    expect(test.code(LinkHouseholds, linking("2018-02-01", "H1", "H1"))).toBe("LINK_HOUSEHOLD_TWICE");
    expect(test.code(LinkHouseholds, linking("2017-12-31", "H1"))).toBe("CARRIER_NOT_RECOGNISED");
    const withPerson = { ...linking("2018-02-01"), households: [{ household: "H1", person: "H2-head" }] };
    expect(test.code(LinkHouseholds, withPerson)).toBe("LINK_PERSON_NOT_MEMBER");
    test.log.record("household/H1", [
      { type: "PovertyExitConfirmed", valueDate: "2018-01-15", payload: { household: "H1", year: 2018, document: "示例" } },
    ]);
    expect(test.code(LinkHouseholds, linking("2018-02-01", "H1"))).toBe("LINK_HOUSEHOLD_NOT_ELIGIBLE");
    test.run(LinkHouseholds, linking("2018-02-01", "H2"));
    expect(test.code(LinkHouseholds, linking("2018-02-10", "H2"))).toBe("LINKED_BEFORE");
    expect(test.code(UnlinkHouseholds, unlinking("2018-02-10", "H3"))).toBe("LINK_NOT_FOUND");
    expect(test.code(UnlinkHouseholds, unlinking("2018-01-31", "H2"))).toBe("LINK_NOT_FOUND");
    expect(test.code(UnlinkHouseholds, unlinking("2018-02-10", "H2", "H2"))).toBe("LINK_HOUSEHOLD_TWICE");
  });

  it("takes an unlink whose link is recorded later, if told so, and an unlink on the day of the link takes it back", () => {
    const test = new LinkageCase().ready();
    expect(test.run(UnlinkHouseholds, { ...unlinking("2018-03-01", "H1"), ahead: true })).toEqual({ enterprise: "E1", linkedAfter: 0 });
    test.run(LinkHouseholds, linking("2018-02-01", "H1", "H2"), "2018-03-05");
    test.run(UnlinkHouseholds, unlinking("2018-02-01", "H2"), "2018-03-06");
    expect(test.code(LinkHouseholds, linking("2018-02-01", "H2"))).toBe("LINKED_BEFORE");
    expect(counts(test, "2018-02-01", "2018-04-01")).toEqual([
      ["2018-02-01", 1],
      ["2018-03-01", 0],
    ]);
  });

  it("gives the same days for every order of the marks", () => {
    const mark = fc.record({ day: fc.integer({ min: 0, max: 12 }), kind: fc.constantFrom<Mark["kind"]>("begin", "end") });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 8 }), fc.integer({ min: 0, max: 12 }), (list, day) => {
        const marks = list.map((one): Mark => ({ on: addDays("2018-01-01", one.day), kind: one.kind }));
        const spans = spansOf(marks);
        expect(spansOf(marks.toReversed())).toEqual(spans);
        for (const [index, span] of spans.entries()) {
          const before = spans[index - 1];
          if (before) expect((before.toExcl ?? "9999") <= span.from).toBe(true);
        }
        const on = addDays("2018-01-01", day);
        expect(spanFrom(marks, on).from).toBe(on);
      }),
    );
  });
});

describe("2.8 RecordCommitmentBreach 未履行带贫", () => {
  const breach = { breach: "J1", enterprise: "E1", shortfall: 2, from: "2018-02-10", toExcl: "2018-02-20", inspection: "现场核查" };

  it("takes the missing households off the count on its days, until it is revoked", () => {
    const test = new LinkageCase().ready();
    test.run(LinkHouseholds, linking("2018-02-01", "H1", "H2", "H3"));
    test.run(RecordCommitmentBreach, { ...breach, valueDate: "2018-03-01" });
    expect(counts(test, "2018-02-01", "2018-03-01").map(([, households]) => households)).toEqual([3, 1, 3]);
    expect(test.code(RecordCommitmentBreach, { ...breach, valueDate: "2018-03-01" })).toBe("BREACH_NUMBER_TAKEN");
    const tooMany = { ...breach, breach: "J2", shortfall: 4, valueDate: "2018-03-01" };
    expect(test.code(RecordCommitmentBreach, tooMany)).toBe("BREACH_ABOVE_LINKED");
    const revocation = { breach: "J1", enterprise: "E1", reason: "复核", valueDate: "2018-03-10" };
    test.run(RevokeCommitmentBreach, revocation);
    expect(counts(test, "2018-02-01", "2018-03-01").map(([, households]) => households)).toEqual([3]);
    expect(test.code(RevokeCommitmentBreach, revocation)).toBe("BREACH_UNKNOWN");
  });
});

describe("2.5 ReportWage, ReportBenefit 带贫收益报送", () => {
  const wage = { enterprise: "E1", household: "H1", person: "H1-head", month: "2018-02", amount: "1800.00", valueDate: "2018-03-02" };
  const rent = { enterprise: "E1", household: "H1", form: "land", month: "2018-02", amount: "300.00", valueDate: "2018-03-02" };

  it("keeps the last version of a person and month, or of a form and month", () => {
    const test = new LinkageCase().ready();
    test.run(LinkHouseholds, linking("2018-02-20", "H1"));
    expect(test.run(ReportWage, wage)).toMatchObject({ version: 1 });
    expect(test.run(ReportWage, { ...wage, amount: "1900.00" })).toMatchObject({ version: 2 });
    expect(test.run(ReportBenefit, rent)).toMatchObject({ version: 1 });
    expect(test.run(ReportBenefit, { ...rent, evidence: "凭证1" })).toMatchObject({ version: 2 });
    const reports = [...test.carriers("H1").reports.values()].map(({ kind, amount, version }) => [kind, amount, version]);
    expect(reports).toEqual([
      ["wage", fen("1900.00"), 2],
      ["benefit", fen("300.00"), 2],
    ]);
  });

  it("refuses a month without a link, a person of another household, nothing paid", () => {
    const test = new LinkageCase().ready();
    test.run(LinkHouseholds, linking("2018-02-20", "H1"));
    expect(test.code(ReportWage, { ...wage, month: "2018-01" })).toBe("REPORT_NOT_LINKED");
    expect(test.code(ReportWage, { ...wage, person: "H2-head" })).toBe("LINK_PERSON_NOT_MEMBER");
    expect(test.code(ReportWage, { ...wage, amount: "0.00" })).toBe("LINKAGE_AMOUNT_INVALID");
    expect(test.code(ReportBenefit, { ...rent, household: "H2" })).toBe("REPORT_NOT_LINKED");
    expect(test.code(ReportBenefit, { ...rent, household: "H9" })).toBe("LINK_HOUSEHOLD_UNKNOWN");
  });
});
