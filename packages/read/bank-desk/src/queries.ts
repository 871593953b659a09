import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { withBank } from "@huimin/projector";
import type { Pool } from "pg";
import { DESK_SCHEMA, type ItemKind } from "./projection.ts";

/** 1 分贷统还, 2 企贷增收, 3 自贷创业, as of a value date. */
export interface ModelPosition {
  readonly model: number;
  readonly drawn: Fen;
  readonly principal: Fen;
  readonly interest: Fen;
}

export interface HeldDuplicate {
  readonly loan: string;
  readonly serial: string;
  readonly bank: string;
  readonly sameAs: string;
  readonly valueDate: IsoDate;
  readonly principal: Fen;
  readonly interest: Fen;
  readonly penalty: Fen;
  readonly position: number;
  /** ISO instant, UTC. */
  readonly heldAt: string;
  readonly status: "held" | "released" | "dismissed";
  readonly decidedPosition?: number;
  readonly decidedAt?: string;
  readonly decidedBy?: string;
}

export interface DeskItem {
  readonly ref: string;
  readonly status: string;
  readonly openedOn: IsoDate;
  readonly position: number;
  readonly total: Fen;
  readonly count: number;
  readonly done: number;
}

/** By position; at most {@link PAGE_ITEMS_MAX} at a time. */
export interface DeskPage {
  readonly after?: number | undefined;
  readonly limit: number;
}

export const PAGE_ITEMS_MAX = 1_000;

interface Of {
  readonly district: string;
  readonly bank: string;
}

export interface BankDesk {
  /** Sums of everything with a value date up to `on`, by model. */
  positions(question: Of & { readonly on: IsoDate }): Promise<readonly ModelPosition[]>;
  /** Suspected duplicates of a bank, or of all (for the office), oldest first. */
  held(
    question: {
      readonly district: string;
      readonly bank?: string | undefined;
      readonly status?: HeldDuplicate["status"] | undefined;
      readonly heldBefore?: string | undefined;
    } & DeskPage,
  ): Promise<readonly HeldDuplicate[]>;
  heldOne(question: {
    readonly district: string;
    readonly bank?: string;
    readonly loan: string;
    readonly serial: string;
  }): Promise<HeldDuplicate | undefined>;
  /** Payout batches, claims or cases; `open`: those that wait for somebody. */
  items(question: Of & { readonly kind: ItemKind; readonly open?: boolean | undefined } & DeskPage): Promise<readonly DeskItem[]>;
  item(question: Of & { readonly kind: ItemKind; readonly ref: string }): Promise<DeskItem | undefined>;
  /** How many are open. */
  counts(question: Of): Promise<Readonly<Record<ItemKind | "held", number>>>;
}

/** Waits for the bank's or the office's next step. */
const OPEN = `((kind = 'payout' AND status IN ('submitted', 'accepted') AND done < count)
  OR (kind = 'claim' AND status IN ('submitted', 'published'))
  OR (kind = 'compensation' AND (status = 'applied' OR (status = 'approved' AND done < count))))`;
const HELD_COLUMNS = `loan, serial, bank, same_as, to_char(value_date, 'YYYY-MM-DD') AS on, principal, interest, penalty, position,
  to_char(held_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS held_at, status, decided_position,
  to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS decided_at, decided_by`;
const ITEM_COLUMNS = "ref, status, to_char(opened_on, 'YYYY-MM-DD') AS opened_on, position, total, count, done";

type Row = Readonly<Record<string, string>>;

const heldOf = (row: Row): HeldDuplicate => ({
  loan: row.loan as string,
  serial: row.serial as string,
  bank: row.bank as string,
  sameAs: row.same_as as string,
  valueDate: row.on as string,
  principal: BigInt(row.principal as string),
  interest: BigInt(row.interest as string),
  penalty: BigInt(row.penalty as string),
  position: Number(row.position),
  heldAt: row.held_at as string,
  status: row.status as HeldDuplicate["status"],
  ...(row.decided_position === null ? {} : { decidedPosition: Number(row.decided_position) }),
  ...(row.decided_at === null ? {} : { decidedAt: row.decided_at as string }),
  ...(row.decided_by === null ? {} : { decidedBy: row.decided_by as string }),
});

