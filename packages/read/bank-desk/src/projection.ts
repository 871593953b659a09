import type { DividendEventType, DividendPayload } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import { type LoanEventType, type LoanPayload, modelOf } from "@huimin/loan/events";
import { fen, sumFen } from "@huimin/money";
import type { ApplyTarget, Projection, ProjectionWriter } from "@huimin/projector";
import type { RiskFundEventType, RiskFundPayload } from "@huimin/risk-fund/events";
import type { SubsidyEventType, SubsidyPayload } from "@huimin/subsidy/events";
import { type Move, moves } from "./moves.ts";
import { indexesSql, tablesSql, writeSql } from "./tables.sql.ts";

export const DESK_SCHEMA = "bank_desk";
export type ItemKind = "payout" | "claim" | "compensation";

/** What a batch of events says of one item. */
interface ItemChange {
  readonly kind: ItemKind;
  readonly ref: string;
  opened?: { readonly bank: string; readonly on: string; readonly position: number; readonly status: string };
  fresh?: boolean;
  status?: string;
  /** Of an approved case: who pays. */
  payers?: number;
  total: bigint;
  count: number;
  done: number;
}

class Batch {
  readonly positions = new Map<string, { bank: string; model: number; on: string; drawn: bigint; principal: bigint; interest: bigint }>();
  readonly held: object[] = [];
  readonly decided: object[] = [];
  readonly items = new Map<string, ItemChange>();

  move(event: StoredEvent, { drawn = 0n, principal = 0n, interest = 0n }: Move): void {
    const subject = event.payload as LoanPayload<"OverdueCured">;
    const model = modelOf(subject);
    const key = `${subject.bank} ${model} ${event.valueDate}`;
    const before = this.positions.get(key) ?? { bank: subject.bank, model, on: event.valueDate, drawn: 0n, principal: 0n, interest: 0n };
    before.drawn += drawn;
    before.principal += principal;
    before.interest += interest;
    this.positions.set(key, before);
  }

  item(kind: ItemKind, ref: string): ItemChange {
    const key = `${kind} ${ref}`;
    const change = this.items.get(key) ?? { kind, ref, total: 0n, count: 0, done: 0 };
    this.items.set(key, change);
    return change;
  }

  open(kind: ItemKind, ref: string, bank: string, event: StoredEvent, status: string): ItemChange {
    const change = this.item(kind, ref);
    Object.assign(change, {
      opened: { bank, on: event.valueDate, position: event.position, status },
      status,
      fresh: true,
      total: 0n,
      count: 0,
      done: 0,
    });
    return change;
  }
}

type Apply = (batch: Batch, payload: never, event: StoredEvent) => void;

const held: { readonly [T in LoanEventType]?: Apply } = {
  RepaymentDuplicateSuspected: (batch, payload: LoanPayload<"RepaymentDuplicateSuspected">, { valueDate, position, recordedAt }) => {
    const { loan, serial, bank, sameAs, principal, interest, penalty } = payload;
    const amounts = { principal: String(fen(principal)), interest: String(fen(interest)), penalty: String(fen(penalty)) };
    batch.held.push({ loan, serial, bank, same_as: sameAs, value_date: valueDate, ...amounts, position, held_at: recordedAt });
  },
  RepaymentDuplicateDismissed: (batch, { loan, serial }: LoanPayload<"RepaymentDuplicateDismissed">, { position, recordedAt, actor }) => {
    batch.decided.push({ loan, serial, status: "dismissed", position, at: recordedAt, by: actor });
  },
};

const results =
  (sign: 1 | -1) =>
  (batch: Batch, { payoutBatch, items }: { payoutBatch: string; items: readonly unknown[] }) => {
    batch.item("payout", payoutBatch).done += sign * items.length;
  };

const payouts: { readonly [T in DividendEventType]?: Apply } = {
  PayoutBatchSubmitted: (batch, { payoutBatch, bank, total, count }: DividendPayload<"PayoutBatchSubmitted">, event) => {
    const change = batch.open("payout", payoutBatch, bank, event, "submitted");
    change.total = fen(total);
    change.count = count;
  },
  PayoutBatchAccepted: (batch, { payoutBatch }: DividendPayload<"PayoutBatchAccepted">) => {
    batch.item("payout", payoutBatch).status = "accepted";
  },
  PayoutBatchCancelled: (batch, { payoutBatch }: DividendPayload<"PayoutBatchCancelled">) => {
    batch.item("payout", payoutBatch).status = "cancelled";
  },
  PayoutSucceeded: results(1),
  PayoutFailed: results(1),
  // Taken back: without a result again, except a return, which was one before.
  PayoutResultReversed: (batch, payload: DividendPayload<"PayoutResultReversed">) => {
    if (payload.result !== "returned") results(-1)(batch, payload);
  },
};

