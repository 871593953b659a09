import type { LoanTimeline } from "@huimin/interest/timeline";
import { noLinkage } from "@huimin/linkage/events";
import { fen } from "@huimin/money";
import { defaultPolicy } from "@huimin/policy/events";
import type { ClaimLine, SubsidisedLoan } from "@huimin/subsidy/events";
import { describe, expect, it } from "vitest";
import { judgeClaimLine } from "./claims.ts";

const [FROM, TO] = ["2018-03-21", "2018-06-21"]; // 92 days

const timeline = (more: Partial<LoanTimeline> = {}): LoanTimeline => ({
  movements: [{ id: "D1", kind: "drawing", valueDate: "2018-01-10", amount: fen("50000.00") }],
  rates: [{ from: "2018-01-10", annualRate: "4.75" }],
  due: "2020-01-10",
  penaltySurcharge: "50",
  yearBase: 360,
  dayCount: "actual",
  subsidised: true,
  ...more,
});

const loanOf = (of: LoanTimeline, interest: string): SubsidisedLoan => ({
  loan: "L1",
  household: "HH1",
  bank: "K1",
  village: "V1",
  model: 3,
  timeline: of,
  settlements: [{ from: FROM, toExcl: TO, interest: fen(interest), paid: true }],
  openInterest: 0n,
  contractDate: "2018-01-10",
  contractDue: "2020-01-10",
  linkage: noLinkage,
});

function judged(of: LoanTimeline, right: string, claimed: { interest: string; amount?: string }) {
  const line = {
    loan: "L1",
    household: "HH1",
    bank: "K1",
    village: "V1",
    model: 3,
    payee: "HH1",
    computed: right,
    settlements: [{ from: FROM, toExcl: TO, interest: right, subsidy: right }],
    status: "pending",
    quarter: "2018Q2",
    interest: claimed.interest,
    amount: claimed.amount ?? claimed.interest,
  } as ClaimLine & { quarter: string };
  return judgeClaimLine(line, loanOf(of, right), defaultPolicy, fen);
}
const causes = (line: ReturnType<typeof judged>): string[] =>
  line.differences.map(({ field, cause, detail }) => `${field} ${cause} ${detail ?? ""}`.trim());

describe("a line of a claim", () => {
  it("that is right has no difference; 积数, days and rates are shown", () => {
    const line = judged(timeline(), "606.94", { interest: "606.94" });
    expect(line).toMatchObject({ differences: [], ours: { yuanDays: "4600000", days: 92, rates: ["4.75"], interest: 60_694n } });
  });

  it.each([
    ["the last day was counted too", "613.54", "other-days +1"],
    ["three days are missing", "587.15", "other-days -3"],
    ["another rate", "555.83", "other-rate 4.35"],
    ["a rate five basis points higher", "613.33", "other-rate 4.8"],
    ["less by nothing that we know: a repayment that only the bank knows", "600.00", "repayment-unknown-here"],
    ["more by nothing that we know", "999.99", "unknown"],
  ])("%s", (_, interest, cause) => {
    expect(causes(judged(timeline(), "606.94", { interest }))).toEqual([`interest ${cause}`, `amount ${cause}`]);
  });

  it("a repayment that the bank did not know", () => {
    const [drawing] = timeline().movements;
    const repaid = { id: "R1", kind: "repayment", valueDate: "2018-05-01", amount: fen("20000.00") } as const;
    const of = timeline({ movements: [drawing as NonNullable<typeof drawing>, repaid] });
    expect(causes(judged(of, "472.36", { interest: "606.94" }))).toEqual([
      "interest repayment-unknown-at-bank R1",
      "amount repayment-unknown-at-bank R1",
    ]);
  });

  it("a tranche above the cap: the interest is right, the claim is that of the whole loan", () => {
    const of = timeline({ movements: [{ id: "D1", kind: "drawing", valueDate: "2018-01-10", amount: fen("80000.00") }] });
    expect(causes(judged(of, "971.11", { interest: "971.11" }))).toEqual(["amount above-cap 4.75"]);
  });

  it("misused and overdue days", () => {
    expect(causes(judged(timeline({ misuseFrom: "2018-04-01" }), "606.94", { interest: "606.94" }))).toEqual(["amount misused 2018-04-01"]);
    expect(causes(judged(timeline({ due: "2018-05-10" }), "606.94", { interest: "606.94" }))).toEqual(["amount overdue 2018-05-10"]);
  });

  it("a settlement that is gone, and a loan that was never drawn", () => {
    const gone = { ...loanOf(timeline(), "606.94"), settlements: [] };
    const line = {
      loan: "L1",
      settlements: [{ from: FROM, toExcl: TO, interest: "606.94", subsidy: "606.94" }],
      interest: "606.94",
      amount: "606.94",
      status: "pending",
      quarter: "2018Q2",
    } as unknown as ClaimLine & { quarter: string };
    const found = judgeClaimLine(line, gone, defaultPolicy, fen);
    expect(found.differences.map(({ cause }) => cause)).toContain("not-settled");
    expect(judgeClaimLine(line, undefined, defaultPolicy, fen).differences).toMatchObject([{ cause: "loan-unknown", amount: 60_694n }]);
  });
});