const itemOf = (row: Row): DeskItem => ({
  ref: row.ref as string,
  status: row.status as string,
  openedOn: row.opened_on as string,
  position: Number(row.position),
  total: BigInt(row.total as string),
  count: Number(row.count),
  done: Number(row.done),
});

const bounded = (limit: number): number => Math.min(Math.max(limit, 1), PAGE_ITEMS_MAX);

export function createBankDesk(pool: Pool, s: string = DESK_SCHEMA): BankDesk {
  const ask = async (of: Of | undefined, text: string, values: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await (of === undefined
      ? pool.query<Row>(text, [...values])
      : withBank(pool, of.district, of.bank, (client) => client.query<Row>(text, [...values])));
    return rows;
  };
  return {
    async positions({ on, ...of }) {
      const rows = await ask(
        of,
        `SELECT model, sum(drawn) AS drawn, sum(principal) AS principal, sum(interest) AS interest FROM ${s}.position
         WHERE district = $1 AND bank = $2 AND value_date <= $3::date GROUP BY model ORDER BY model`,
        [of.district, of.bank, on],
      );
      return rows.map((row) => ({
        model: Number(row.model),
        drawn: BigInt(row.drawn as string),
        principal: BigInt(row.principal as string),
        interest: BigInt(row.interest as string),
      }));
    },
    async held({ district, bank, status, heldBefore, after = 0, limit }) {
      const rows = await ask(
        bank === undefined ? undefined : { district, bank },
        `SELECT ${HELD_COLUMNS} FROM ${s}.held WHERE district = $1 AND ($2::text IS NULL OR bank = $2) AND ($3::text IS NULL OR status = $3)
         AND ($4::timestamptz IS NULL OR held_at < $4) AND position > $5 ORDER BY position LIMIT $6`,
        [district, bank ?? null, status ?? null, heldBefore ?? null, after, bounded(limit)],
      );
      return rows.map(heldOf);
    },
    async heldOne({ district, bank, loan, serial }) {
      const [row] = await ask(
        bank === undefined ? undefined : { district, bank },
        `SELECT ${HELD_COLUMNS} FROM ${s}.held WHERE district = $1 AND loan = $2 AND serial = $3 AND ($4::text IS NULL OR bank = $4)`,
        [district, loan, serial, bank ?? null],
      );
      return row && heldOf(row);
    },
    async items({ kind, open, after = 0, limit, ...of }) {
      const rows = await ask(
        of,
        `SELECT ${ITEM_COLUMNS} FROM ${s}.item WHERE district = $1 AND bank = $2 AND kind = $3 AND position > $4 ${open ? `AND ${OPEN}` : ""}
         ORDER BY position LIMIT $5`,
        [of.district, of.bank, kind, after, bounded(limit)],
      );
      return rows.map(itemOf);
    },
    async item({ kind, ref, ...of }) {
      const [row] = await ask(of, `SELECT ${ITEM_COLUMNS} FROM ${s}.item WHERE district = $1 AND bank = $2 AND kind = $3 AND ref = $4`, [
        of.district,
        of.bank,
        kind,
        ref,
      ]);
      return row && itemOf(row);
    },
    async counts(of) {
      const rows = await ask(
        of,
        `SELECT kind, count(*) AS n FROM ${s}.item WHERE district = $1 AND bank = $2 AND ${OPEN} GROUP BY kind
         UNION ALL SELECT 'held', count(*) FROM ${s}.held WHERE district = $1 AND bank = $2 AND status = 'held'`,
        [of.district, of.bank],
      );
      const found = new Map(rows.map(({ kind, n }) => [kind, Number(n)]));
      return {
        payout: found.get("payout") ?? 0,
        claim: found.get("claim") ?? 0,
        compensation: found.get("compensation") ?? 0,
        held: found.get("held") ?? 0,
      };
    },
  };
}
