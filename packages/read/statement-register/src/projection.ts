import type { StoredEvent } from "@huimin/event-store";
import { fen, sumFen } from "@huimin/money";
import { type NoticeIssued, type NoticeRevoked, subjectOf } from "@huimin/notice/events";
import type { Projection } from "@huimin/projector";
import type { StatementIssued } from "@huimin/statement/events";

export const STATEMENT_REGISTER_SCHEMA = "statement_register";

const tables = (schema: string): string => `
CREATE TABLE ${schema}.statement (
  district text NOT NULL,
  position bigint NOT NULL,
  household text NOT NULL,
  year integer NOT NULL,
  supplement integer NOT NULL,
  number text NOT NULL,
  issued_on date NOT NULL,
  content_hash text NOT NULL,
  -- 应发 and 实发 of all dividends of the year, fen
  entitled bigint NOT NULL,
  paid bigint NOT NULL,
  PRIMARY KEY (district, position)
);
CREATE TABLE ${schema}.notice (
  district text NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  -- 0 where its kind is not of a year
  year integer NOT NULL,
  number text NOT NULL,
  title text NOT NULL,
  issued_on date NOT NULL,
  cutoff timestamptz NOT NULL,
  content_hash text NOT NULL,
  shown jsonb NOT NULL,
  revoked_on date,
  PRIMARY KEY (district, position)
);
`;

/** The check code is a prefix of the hash, so one index in byte order answers both. */
const indexes = (schema: string): string => `
CREATE UNIQUE INDEX ON ${schema}.statement (district, household, year, supplement);
CREATE INDEX ON ${schema}.statement (district, content_hash text_pattern_ops);
CREATE INDEX ON ${schema}.statement (district, year, household, supplement);
CREATE INDEX ON ${schema}.notice (district, content_hash text_pattern_ops);
CREATE INDEX ON ${schema}.notice (district, kind, subject, year, position);
`;

/** Columns of one statement; the last two are sums of what the paper says. */
function rowOf({ position, payload }: StoredEvent): (string | number)[] {
  const { household, year, supplement, number, issuedOn, contentHash, figures } = payload as StatementIssued;
  const sum = (amounts: readonly string[]): string => sumFen(amounts.map(fen)).toString();
  const entitled = sum(figures.dividends.map((line) => line.entitled));
  const paid = sum(figures.dividends.map((line) => line.paidInYear));
  return [position, household, year, supplement, number, issuedOn, contentHash, entitled, paid];
}

const insert = (schema: string): string => `
INSERT INTO ${schema}.statement (district, position, household, year, supplement, number, issued_on, content_hash, entitled, paid)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::text[], $7::date[], $8::text[], $9::bigint[], $10::bigint[])`;

/** Columns of one notice. */
function noticeRowOf({ position, payload }: StoredEvent): (string | number)[] {
  const issued = payload as NoticeIssued;
  const { kind, year = 0, number, title, issuedOn, cutoff, contentHash, shown } = issued;
  return [position, kind, subjectOf(issued), year, number, title, issuedOn, cutoff.recordedAt, contentHash, JSON.stringify(shown)];
}

const insertNotices = (schema: string): string => `
INSERT INTO ${schema}.notice (district, position, kind, subject, year, number, title, issued_on, cutoff, content_hash, shown)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::date[], $9::timestamptz[], $10::text[], $11::jsonb[])`;

/** A number is given once, so it names the row. */
const revokeNotices = (schema: string): string => `
UPDATE ${schema}.notice n SET revoked_on = r.revoked_on
FROM unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::date[]) AS r (kind, subject, year, number, revoked_on)
WHERE n.district = $1 AND n.kind = r.kind AND n.subject = r.subject AND n.year = r.year AND n.number = r.number`;

function revocationOf({ payload, valueDate }: StoredEvent): (string | number)[] {
  const revoked = payload as NoticeRevoked;
  return [revoked.kind, subjectOf(revoked), revoked.year ?? 0, revoked.number, valueDate];
}

/** What each type of event writes; a revocation comes after the issue that it names, in a batch too. */
const WRITES = [
  { type: "StatementIssued", sql: insert, rowOf },
  { type: "NoticeIssued", sql: insertNotices, rowOf: noticeRowOf },
  { type: "NoticeRevoked", sql: revokeNotices, rowOf: revocationOf },
] as const;

/** One row per statement, supplement and notice that was issued. */
export const statementRegisterProjection: Projection = {
  name: STATEMENT_REGISTER_SCHEMA,
  version: 2,
  handles: new Set(WRITES.map(({ type }) => type)),
  tables,
  indexes,
  open: (schema) => ({
    async apply(batch, { client, district }) {
      for (const { type, sql, rowOf: columnsOf } of WRITES) {
        const rows = batch.filter((event) => event.type === type).map(columnsOf);
        const [first] = rows;
        if (first) await client.query(sql(schema), [district, ...first.map((_, column) => rows.map((row) => row[column]))]);
      }
      return undefined;
    },
  }),
};