const claims: { readonly [T in SubsidyEventType]?: Apply } = {
  SubsidyClaimSubmitted: (batch, { bank, quarter, lines, total }: SubsidyPayload<"SubsidyClaimSubmitted">, event) => {
    const ref = `${bank}-${quarter}`;
    const change = batch.item("claim", ref);
    change.opened = { bank, on: event.valueDate, position: event.position, status: "submitted" };
    change.status = "submitted";
    // Each submission adds its lines.
    change.total += fen(total);
    change.count += lines.length;
  },
  SubsidyClaimReplaced: (batch, { bank, quarter }: SubsidyPayload<"SubsidyClaimReplaced">) => {
    Object.assign(batch.item("claim", `${bank}-${quarter}`), { fresh: true, total: 0n, count: 0 });
  },
  SubsidyClaimPublished: (batch, { bank, quarter }: SubsidyPayload<"SubsidyClaimPublished">) => {
    batch.item("claim", `${bank}-${quarter}`).status = "published";
  },
  SubsidyClaimApproved: (batch, { bank, quarter }: SubsidyPayload<"SubsidyClaimApproved">) => {
    batch.item("claim", `${bank}-${quarter}`).status = "approved";
  },
};

const cases: { readonly [T in RiskFundEventType]?: Apply } = {
  CompensationApplied: (batch, { ref, bank, loans }: RiskFundPayload<"CompensationApplied">, event) => {
    const change = batch.open("compensation", ref, bank, event, "applied");
    change.total = sumFen(loans.flatMap(({ principal, interest }) => [fen(principal), fen(interest)]));
  },
  CompensationApproved: (batch, { ref, shares }: RiskFundPayload<"CompensationApproved">) => {
    const change = batch.item("compensation", ref);
    change.status = "approved";
    // Who pays: everybody with a share but the bank itself.
    change.payers = shares.filter(({ party, amount }) => party !== "bank" && fen(amount) > 0n).length;
  },
  CompensationApprovalRevoked: (batch, { ref }: RiskFundPayload<"CompensationApprovalRevoked">) => {
    Object.assign(batch.item("compensation", ref), { status: "applied", payers: 0 });
  },
  CompensationWithdrawn: (batch, { ref }: RiskFundPayload<"CompensationWithdrawn">) => {
    batch.item("compensation", ref).status = "withdrawn";
  },
  CompensationRejected: (batch, { ref }: RiskFundPayload<"CompensationRejected">) => {
    batch.item("compensation", ref).status = "rejected";
  },
  CompensationPaid: (batch, { ref }: RiskFundPayload<"CompensationPaid">) => {
    batch.item("compensation", ref).done += 1;
  },
  CompensationPaymentReversed: (batch, { ref }: RiskFundPayload<"CompensationPaymentReversed">) => {
    batch.item("compensation", ref).done -= 1;
  },
};

const others: Readonly<Record<string, Apply | undefined>> = { ...held, ...payouts, ...claims, ...cases };

/** What a bank looks after beside its loans. */
export const bankDeskProjection: Projection = {
  name: DESK_SCHEMA,
  version: 2,
  forBanks: true,
  handles: new Set([...Object.keys(moves), ...Object.keys(others)]),
  tables: tablesSql,
  indexes: indexesSql,
  open: (schema) => new DeskWriter(schema),
};

class DeskWriter implements ProjectionWriter {
  readonly #schema: string;
  readonly #sql: ReturnType<typeof writeSql>;

  constructor(schema: string) {
    this.#schema = schema;
    this.#sql = writeSql(schema);
  }

  fold(events: readonly StoredEvent[]): Batch {
    const batch = new Batch();
    for (const event of events) {
      const mover = moves[event.type as LoanEventType] as ((payload: unknown) => Move) | undefined;
      if (mover) batch.move(event, mover(event.payload));
      (others[event.type] as ((batch: Batch, payload: unknown, event: StoredEvent) => void) | undefined)?.(batch, event.payload, event);
      if (event.type === "RepaymentDuplicateReleased") {
        const { loan, serial } = event.payload as LoanPayload<"RepaymentDuplicateReleased">;
        const { position, recordedAt, actor } = event;
        batch.decided.push({ loan, serial, status: "released", position, at: recordedAt, by: actor });
      }
    }
    return batch;
  }

  async apply(events: readonly StoredEvent[], { client, district }: ApplyTarget, folded?: unknown): Promise<undefined> {
    const batch = (folded as Batch | undefined) ?? this.fold(events);
    const write = async (name: keyof ReturnType<typeof writeSql>, values: readonly unknown[]): Promise<void> => {
      await client.query({ name: `${this.#schema}-${name}`, text: this.#sql[name], values: [district, ...values] });
    };
    const positions = [...batch.positions.values()];
    if (positions.length > 0)
      await write(
        "positions",
        (["bank", "model", "on", "drawn", "principal", "interest"] as const).map((column) => positions.map((row) => String(row[column]))),
      );
    if (batch.held.length > 0) await write("hold", [JSON.stringify(batch.held)]);
    if (batch.decided.length > 0) await write("decide", [JSON.stringify(batch.decided)]);
    const items = [...batch.items.values()];
    const opened = items.flatMap(({ kind, ref, opened: of }) =>
      of ? [{ kind, ref, bank: of.bank, status: of.status, opened_on: of.on, position: of.position }] : [],
    );
    if (opened.length > 0) await write("open", [JSON.stringify(opened)]);
    if (items.length > 0)
      await write("change", [
        JSON.stringify(
          items.map(({ kind, ref, status, fresh = false, payers, total, count, done }) => ({
            kind,
            ref,
            status,
            fresh,
            payers,
            total: String(total),
            count,
            done,
          })),
        ),
      ]);
    return undefined;
  }
}
