import type { StoredEvent } from "@huimin/event-store";
import { fen, sumFen } from "@huimin/money";
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
`;

/** The check code is a prefix of the hash, so one index in byte order answers both. */
const indexes = (schema: string): string => `
CREATE UNIQUE INDEX ON ${schema}.statement (district, household, year, supplement);
CREATE INDEX ON ${schema}.statement (district, content_hash text_pattern_ops);
CREATE INDEX ON ${schema}.statement (district, year, household, supplement);
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

const COLUMNS = 9;

/** One row per statement and supplement that was issued. */
export const statementRegisterProjection: Projection = {
  name: STATEMENT_REGISTER_SCHEMA,
  version: 1,
  handles: new Set(["StatementIssued"]),
  tables,
  indexes,
  open: (schema) => ({
    async apply(batch, { client, district }) {
      const rows = batch.filter(({ type }) => type === "StatementIssued").map(rowOf);
      if (rows.length === 0) return undefined;
      const columns = Array.from({ length: COLUMNS }, (_, column) => rows.map((row) => row[column]));
      await client.query(insert(schema), [district, ...columns]);
      return undefined;
    },
  }),
};
