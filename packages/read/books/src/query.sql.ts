import { DIMENSIONS, type DimsFilter } from "./dimensions.ts";
import type { KnownAt } from "./lines.ts";
import { columnOf } from "./tables.sql.ts";

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
