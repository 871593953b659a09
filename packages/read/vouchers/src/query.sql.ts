import type { KnownAt } from "@huimin/books";
import type { VoucherQuestion } from "./questions.ts";
import type { VoucherTypes } from "./voucher.ts";

/** Values of a statement, numbered as they are added. */
export class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** 2018-03 → 201803 */
export const periodNumber = (period: string): number => Number(period.slice(0, 4)) * 100 + Number(period.slice(5, 7));

const knownCondition = (alias: string, knownAt: KnownAt | undefined, values: Values): string => {
  if (knownAt === undefined) return "TRUE";
  return "position" in knownAt
    ? `${alias}.position <= ${values.add(knownAt.position)}::bigint`
    : `${alias}.recorded_at <= ${values.add(knownAt.instant)}::timestamptz`;
};

const day = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

const LINK = (alias: string): string =>
  `json_build_object('period', ${alias}.period, 'number', ${alias}.number, 'cash_type', ${alias}.cash_type, 'cash_number', ${alias}.cash_number,
     'position', ${alias}.position, 'date', ${day(`${alias}.booking_date`)}, 'red', ${alias}.total < 0 OR ${alias}.event_type LIKE '%Reversed')`;

/** A head `v` with the voucher that it corrects and those that correct it, as far as they were known. */
export const HEAD_SELECT = (s: string, knownAt: KnownAt | undefined, values: Values): string =>
  `SELECT v.district, v.book, v.period, v.number, v.cash_type, v.cash_number, v.position, v.event_id, v.event_type,
     ${day("v.booking_date")} AS booking_date, ${day("v.value_date")} AS value_date,
     to_char(v.recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"') AS recorded_at,
     v.summary, v.lines, v.total::text AS total, v.maker, v.maker_role, v.reviewer, v.source_document, v.evidence,
     CASE WHEN v.corrects IS NOT NULL
       THEN (SELECT ${LINK("c")} FROM ${s}.voucher c WHERE c.district = v.district AND c.event_id = v.corrects AND c.book = v.book) END AS corrected,
     (SELECT json_agg(${LINK("r")} ORDER BY r.position) FROM ${s}.voucher r
       WHERE r.district = v.district AND r.corrects = v.event_id AND r.book = v.book AND ${knownCondition("r", knownAt, values)}) AS corrected_by
   FROM ${s}.voucher v`;

/** Single: the key's own order. Three: by type within the month. */
export const orderOf = (types: VoucherTypes): string =>
  types === "three" ? "v.book, v.period, v.cash_type, v.cash_number" : "v.book, v.period, v.number";

export function condition(question: VoucherQuestion, values: Values, booksSchema: string): string {
  const { district, book, from, through, type, accounts, maker, reviewer, eventTypes, asOf, knownAt, after } = question;
  const parts = [`v.district = ${values.add(district)}`, knownCondition("v", knownAt, values)];
  if (book !== undefined) parts.push(`v.book = ${values.add(book)}`);
  if (from !== undefined) parts.push(`v.period >= ${values.add(periodNumber(from))}`);
  if (through !== undefined) parts.push(`v.period <= ${values.add(periodNumber(through))}`);
  if (type !== undefined && type !== "记") parts.push(`v.cash_type = ${values.add(type)}`);
  if (maker !== undefined) parts.push(`v.maker = ${values.add(maker)}`);
  if (reviewer !== undefined) parts.push(`v.reviewer = ${values.add(reviewer)}`);
  if (question.unreviewed) parts.push("v.reviewer IS NULL AND v.maker_role NOT IN ('BANK', 'SYS')");
  if (eventTypes !== undefined) parts.push(`v.event_type = ANY (${values.add(eventTypes)}::text[])`);
  if (asOf !== undefined) parts.push(`v.value_date <= ${values.add(asOf)}::date`);
  if (accounts !== undefined) {
    const list = values.add(accounts.map(({ no }) => no));
    parts.push(
      `EXISTS (SELECT FROM ${booksSchema}.journal_line l WHERE l.district = v.district AND l.position = v.position AND l.account = ANY (${list}::smallint[]))`,
    );
  }
  if (after !== undefined) {
    const { book: last, period, type: lastType, number } = after;
    const month = values.add(periodNumber(period));
    parts.push(
      question.types === "three"
        ? `(v.book, v.period, v.cash_type, v.cash_number) > (${values.add(last)}, ${month}, ${values.add(lastType)}, ${values.add(number)})`
        : `(v.book, v.period, v.number) > (${values.add(last)}, ${month}, ${values.add(number)})`,
    );
  }
  return parts.join(" AND ");
}
