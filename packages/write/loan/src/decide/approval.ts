/*
 * Applications and approvals (3.1–3.3). What a household may borrow is decided over its whole credit file: everybody who
 * was one household counts as one, at every bank (豫政办〔2017〕137号), by value date.
 */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { openPrincipal } from "@huimin/interest/timeline";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { eligibleOn, type HouseholdState } from "@huimin/registry/events";
import { errors } from "../errors.ts";
import { aboveCap, type Commitment, type CreditEntry, type CreditState, isOpenCommitment, ratingOf, undrawn } from "../evolve.ts";
import type { LoanPayload } from "../schema.ts";
import { ageOn, loanEvent, type Refused } from "../shared.ts";
import { contractRefusal } from "./extension.ts";

/** 借款人年龄: 18–65 at the application (domain 2.3, 3.1). */
export const BORROWER_AGE_MIN = 18;
export const BORROWER_AGE_MAX = 65;

/** 生产经营 uses of a microcredit (银监发〔2017〕42号, 银保监发〔2021〕6号: never 结婚、建房、理财、购置家庭用品). */
export const PRODUCTIVE_PURPOSES: ReadonlyMap<string, string> = new Map([
  ["种植", "planting"],
  ["养殖", "breeding"],
  ["加工", "processing"],
  ["商业", "trade"],
  ["服务", "services"],
  ["运输", "transport"],
  ["手工", "handicraft"],
  ["旅游", "tourism"],
]);
const purposes = new Set([...PRODUCTIVE_PURPOSES.keys(), ...PRODUCTIVE_PURPOSES.values()]);

/** Facts of the household on whose credit a decision is made. */
export interface CreditFacts {
  readonly household: HouseholdState;
  readonly credit: CreditState;
  readonly commitments: readonly Commitment[];
  readonly policy: Policy;
  /** microcredit.cap.withTopUp was set by the district for that date: then a single loan may reach it. */
  readonly topUpCapIsSet: boolean;
}

/** ABOVE_CAP or ABOVE_TOP_UP_CAP, see {@link aboveCap}. */
export function capRefusal(
  { commitments, policy, topUpCapIsSet }: CreditFacts,
  amount: Fen,
  on: IsoDate,
  isTopUp: boolean,
): Refused | undefined {
  const withTopUps = isTopUp || topUpCapIsSet;
  const above = aboveCap(commitments, policy, amount, on, withTopUps);
  if (!above) return undefined;
  const details = { total: formatAmount(above.total), cap: formatAmount(above.cap), available: formatAmount(above.available) };
  return refuse(withTopUps ? errors.ABOVE_TOP_UP_CAP : errors.ABOVE_CAP, details, { path: "/amount" });
}

/** 不得重复申报: nothing undecided in the household, no open loan of another member or at another bank. */
function doubleRefusal({ commitments }: CreditFacts, household: string, borrower: string, bank: string): Refused | undefined {
  const other = commitments.find((commitment) => {
    const { entry } = commitment;
    if (entry.household !== household || !isOpenCommitment(commitment)) return false;
    return entry.status === "applied" || entry.bank !== bank || entry.borrower !== borrower;
  });
  return other ? refuse(errors.DOUBLE_APPLICATION, { other: other.entry.loan, bank: other.entry.bank }) : undefined;
}

function topUpRefusal({ commitments }: CreditFacts, topUpOf: string | undefined, household: string, bank: string): Refused | undefined {
  if (topUpOf === undefined) return undefined;
  const base = commitments.find(({ entry }) => entry.loan === topUpOf)?.entry;
  const fits =
    base?.status === "approved" &&
    base.household === household &&
    base.bank === bank &&
    base.topUpOf === undefined &&
    base.batch === undefined;
  return fits ? undefined : refuse(errors.TOP_UP_BASE_MISSING, { loan: topUpOf }, { path: "/topUpOf" });
}

function isMemberOn(household: HouseholdState, personId: string, on: IsoDate): boolean {
  const now = household.members.some((member) => member.personId === personId && member.from <= on);
  return now || household.formerMembers.some((member) => member.personId === personId && member.from <= on && on < member.to);
}

function eligibilityRefusal({ household, policy }: CreditFacts, on: IsoDate): Refused | undefined {
  if (eligibleOn(household, on, policy.texts("microcredit.eligible", on))) return undefined;
  return refuse(errors.NOT_ELIGIBLE, { household: household.household ?? "", on });
}

export interface Application {
  readonly loan: string;
  readonly household: string;
  readonly borrower: string;
  readonly bank: string;
  readonly amount: string;
  readonly purpose: string;
  readonly termMonths: number;
  readonly topUpOf?: string;
  readonly valueDate: IsoDate;
}

