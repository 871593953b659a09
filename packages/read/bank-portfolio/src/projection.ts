import type { StoredEvent } from "@huimin/event-store";
import type { LoanEventType, LoanPayload } from "@huimin/loan/events";
import { fen } from "@huimin/money";
import { BrokenInvariant } from "@huimin/outcome";
import type { PooledEventType, PooledPayload } from "@huimin/pooled/events";
import type { ApplyTarget, Projection, ProjectionWriter } from "@huimin/projector";
import { type Attribute, indexesSql, tablesSql, writeSql } from "./tables.sql.ts";

export const PORTFOLIO_SCHEMA = "bank_portfolio";

/** What a batch says about one loan. */
class Change {
  readonly loan: string;
  drawn = 0n;
  principal = 0n;
  interest = 0n;
  settledTo: string | undefined;
  opened: Partial<Record<"bank" | "household" | "village" | "enterprise" | "batch", string>> | undefined;
  /** New rates of a floating loan by their first day. */
  readonly rateSteps: Record<string, string> = {};
  /** When it was due before an extension, by the day of the extension. */
  readonly dueBefore: Record<string, string> = {};
  readonly set = new Map<Attribute, string>();
  readonly cleared = new Set<Attribute>();

  constructor(loan: string) {
    this.loan = loan;
  }

  put(attribute: Attribute, value: string | undefined): void {
    if (value === undefined) return;
    this.set.set(attribute, value);
    this.cleared.delete(attribute);
  }

  clear(attribute: Attribute): void {
    this.cleared.add(attribute);
    this.set.delete(attribute);
  }

  drawing(payload: LoanPayload<"LoanDisbursed"> | LoanPayload<"EnterpriseLoanDisbursed">, valueDate: string, topUpOf?: string): void {
    this.drawn += fen(payload.amount);
    this.principal += fen(payload.amount);
    if (this.opened) return;
    const { bank, household, village, enterprise, batch } = payload;
    this.opened = {
      bank,
      ...(household ? { household } : {}),
      ...(village ? { village } : {}),
      ...(enterprise ? { enterprise } : {}),
      ...(batch ? { batch } : {}),
    };
    this.put("contract_date", payload.contractDate);
    this.put("first_drawn_on", valueDate);
    this.put("annual_rate", payload.annualRate);
    this.put("method", payload.method);
    this.put("due", payload.due);
    this.put("top_up_of", topUpOf);
  }
}

type Handlers = { readonly [T in LoanEventType]?: (change: Change, payload: LoanPayload<T>, event: StoredEvent) => void };

const repaid = (change: Change, payload: { principal: string; interest: string; penalty: string }): void => {
  change.principal -= fen(payload.principal);
  change.interest -= fen(payload.interest) + fen(payload.penalty);
};

/** Principal alone: prepaid by an enterprise, or settled by others (compensation, recovery, release; chain E). */
const principalPaid = (change: Change, payload: { principal: string }): void => {
  change.principal -= fen(payload.principal);
};

const handlers: Handlers = {
  LoanDisbursed: (change, payload, event) => change.drawing(payload, event.valueDate),
  LoanToppedUp: (change, payload, event) => change.drawing(payload, event.valueDate, payload.topUpOf),
  LoanOpenedByRenewal: (change, payload, event) => change.drawing(payload, event.valueDate),
  DisbursementReversed: (change, payload) => {
    change.drawn += fen(payload.amount);
    change.principal += fen(payload.amount);
  },
  RepaymentReceived: repaid,
  RepaymentDuplicateReleased: repaid,
  RepaymentReversed: repaid,
  LoanPrepaid: (change, payload) => {
    change.principal -= fen(payload.principal);
  },
  InterestSettled: (change, payload) => {
    change.interest += fen(payload.amount);
    if (payload.kind === "compound") return;
    if (change.settledTo === undefined || payload.toExcl > change.settledTo) change.settledTo = payload.toExcl;
  },
  InterestCorrected: (change, payload) => {
    change.interest += fen(payload.difference);
  },
  InterestPaid: (change, payload) => {
    change.interest -= fen(payload.amount);
  },
  InterestPaymentReversed: (change, payload) => {
    change.interest -= fen(payload.amount);
  },
  LoanExtended: (change, payload, event) => {
    change.put("due", payload.newDue);
    change.dueBefore[event.valueDate] = payload.oldDue;
    change.put("extended_from", payload.rateFrom);
    change.put("extended_rate", payload.newRate);
  },
  LoanRenewedNoRepayment: (change, payload) => {
    change.principal -= fen(payload.amount);
    change.put("renewed_into", payload.newLoan);
  },
  EnterpriseLoanDisbursed: (change, payload, event) => change.drawing(payload, event.valueDate),
  EnterpriseLoanOpenedByRenewal: (change, payload, event) => change.drawing(payload, event.valueDate),
  EnterpriseRepaid: repaid,
  EnterprisePrepaid: principalPaid,
  EnterpriseRepaymentReversed: repaid,
  LoanRateReset: (change, payload, event) => {
    change.rateSteps[event.valueDate] = payload.newRate;
  },
  UnifiedRepaymentApplied: repaid,
  LoanCompensated: principalPaid,
  LoanRecovered: principalPaid,
  LoanReleased: principalPaid,
  StakeReplaced: (change, payload) => {
    change.put("household", payload.newHousehold);
    change.put("village", payload.newVillage);
  },
  LoanMisuseConfirmed: (change, payload) => change.put("misuse_from", payload.misuseFrom),
  LoanMisuseRevoked: (change) => change.clear("misuse_from"),
  LoanBecameOverdue: (change, payload) => change.put("overdue_since", payload.due),
  OverdueCured: (change) => change.clear("overdue_since"),
};

