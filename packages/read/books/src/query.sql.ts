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

/**
 * Totals per account, period and value date, of all that is known or of what was known then: the blocks that lie before
 * it as a whole, and the lines of the block (of an instant: the blocks) that it cuts. `district` is a placeholder.
 */
export function totalsSql(s: string, district: string, knownAt: KnownAt | undefined, values: Values): string {
  const total = `SELECT m.account, m.period, m.value_date, m.debit, m.credit FROM ${s}.movement m`;
  const line = "SELECT l.account, l.period, l.value_date, l.debit, l.credit";
  if (knownAt === undefined) return `${total} WHERE m.district = ${district}`;
  if ("position" in knownAt) {
    const position = `${values.add(knownAt.position)}::bigint`;
    return `${total} WHERE m.district = ${district} AND m.block < ${position} >> ${BLOCK_BITS}
      UNION ALL ${line} FROM ${s}.journal_line l
        WHERE l.district = ${district} AND l.position >= (${position} >> ${BLOCK_BITS}) << ${BLOCK_BITS} AND l.position <= ${position}`;
  }
  const instant = `${values.add(knownAt.instant)}::timestamptz`;
  return `${total} JOIN ${s}.block b ON b.district = ${district} AND b.block = m.block AND b.recorded_max <= ${instant} WHERE m.district = ${district}
    UNION ALL ${line} FROM ${s}.block b JOIN ${s}.journal_line l ON l.district = ${district}
        AND l.position >= b.block::bigint << ${BLOCK_BITS} AND l.position < (b.block + 1)::bigint << ${BLOCK_BITS}
      WHERE b.district = ${district} AND b.recorded_min <= ${instant} AND b.recorded_max > ${instant} AND l.recorded_at <= ${instant}`;
}
