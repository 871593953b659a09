import type { StoredEvent } from "@huimin/event-store";
import type { LoanPayload } from "@huimin/loan/events";
import { type Fen, formatAmount } from "@huimin/money";
import type { PooledPayload } from "@huimin/pooled/events";
import { postingOf } from "../rules/index.ts";
import type { LogCheck } from "./log-checks.ts";
import { Finding } from "./types.ts";

/** Accounts of the principal of a batch, all in book M. */
const PRINCIPAL = new Set(["entrustedStake", "loanMoneyHousehold", "householdLoanPrincipal"]);
const DUTY = new Set(["enterpriseDuty", "enterpriseDutyContra"]);

/** Movements by value date; an identity that holds on every day leaves nothing on any. */
class Days {
  readonly #open = new Map<string, Map<string, Fen>>();

  add(key: string, day: string, amount: Fen): void {
    const days = this.#open.get(key) ?? new Map<string, Fen>();
    this.#open.set(key, days);
    days.set(day, (days.get(day) ?? 0n) + amount);
  }

  keys(): Iterable<string> {
    return this.#open.keys();
  }

  /** The first day on which the movements do not cancel, with what they leave. */
  fault(key: string): string | undefined {
    const open = [...(this.#open.get(key) ?? [])].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
    const [first] = open;
    return first && `${formatAmount(first[1])} on ${first[0]}`;
  }
}

const SEPARATOR = " | ";

/**
 * 2.7 (3), 分贷统还: per household and day stake 9101 + loan money 9102 = loan 9201; a loan whose stake was divided by a split
 * is looked at as a whole (T11). Per batch and day 9104 = 9204 = Σ 9101. By the lines that the rules give for the log.
 */
export function pooledStakes(): LogCheck {
  const households = new Finding(
    "2.7-3-stake-is-loan",
    "分贷统还每户每天委托股权加资金占用等于贷款本金",
    "In a batch stake plus loan money is the loan, per household and day (T11: per split group)",
  );
  const batches = new Finding(
    "2.7-3-duty-is-stakes",
    "每批次每天企业统还义务等于各户委托股权之和",
    "The enterprise's duty is its contra and the sum of the stakes, per batch and day",
  );
  const perHousehold = new Days();
  const perLoan = new Days();
  const duty = new Days();
  const dutyIsStakes = new Days();
  const divided = new Set<string>();
  return {
    see(event) {
      if ((event.payload as { batch?: string }).batch === undefined || !event.stream.startsWith("loan/")) return;
      if (event.type === "StakeDivided") divided.add((event.payload as LoanPayload<"StakeDivided">).loan);
      for (const { account, debit, credit, dims } of postingOf(event).entries) {
        const { household, loan, batch = "" } = dims;
        const net = debit - credit;
        if (PRINCIPAL.has(account)) {
          perHousehold.add(`loan ${loan}${SEPARATOR}household ${household}`, event.valueDate, net);
          perLoan.add(`loan ${loan}`, event.valueDate, net);
        }
        if (DUTY.has(account)) duty.add(`batch ${batch}`, event.valueDate, net);
        if (account === "entrustedStake") dutyIsStakes.add(`batch ${batch}`, event.valueDate, net);
        if (account === "enterpriseDuty") dutyIsStakes.add(`batch ${batch}`, event.valueDate, -net);
      }
    },
    results() {
      const look = (finding: Finding, days: Days, key: string): void => {
        finding.checked += 1;
        const fault = days.fault(key);
        if (fault) finding.fail(`${key}: open by ${fault}`);
      };
      for (const key of perHousehold.keys()) {
        const loan = key.split(SEPARATOR)[0] as string;
        if (!divided.has(loan.slice("loan ".length))) look(households, perHousehold, key);
      }
      for (const loan of divided) look(households, perLoan, `loan ${loan}`);
      for (const key of dutyIsStakes.keys()) {
        look(batches, duty, key);
        look(batches, dutyIsStakes, key);
      }
      return [households.result(), batches.result()];
    },
  };
}

/** What an event says that a household of a batch owes; nothing for a sound one. */
function owedByHousehold(event: StoredEvent): string | undefined {
  if (event.type === "LoanBecameOverdue" && (event.payload as LoanPayload<"LoanBecameOverdue">).batch !== undefined)
    return "a loan of a batch is marked overdue";
  if (event.type === "BatchOverdue") {
    const { obligor, enterprise } = event.payload as PooledPayload<"BatchOverdue">;
    if (obligor !== enterprise) return `the batch is overdue by ${obligor}`;
  }
  return undefined;
}

/**
 * 2.1, core invariant: a household of model 1 is obligor of nothing — no overdue mark, no interest, no penalty, no claim
 * after compensation (1218.01). What its loan costs is the enterprise's.
 */
export function householdsOweNothing(): LogCheck {
  const finding = new Finding(
    "2.1-household-owes-nothing",
    "分贷统还的贫困户不是任何债务的责任人",
    "A household of a batch is obligor of nothing",
  );
  const enterprises = new Set<string>();
  return {
    see(event) {
      const { batch, enterprise } = event.payload as { batch?: string; enterprise?: string };
      if (batch !== undefined && enterprise !== undefined) enterprises.add(enterprise);
      const said = owedByHousehold(event);
      if (said) finding.fail(`position ${event.position}: ${said}`);
      for (const { account, dims } of postingOf(event).entries) {
        if (dims.model !== "1" || (account !== "interestBorne" && account !== "compensationClaim")) continue;
        finding.checked += 1;
        const owes = account === "interestBorne" ? dims.bearer === "household" : !enterprises.has(dims.obligor ?? "");
        if (owes) finding.fail(`position ${event.position}: ${event.type} makes a household of a batch owe ${account}`);
      }
    },
    results: () => [finding.result()],
  };
}
