import { DIMENSIONS, type DimsFilter } from "./dimensions.ts";
import type { KnownAt } from "./lines.ts";
import { BLOCK_BITS, columnOf } from "./tables.sql.ts";

/** Values of a statement, numbered as they are added. */
export class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** Conditions on a row of `dimension_set` named `d`; `TRUE` for none. */
export function dimsCondition(filter: DimsFilter, values: Values): string {
  const parts: string[] = [];
  for (const name of DIMENSIONS) {
    const wanted = filter[name];
    if (wanted === undefined) continue;
    parts.push(wanted === null ? `d.${columnOf(name)} IS NULL` : `d.${columnOf(name)} = ${values.add(wanted)}`);
  }
  return parts.length > 0 ? `(${parts.join(" AND ")})` : "TRUE";
}

/** Conditions of the two time axes on a journal line named `l`. */
export function axesCondition(axes: { asOf?: string | undefined; knownAt?: KnownAt | undefined }, values: Values): string {
  const parts: string[] = [];
  if (axes.asOf !== undefined) parts.push(`AND l.value_date <= ${values.add(axes.asOf)}::date`);
  if (axes.knownAt !== undefined) {
    parts.push(
      "position" in axes.knownAt
        ? `AND l.position <= ${values.add(axes.knownAt.position)}::bigint`
        : `AND l.recorded_at <= ${values.add(axes.knownAt.instant)}::timestamptz`,
    );
  }
  return parts.join(" ");
}

export const LINE_SELECT = `l.position, l.line_no, l.event_type, to_char(l.value_date, 'YYYY-MM-DD') AS value_date,
  to_char(l.recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"') AS recorded_at, l.period, l.account, l.debit, l.credit, l.summary,
  ${DIMENSIONS.map((name) => `d.${columnOf(name)}`).join(", ")}`;

/** What was known, with the blocks of positions that an instant cuts; more than {@link CUTS_MAX} are found by the statement. */
export type KnownTotals = KnownAt & { readonly cuts?: readonly number[] | undefined };

/** Recording follows the order of positions but for milliseconds: an instant cuts one block, at most a few. */
export const CUTS_MAX = 8;

/** Blocks that begin before an instant and end after it. $1 district, $2 instant. */
export const cutsSql = (s: string): string =>
  `SELECT block FROM ${s}.block WHERE district = $1 AND recorded_min <= $2::timestamptz AND recorded_max > $2::timestamptz ORDER BY block LIMIT ${CUTS_MAX + 1}`;

/**
 * Totals per account, period and value date, of all that is known or of what was known then: the blocks that lie before
 * it as a whole, and the lines of the block (of an instant: the blocks) that it cuts. `district` is a placeholder.
 */
export function totalsSql(s: string, district: string, knownAt: KnownTotals | undefined, values: Values): string {
  const total = `SELECT m.account, m.period, m.value_date, m.debit, m.credit FROM ${s}.movement m`;
  const line = `SELECT l.account, l.period, l.value_date, l.debit, l.credit FROM ${s}.journal_line l WHERE l.district = ${district}`;
  if (knownAt === undefined) return `${total} WHERE m.district = ${district}`;
  if ("position" in knownAt) {
    const position = `${values.add(knownAt.position)}::bigint`;
    return `${total} WHERE m.district = ${district} AND m.block < ${position} >> ${BLOCK_BITS}
      UNION ALL ${line} AND l.position >= (${position} >> ${BLOCK_BITS}) << ${BLOCK_BITS} AND l.position <= ${position}`;
  }
  const instant = `${values.add(knownAt.instant)}::timestamptz`;
  const whole = `${total} WHERE m.district = ${district}
    AND m.block = ANY (ARRAY(SELECT b.block FROM ${s}.block b WHERE b.district = ${district} AND b.recorded_max <= ${instant}))`;
  const { cuts } = knownAt;
  const parts =
    cuts === undefined
      ? [
          `${line} AND l.position >> ${BLOCK_BITS} = ANY (ARRAY(SELECT b.block::bigint FROM ${s}.block b
            WHERE b.district = ${district} AND b.recorded_min <= ${instant} AND b.recorded_max > ${instant})) AND l.recorded_at <= ${instant}`,
        ]
      : cuts.map((block) => {
          const first = values.add(block * 2 ** BLOCK_BITS);
          const end = values.add((block + 1) * 2 ** BLOCK_BITS);
          return `${line} AND l.position >= ${first}::bigint AND l.position < ${end}::bigint AND l.recorded_at <= ${instant}`;
        });
  return [whole, ...parts].join(" UNION ALL ");
}
