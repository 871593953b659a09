import { createHash } from "node:crypto";
import type { BankFilePayload, StatementLine } from "@huimin/bank-file/events";
import { CHART, type Entry, postingOf, postingTypes } from "@huimin/books";
import type { StoredEvent } from "@huimin/event-store";
import { loanEvents } from "@huimin/loan/events";
import { fen } from "@huimin/money";
import type { ApplyTarget, Projection, ProjectionWriter } from "@huimin/projector";
import type { ReconciliationPayload } from "@huimin/reconciliation/events";
import { indexesSql, tablesSql, writeSql } from "./tables.sql.ts";

export const RECONCILIATION_SCHEMA = "reconciliation";

/** 1002.xx by the id of the account. */
const FUND_ACCOUNTS: ReadonlyMap<string, string> = new Map(
  Object.values(CHART).flatMap((account) => {
    const code = account.codes.at(-1)?.code ?? "";
    return code.startsWith("1002.") ? [[account.id, code] as const] : [];
  }),
);

/**
 * Types that post and may move 1002.xx: every one but those of loans, which are book M, and the lists of households, which
 * are long and move no cash.
 */
const NO_CASH = new Set([
  ...Object.keys(loanEvents),
  "EntitlementsAllocated",
  "EntitlementsReversed",
  "PayoutItemsSubmitted",
  "PayoutItemsCancelled",
  "BeneficiariesAssigned",
  "BeneficiariesReassigned",
]);
const cashTypes = postingTypes().filter((type) => !NO_CASH.has(type));

const OWN_TYPES = [
  "FundAccountBound",
  "FundAccountEnded",
  "BankStatementLinesReceived",
  "BankStatementReceived",
  "DifferenceExplained",
  "DifferenceResolved",
  "MatchConfirmed",
  "MatchUndone",
  "BankDayClosed",
  "PortfolioLinesReceived",
  "PortfolioReceived",
] as const;

/** What reconciliation compares, see tables.sql.ts. */
export const reconciliationProjection: Projection = {
  name: RECONCILIATION_SCHEMA,
  version: 2,
  forBanks: true,
  handles: new Set([...cashTypes, ...OWN_TYPES]),
  tables: tablesSql,
  indexes: indexesSql,
  open: (schema) => new ReconciliationWriter(schema),
};

interface MovementRow {
  readonly account: string;
  readonly position: number;
  readonly slot: number;
  readonly bank: string | undefined;
  readonly value_date: string;
  readonly amount: string;
  readonly serial: string | undefined;
  readonly reverses: string | undefined;
  readonly order_ref: string | undefined;
  readonly event_type: string;
  readonly stream: string;
  readonly summary: string;
}

interface References {
  readonly serial?: string;
  readonly reversalSerial?: string;
  readonly payoutBatch?: string;
}

/** What an event moves on accounts at banks: one movement an account and bank, whatever the number of its lines. */
export function movementsOf(event: StoredEvent): MovementRow[] {
  const { entries, text } = postingOf(event);
  const sums = new Map<string, { account: string; bank: string | undefined; amount: bigint }>();
  for (const { account, debit, credit, dims } of entries as readonly Entry[]) {
    const code = FUND_ACCOUNTS.get(account);
    if (code === undefined) continue;
    const key = `${code} ${dims.bank ?? ""}`;
    const sum = sums.get(key) ?? { account: code, bank: dims.bank, amount: 0n };
    sum.amount += debit - credit;
    sums.set(key, sum);
  }
  const { serial, reversalSerial, payoutBatch } = (event.payload ?? {}) as References;
  const own = reversalSerial ?? serial;
  return [...sums.values()]
    .filter(({ amount }) => amount !== 0n)
    .map(({ account, bank, amount }, slot) => ({
      account,
      position: event.position,
      slot,
      bank,
      value_date: event.valueDate,
      amount: amount.toString(),
      serial: own,
      reverses: reversalSerial === undefined ? undefined : serial,
      order_ref: payoutBatch,
      event_type: event.type,
      stream: event.stream,
      summary: text,
    }));
}

/** 12 hexadecimal digits of what a line says. */
const contentOf = (parts: readonly (string | number | boolean | undefined)[]): string =>
  createHash("sha256")
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest("hex")
    .slice(0, 12);

/** `B1-17` is the 17th payment of the order B1. */
const orderOf = (endToEndId: string | undefined): string | undefined => /^(.+)-[1-9]\d{0,5}$/.exec(endToEndId ?? "")?.[1];

function lineRow(of: { bank: string; account: string; date: string; sha256: string }, line: StatementLine) {
  const amount = line.direction === "credit" ? fen(line.amount) : -fen(line.amount);
  return {
    bank: of.bank,
    number: of.account,
    day: of.date,
    sha256: of.sha256,
    line: line.line,
    booked_on: line.bookedOn,
    amount: amount.toString(),
    serial: line.serial,
    reversal: line.reversal ?? false,
    order_ref: line.order ?? orderOf(line.endToEndId),
    payments: line.payments,
    content: contentOf([line.bookedOn, line.direction, line.amount, line.serial, line.reversal, line.order, line.endToEndId]),
  };
}

type Handler = (event: StoredEvent, target: ApplyTarget) => Promise<unknown>;