/** 3.1 贷款申请. `birthDate` of the borrower, undefined when it is not known. */
export function apply(facts: CreditFacts, application: Application, birthDate: string | undefined): Result<DomainEvent> {
  const { loan, household, borrower, bank, amount, purpose, termMonths, topUpOf, valueDate } = application;
  const known = facts.credit.entries.get(loan);
  const max = facts.policy.integer("microcredit.termMonths", valueDate);
  const refusal =
    (known ? refuse(errors.APPLICATION_DECIDED, { loan, status: known.status }, { path: "/loan" }) : undefined) ??
    eligibilityRefusal(facts, valueDate) ??
    (isMemberOn(facts.household, borrower, valueDate)
      ? undefined
      : refuse(errors.BORROWER_NOT_MEMBER, { household, on: valueDate }, { path: "/borrower" })) ??
    ageRefusal(birthDate, valueDate) ??
    (purposes.has(purpose) ? undefined : refuse(errors.PURPOSE_NOT_PRODUCTIVE, { purpose }, { path: "/purpose" })) ??
    (termMonths <= max ? undefined : refuse(errors.TERM_TOO_LONG, { months: termMonths, max }, { path: "/termMonths" })) ??
    (fen(amount) > 0n ? undefined : refuse(errors.NOTHING_PAID, {}, { path: "/amount" })) ??
    topUpRefusal(facts, topUpOf, household, bank) ??
    capRefusal(facts, fen(amount), valueDate, topUpOf !== undefined) ??
    doubleRefusal(facts, household, borrower, bank);
  if (refusal) return refusal;
  return ok(
    loanEvent("LoanApplied", valueDate, { loan, household, borrower, bank, amount, purpose, termMonths, ...(topUpOf ? { topUpOf } : {}) }),
  );
}

function ageRefusal(birthDate: string | undefined, on: IsoDate): Refused | undefined {
  if (birthDate === undefined) return refuse(errors.BORROWER_BIRTH_DATE_UNKNOWN, {}, { path: "/borrower" });
  const age = ageOn(birthDate, on);
  if (age >= BORROWER_AGE_MIN && age <= BORROWER_AGE_MAX) return undefined;
  return refuse(errors.BORROWER_AGE, { age, min: BORROWER_AGE_MIN, max: BORROWER_AGE_MAX, on }, { path: "/borrower" });
}

export interface ApprovalRequest {
  readonly loan: string;
  readonly household: string;
  readonly amount: string;
  readonly annualRate: string;
  readonly due: IsoDate;
  readonly contractDate?: IsoDate;
  readonly method?: LoanPayload<"LoanApproved">["method"];
  readonly topUpOf?: string;
  readonly yearBase?: 360 | 365;
  readonly valueDate: IsoDate;
}

/** The entry that an approval, a rejection or a withdrawal concerns: applied for by this household, at `bank` when one sends it. */
export function pendingEntry(
  credit: CreditState,
  loan: string,
  household: string,
  status: readonly CreditEntry["status"][] = ["applied"],
): Result<CreditEntry> {
  const entry = credit.entries.get(loan);
  if (!entry || entry.household !== household) return refuse(errors.APPLICATION_MISSING, { loan }, { path: "/loan" });
  if (!status.includes(entry.status)) return refuse(errors.APPLICATION_DECIDED, { loan, status: entry.status }, { path: "/loan" });
  return ok(entry);
}

/**
 * 3.3 审批: by the rules of the contract date. Refuses ABOVE_CAP, ABOVE_TOP_UP_CAP, TERM_TOO_LONG, RATE_ABOVE_CEILING,
 * NOT_ELIGIBLE, ABOVE_APPLICATION, ABOVE_CREDIT_LIMIT, CREDIT_RATING_EXPIRED, TOP_UP_BASE_MISSING.
 */
export function approve(facts: CreditFacts, entry: CreditEntry, request: ApprovalRequest): Result<DomainEvent> {
  const { loan, household, amount, annualRate, due, yearBase, valueDate } = request;
  const { contractDate = valueDate, method = "interest-only-then-bullet", topUpOf = entry.topUpOf } = request;
  const refusal =
    (fen(amount) > 0n ? undefined : refuse(errors.NOTHING_PAID, {}, { path: "/amount" })) ??
    (fen(amount) <= entry.amount
      ? undefined
      : refuse(errors.ABOVE_APPLICATION, { amount, applied: formatAmount(entry.amount) }, { path: "/amount" })) ??
    topUpRefusal(facts, topUpOf, household, entry.bank) ??
    capRefusal(facts, fen(amount), contractDate, topUpOf !== undefined) ??
    eligibilityRefusal(facts, contractDate) ??
    contractRefusal({ contractDate, due, annualRate }, facts.policy) ??
    ratingRefusal(facts, entry, fen(amount), contractDate);
  if (refusal) return refusal;
  return ok(
    loanEvent("LoanApproved", valueDate, {
      loan,
      household,
      bank: entry.bank,
      amount,
      annualRate,
      contractDate,
      due,
      method,
      ...(topUpOf ? { topUpOf } : {}),
      ...(yearBase ? { yearBase } : {}),
    }),
  );
}

/** 3.2: where the bank has rated the household, the loan stays within the limit while the rating is valid. */
function ratingRefusal({ credit, commitments }: CreditFacts, entry: CreditEntry, amount: Fen, on: IsoDate): Refused | undefined {
  const rating = ratingOf(credit, entry.household, entry.bank);
  if (!rating || rating.ratedOn > on) return undefined;
  if (rating.validTo < on) return refuse(errors.CREDIT_RATING_EXPIRED, { validTo: rating.validTo });
  const own = commitments.filter((commitment) => commitment.entry.household === entry.household && commitment.entry.bank === entry.bank);
  const committed = sumFen(own.map((commitment) => undrawn(commitment, on) + openPrincipal(commitment.loan.timeline, on)));
  if (committed + amount <= rating.limit) return undefined;
  const details = { amount: formatAmount(amount), committed: formatAmount(committed), limit: formatAmount(rating.limit) };
  return refuse(errors.ABOVE_CREDIT_LIMIT, details, { path: "/amount" });
}
