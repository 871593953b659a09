import { addMonths, dayNumber, laterDate } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import type { LoanEventType, LoanPayload } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, maxFen } from "@huimin/money";
import { POLICY_KEYS, type PolicyKey, type PolicyState, policyFold, policyOf, policyStream } from "@huimin/policy/events";
import type { SubsidyPayload } from "@huimin/subsidy/events";
import { Days } from "./days.ts";
import { Finding, type InvariantResult } from "./types.ts";

/** A check that reads the log once, event by event, in order. */
export interface LogCheck {
  see(event: StoredEvent): void;
  results(): InvariantResult[];
}

/** 2.7 (9): no event has a period that was closed before it. */
export function closedPeriods(): LogCheck {
  const finding = new Finding("2.7-9-closed-period", "已结账期间不再入账", "No event has a period that was closed before it");
  let closed = "";
  return {
    see(event) {
      finding.checked += 1;
      if (event.period <= closed) finding.fail(`position ${event.position}: ${event.type} in ${event.period}, closed through ${closed}`);
      if (event.type === "PeriodClosed") closed = laterDate(closed, (event.payload as { period: string }).period);
    },
    results: () => [finding.result()],
  };
}

/** Changes of open own-loan principal, by event type. */
const principalChange: { readonly [T in LoanEventType]?: (payload: LoanPayload<T>) => Fen } = {
  LoanDisbursed: (p) => fen(p.amount),
  LoanToppedUp: (p) => fen(p.amount),
  LoanOpenedByRenewal: (p) => fen(p.amount),
  DisbursementReversed: (p) => fen(p.amount),
  RepaymentReceived: (p) => -fen(p.principal),
  RepaymentDuplicateReleased: (p) => -fen(p.principal),
  RepaymentReversed: (p) => -fen(p.principal),
  LoanPrepaid: (p) => -fen(p.principal),
  LoanRenewedNoRepayment: (p) => -fen(p.amount),
  UnifiedRepaymentApplied: (p) => -fen(p.principal),
  LoanCompensated: (p) => -fen(p.principal),
  LoanRecovered: (p) => -fen(p.principal),
  LoanReleased: (p) => -fen(p.principal),
};

const DRAWINGS = new Set(["LoanDisbursed", "LoanToppedUp"]);
const TERM_MONTHS_MAX = 36;

/**
 * 2.7 (2): at each drawing the open principal of the credit group, by what was recorded until then, is within the cap
 * of the day (with top-up), and the contract is no longer than 36 months before extensions.
 */
export function householdCap(): LogCheck {
  const cap = new Finding(
    "2.7-2-household-cap",
    "户小额信贷余额不超过当日限额",
    "Open microcredit of a household is within the cap of the day",
  );
  const term = new Finding("2.7-2-term", "合同期限不超过36个月", "No contract is longer than 36 months");
  const states = new Map<PolicyKey, PolicyState>(POLICY_KEYS.map((key) => [key, policyFold.initialState]));
  const keyOfStream = new Map<string, PolicyKey>(POLICY_KEYS.map((key) => [policyStream(key), key]));
  let policy = policyOf(states);
  const groupOf = new Map<string, string>();
  const open = new Map<string, Fen>();
  /** 1.14: a loan of a batch goes to another credit file, with what is open on it. */
  const replaced = ({ loan, household = "", creditGroup, amount }: LoanPayload<"StakeReplaced">): void => {
    if (creditGroup === undefined) return;
    const from = groupOf.get(loan) ?? household;
    open.set(from, (open.get(from) ?? 0n) - fen(amount));
    open.set(creditGroup, (open.get(creditGroup) ?? 0n) + fen(amount));
    groupOf.set(loan, creditGroup);
  };
  return {
    see(event) {
      if (event.type === "StakeReplaced") return replaced(event.payload as LoanPayload<"StakeReplaced">);
      const key = keyOfStream.get(event.stream);
      if (key !== undefined) {
        states.set(key, policyFold.evolve(states.get(key) as PolicyState, event));
        policy = policyOf(states);
        return;
      }
      const change = principalChange[event.type as LoanEventType] as ((payload: unknown) => Fen) | undefined;
      if (change === undefined) return;
      const payload = event.payload as LoanPayload<"LoanDisbursed">;
      if (payload.creditGroup !== undefined) groupOf.set(payload.loan, payload.creditGroup);
      const group = groupOf.get(payload.loan) ?? payload.household ?? "";
      const now = (open.get(group) ?? 0n) + change(payload);
      open.set(group, now);
      if (!DRAWINGS.has(event.type)) return;
      cap.checked += 1;
      const limit = maxFen(policy.amount("microcredit.cap", event.valueDate), policy.amount("microcredit.cap.withTopUp", event.valueDate));
      if (now > limit)
        cap.fail(
          `position ${event.position}: credit group ${group} has ${formatAmount(now)} open, cap ${formatAmount(limit)} on ${event.valueDate}`,
        );
      term.checked += 1;
      if (payload.due > addMonths(payload.contractDate, TERM_MONTHS_MAX)) {
        term.fail(`position ${event.position}: loan ${payload.loan} runs from ${payload.contractDate} to ${payload.due}`);
      }
    },
    results: () => [cap.result(), term.result()],
  };
}