class ReconciliationWriter implements ProjectionWriter {
  readonly #schema: string;
  readonly #sql: ReturnType<typeof writeSql>;
  readonly #handlers: Readonly<Record<string, Handler>>;

  constructor(schema: string) {
    this.#schema = schema;
    this.#sql = writeSql(schema);
    this.#handlers = { ...this.#accounts(), ...this.#people(), ...this.#files() };
  }

  async apply(batch: readonly StoredEvent[], target: ApplyTarget): Promise<undefined> {
    let movements: MovementRow[] = [];
    const flush = async (): Promise<void> => {
      if (movements.length > 0) await this.#run(target, "addMovements", [JSON.stringify(movements)]);
      movements = [];
    };
    for (const event of batch) {
      const handle = this.#handlers[event.type];
      if (!handle) {
        movements.push(...movementsOf(event));
        continue;
      }
      // Which bank a movement is at depends on the bindings before it.
      if (event.type.startsWith("FundAccount")) await flush();
      await handle(event, target);
    }
    await flush();
    return undefined;
  }

  #run({ client, district }: ApplyTarget, name: keyof ReturnType<typeof writeSql>, values: readonly unknown[]): Promise<unknown> {
    return client.query({ name: `${this.#schema}-${name}`, text: this.#sql[name], values: [district, ...values] });
  }

  #accounts(): Record<string, Handler> {
    return {
      FundAccountBound: async ({ payload, position }, target) => {
        const { account, bank, number, from, openingBalance } = payload as ReconciliationPayload<"FundAccountBound">;
        await this.#run(target, "bind", [account, bank, number, from, fen(openingBalance).toString(), position]);
        if (account !== "1002.02") await this.#run(target, "adopt", [account, bank, from]);
      },
      FundAccountEnded: async ({ payload }, target) => {
        const { account, bank, to } = payload as ReconciliationPayload<"FundAccountEnded">;
        await this.#run(target, "end", [account, bank, to]);
        await this.#run(target, "orphan", [account, bank, to]);
      },
    };
  }

  #people(): Record<string, Handler> {
    return {
      DifferenceExplained: ({ payload, actor, position }, target) => {
        const { desk, items, bank, reason, note, clearBy } = payload as ReconciliationPayload<"DifferenceExplained">;
        return this.#run(target, "explain", [desk, items, bank, reason, note ?? null, clearBy, null, actor, position]);
      },
      DifferenceResolved: ({ payload, actor, position }, target) => {
        const { desk, items, by = [], bank, note, match, positions } = payload as ReconciliationPayload<"DifferenceResolved">;
        if (match !== undefined) return this.#run(target, "pair", [desk, position, bank, match, [...items, ...by]]);
        return this.#run(target, "explain", [desk, items, bank, "resolved", note ?? null, null, positions ?? null, actor, position]);
      },
      MatchConfirmed: ({ payload, position }, target) => {
        const { desk, bank, match, items } = payload as ReconciliationPayload<"MatchConfirmed">;
        return this.#run(target, "pair", [desk, position, bank, match, items]);
      },
      MatchUndone: ({ payload, position }, target) => {
        const { desk, bank, match, items } = payload as ReconciliationPayload<"MatchUndone">;
        if (match !== undefined) return this.#run(target, "undo", [desk, match, position]);
        return this.#run(target, "pair", [desk, position, bank, null, items]);
      },
      BankDayClosed: ({ payload, position, recordedAt, actor }, target) => {
        const p = payload as ReconciliationPayload<"BankDayClosed">;
        const figures = [fen(p.balancePerBank).toString(), fen(p.balancePerBooks).toString(), p.knownAt, p.matched];
        const of = [p.desk, p.day, p.bank, p.account, p.statement, ...figures, JSON.stringify(p.open), p.openHash];
        return this.#run(target, "close", [...of, position, recordedAt, actor]);
      },
    };
  }

  #files(): Record<string, Handler> {
    return {
      BankStatementLinesReceived: ({ payload }, target) => {
        const p = payload as BankFilePayload<"BankStatementLinesReceived">;
        return this.#run(target, "addLines", [JSON.stringify(p.lines.map((line) => lineRow(p, line)))]);
      },
      BankStatementReceived: ({ payload, position }, target) => {
        const p = payload as BankFilePayload<"BankStatementReceived">;
        const figures = [fen(p.opening).toString(), fen(p.closing).toString(), p.lines];
        return this.#run(target, "addStatement", [p.bank, p.account, p.date, position, p.sha256, p.from, ...figures]);
      },
      PortfolioLinesReceived: ({ payload }, target) => {
        const { bank, date, sha256, lines } = payload as ReconciliationPayload<"PortfolioLinesReceived">;
        const rows = lines.map(({ principal, interest, ...line }) => ({
          ...line,
          principal: fen(principal).toString(),
          interest: interest === undefined ? undefined : fen(interest).toString(),
        }));
        return this.#run(target, "addPortfolioLines", [bank, date, sha256, JSON.stringify(rows)]);
      },
      PortfolioReceived: ({ payload, position }, target) => {
        const { bank, date, sha256, rows, principal } = payload as ReconciliationPayload<"PortfolioReceived">;
        return this.#run(target, "addPortfolio", [bank, date, position, sha256, rows, fen(principal).toString()]);
      },
    };
  }
}