/** What events of one loan's stream say of it, all of them together. */
export function changeOf(loan: string, events: readonly StoredEvent[]): Change {
  const change = new Change(loan);
  for (const event of events) {
    const handler = handlers[event.type as LoanEventType] as ((change: Change, payload: unknown, event: StoredEvent) => void) | undefined;
    handler?.(change, event.payload, event);
  }
  return change;
}

/** 1.16: marks of a whole batch. */
const BATCH_MARKS: ReadonlySet<string> = new Set(["BatchOverdue", "BatchOverdueCured"] satisfies PooledEventType[]);

/** A bank's loans and what is open on them. */
export const bankPortfolioProjection: Projection = {
  name: PORTFOLIO_SCHEMA,
  forBanks: true,
  version: 4,
  handles: new Set([...Object.keys(handlers), ...BATCH_MARKS]),
  tables: tablesSql,
  indexes: indexesSql,
  open: (schema) => new PortfolioWriter(schema),
};

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

class PortfolioWriter implements ProjectionWriter {
  readonly #schema: string;
  readonly #sql: ReturnType<typeof writeSql>;

  constructor(schema: string) {
    this.#schema = schema;
    this.#sql = writeSql(schema);
  }

  async apply(batch: readonly StoredEvent[], { client, district }: ApplyTarget): Promise<undefined> {
    const changes = new Map<string, Change>();
    for (const event of batch) {
      if (BATCH_MARKS.has(event.type)) {
        await this.#markBatch(event, { client, district });
        continue;
      }
      const { loan } = event.payload as { loan: string };
      const change = changes.get(loan) ?? new Change(loan);
      changes.set(loan, change);
      (handlers[event.type as LoanEventType] as (change: Change, payload: unknown, event: StoredEvent) => void)(
        change,
        event.payload,
        event,
      );
    }
    const all = [...changes.values()];
    if (all.length === 0) return undefined;
    const opened = all.filter((change) => change.opened);
    if (opened.length > 0) {
      await client.query({
        name: `${this.#schema}-open`,
        text: this.#sql.open,
        values: [district, JSON.stringify(opened.map((change) => ({ loan: change.loan, ...change.opened })))],
      });
    }
    const described = all.filter((change) => change.set.size + change.cleared.size > 0);
    if (described.length > 0) {
      const rows = described.map((change) => ({ loan: change.loan, cleared: [...change.cleared], ...Object.fromEntries(change.set) }));
      await client.query({ name: `${this.#schema}-attributes`, text: this.#sql.attributes, values: [district, JSON.stringify(rows)] });
    }
    const stepped = all.filter(({ rateSteps, dueBefore }) => Object.keys(rateSteps).length + Object.keys(dueBefore).length > 0);
    if (stepped.length > 0) {
      const some = (steps: Record<string, string>) => (Object.keys(steps).length > 0 ? steps : null);
      const rows = stepped.map(({ loan, rateSteps, dueBefore }) => ({ loan, rates: some(rateSteps), dues: some(dueBefore) }));
      await client.query({ name: `${this.#schema}-steps`, text: this.#sql.steps, values: [district, JSON.stringify(rows)] });
    }
    const { rowCount } = await client.query({
      name: `${this.#schema}-amounts`,
      text: this.#sql.amounts,
      values: [
        district,
        `{${all.map((change) => quote(change.loan)).join(",")}}`,
        `{${all.map((change) => change.drawn).join(",")}}`,
        `{${all.map((change) => change.principal).join(",")}}`,
        `{${all.map((change) => change.interest).join(",")}}`,
        `{${all.map((change) => change.settledTo ?? "NULL").join(",")}}`,
      ],
    });
    if (rowCount !== all.length)
      throw new BrokenInvariant(`${all.length - (rowCount ?? 0)} of ${all.length} loans of a batch were never opened`);
    return undefined;
  }

  async #markBatch(event: StoredEvent, { client, district }: Pick<ApplyTarget, "client" | "district">): Promise<void> {
    if (event.type === "BatchOverdue") {
      const { batch, due } = event.payload as PooledPayload<"BatchOverdue">;
      await client.query({ name: `${this.#schema}-overdue-batch`, text: this.#sql.overdueBatch, values: [district, batch, due] });
      return;
    }
    const { batch } = event.payload as PooledPayload<"BatchOverdueCured">;
    await client.query({ name: `${this.#schema}-cured-batch`, text: this.#sql.curedBatch, values: [district, batch] });
  }
}