interface LoanDays {
  /** Value dates of the drawings that stand, by serial. */
  readonly drawings: Map<string, string>;
  readonly settled: Days;
  readonly byKind: Readonly<Record<"normal" | "penalty", Days>>;
}

const dayText = (day: number): string => Temporal.PlainDate.from("1970-01-01").add({ days: day }).toString();

/** Events that draw a loan of any model, by a serial. */
const FIRST_DAYS: ReadonlySet<string> = new Set([
  "LoanDisbursed",
  "LoanToppedUp",
  "LoanOpenedByRenewal",
  "EnterpriseLoanDisbursed",
  "EnterpriseLoanOpenedByRenewal",
]);

/** 2.7 (8): settled periods of a loan tile the time from its first drawing, without overlap and without gap. */
export function interestTiles(): LogCheck {
  const overlaps = new Finding("2.7-8-interest-overlap", "同一笔贷款的结息期间不重叠", "Settled interest periods of a loan do not overlap");
  const gaps = new Finding("2.7-8-interest-gap", "同一笔贷款的结息期间不间断", "Settled interest periods of a loan leave no gap");
  const loans = new Map<string, LoanDays>();
  const of = (loan: string): LoanDays => {
    const found = loans.get(loan) ?? { drawings: new Map(), settled: new Days(), byKind: { normal: new Days(), penalty: new Days() } };
    loans.set(loan, found);
    return found;
  };
  return {
    see(event) {
      if (FIRST_DAYS.has(event.type)) {
        const { loan, serial } = event.payload as LoanPayload<"LoanDisbursed">;
        of(loan).drawings.set(serial, event.valueDate);
      } else if (event.type === "DisbursementReversed") {
        const { loan, serial } = event.payload as LoanPayload<"DisbursementReversed">;
        of(loan).drawings.delete(serial);
      } else if (event.type === "InterestSettled") {
        const { loan, from, toExcl, kind } = event.payload as LoanPayload<"InterestSettled">;
        // 复利 is interest on interest: it settles no day of the principal.
        if (kind === "compound") return;
        overlaps.checked += 1;
        const { settled, byKind } = of(loan);
        settled.add(from, toExcl);
        // Penalty on days whose normal interest is settled is the surcharge alone: not the same interest again.
        if (byKind[kind].add(from, toExcl).overlap)
          overlaps.fail(`position ${event.position}: loan ${loan} settles [${from}, ${toExcl}) again`);
      }
    },
    results() {
      for (const [loan, { drawings, settled }] of loans) {
        const [first] = settled.spans;
        const [firstDrawn] = [...drawings.values()].sort();
        if (first === undefined || firstDrawn === undefined) continue;
        gaps.checked += 1;
        const start = dayNumber(firstDrawn);
        if (first[0] > start) gaps.fail(`loan ${loan}: no interest settled for [${firstDrawn}, ${dayText(first[0])})`);
        else if (settled.spans.length > 1) gaps.fail(`loan ${loan}: no interest settled from ${dayText(first[1])}`);
      }
      return [overlaps.result(), gaps.result()];
    },
  };
}

/** 2.7 (8): a day is subsidised once, apart from the part of it that a prepayment settled on its own (利随本清). */
export function subsidisedOnce(): LogCheck {
  const finding = new Finding("2.7-8-subsidised-once", "同一天只贴息一次", "A day of a loan is subsidised once");
  const subsidised = new Map<string, Days>();
  const of = (loan: string, prepayment: string | undefined): Days => {
    const key = prepayment === undefined ? loan : `${loan}\u001f${prepayment}`;
    const found = subsidised.get(key) ?? new Days();
    subsidised.set(key, found);
    return found;
  };
  return {
    see(event) {
      if (event.type === "SubsidyAccrued") {
        const { loan, settlements, correction } = event.payload as SubsidyPayload<"SubsidyAccrued">;
        if (correction !== undefined) return;
        for (const { from, toExcl, prepayment } of settlements) {
          finding.checked += 1;
          if (of(loan, prepayment).add(from, toExcl).overlap)
            finding.fail(`position ${event.position}: loan ${loan}, a day of [${from}, ${toExcl}) again`);
        }
      } else if (event.type === "SubsidyAccrualReversed") {
        const { loan, settlements } = event.payload as SubsidyPayload<"SubsidyAccrualReversed">;
        for (const { from, toExcl, prepayment } of settlements) of(loan, prepayment).remove(from, toExcl);
      }
    },
    results: () => [finding.result()],
  };
}

/** Positions without gap or repetition, streams versioned 1, 2, 3 …: what every other check builds on. */
export function logOrder(): LogCheck {
  const finding = new Finding("log-order", "事件位置与流版本连续", "Positions and stream versions have no gap");
  let position = 0;
  return {
    see(event) {
      finding.checked += 1;
      position += 1;
      if (event.position !== position) {
        finding.fail(`position ${event.position} where ${position} was expected`);
        position = event.position;
      }
      if (event.streamVersion < 1) finding.fail(`position ${event.position}: version ${event.streamVersion} of ${event.stream}`);
    },
    results: () => [finding.result()],
  };
}
