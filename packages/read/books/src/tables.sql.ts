import { YEAR_END_TRANSFERS } from "@huimin/period/events";
import { ACCOUNTS } from "./chart.ts";
import { DIMENSIONS } from "./dimensions.ts";

/*
 * Tables of the books.
 *
 * A set of dimensions is stored once (`dimension_set`) under an id that is the head of a hash of its values, so the same
 * set has the same id in every rebuild and no lookup is needed to write a line. Lines and balances carry the id: that
 * keeps them narrow, and one index on it answers every question by household, loan, payee or any other dimension.
 *
 * `movement` is the total of an account per month, value date and block of positions: totals on either axis never scan the
 * lines. What was known at a position is all blocks before its own and the lines of its own up to it; `block` says when the
 * events of a block were recorded, so an instant is answered in the same way.
 */

/** Positions of a block, as a power of two: 32,768. A question on the axis of knowledge reads the lines of at most one or two blocks. */
export const BLOCK_BITS = 15;

export const tablesSql = (s: string): string => `
CREATE TABLE ${s}.account (
  no smallint PRIMARY KEY,
  id text NOT NULL,
  book text NOT NULL,
  normal_side text NOT NULL,
  code text NOT NULL, -- as printed today; former codes are in the chart of the program
  zh text NOT NULL,
  en text NOT NULL
);
INSERT INTO ${s}.account (no, id, book, normal_side, code, zh, en) VALUES
${ACCOUNTS.map((a) => `  (${a.no}, '${a.id}', '${a.book}', '${a.normal}', '${a.codes.at(-1)?.code}', '${a.zh}', '${a.en.replaceAll("'", "''")}')`).join(",\n")};

CREATE TABLE ${s}.dimension_set (
  district text COLLATE "C" NOT NULL,
  id bigint NOT NULL,
  check_bits integer NOT NULL, -- the next 32 bits of the hash: two sets that share an id are found out
${DIMENSIONS.map((name) => `  ${columnOf(name)} text COLLATE "C"`).join(",\n")},
  PRIMARY KEY (district, id)
);

CREATE TABLE ${s}.journal_line (
  district text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  line_no smallint NOT NULL,
  account smallint NOT NULL,
  period integer NOT NULL, -- yyyymm
  value_date date NOT NULL,
  recorded_at timestamptz NOT NULL,
  debit bigint NOT NULL, -- fen; shares in book Q; negative for a red entry
  credit bigint NOT NULL,
  dims bigint NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  summary text NOT NULL
);

CREATE TABLE ${s}.balance (
  district text COLLATE "C" NOT NULL,
  dims bigint NOT NULL,
  account smallint NOT NULL,
  fiscal_year smallint NOT NULL,
  debit bigint NOT NULL,
  credit bigint NOT NULL,
  PRIMARY KEY (district, dims, account, fiscal_year)
) WITH (fillfactor = 50); -- room for updates in place: a quarter less work per update than 80, measured

CREATE TABLE ${s}.movement (
  district text COLLATE "C" NOT NULL,
  account smallint NOT NULL,
  period integer NOT NULL,
  value_date date NOT NULL,
  block integer NOT NULL, -- position >> BLOCK_BITS
  debit bigint NOT NULL,
  credit bigint NOT NULL,
  PRIMARY KEY (district, account, period, value_date, block)
) WITH (fillfactor = 50);

CREATE TABLE ${s}.block (
  district text COLLATE "C" NOT NULL,
  block integer NOT NULL,
  recorded_min timestamptz NOT NULL,
  recorded_max timestamptz NOT NULL,
  PRIMARY KEY (district, block)
) WITH (fillfactor = 50);
`;

/** Lines of year-end transfers: a handful a year, found by an index that has only them. */
export const isTransfer = (line: string): string => `${line}.event_type IN (${YEAR_END_TRANSFERS.map((type) => `'${type}'`).join(", ")})`;

/** Indexes that reading needs. The journal's key comes after the bulk of a rebuild: building it once is far cheaper. */
export const indexesSql = (s: string): string => `
ALTER TABLE ${s}.journal_line ADD PRIMARY KEY (district, position, line_no);
CREATE INDEX journal_line_dims ON ${s}.journal_line (district, dims);
CREATE INDEX journal_line_transfers ON ${s}.journal_line (district, account) WHERE ${isTransfer("journal_line")};
CREATE INDEX journal_line_recorded ON ${s}.journal_line USING brin (recorded_at);
${INDEXED_DIMENSIONS.map((name) => `CREATE INDEX dimension_set_${name} ON ${s}.dimension_set (district, ${columnOf(name)}) WHERE ${columnOf(name)} IS NOT NULL;`).join("\n")}
`;

/** Dimensions with many values, by which a few lines are looked for. */
const INDEXED_DIMENSIONS = ["household", "loan", "payee", "obligor", "donation", "payoutBatch", "ref"] as const;

/** Column of a dimension in `dimension_set`. `year` is a word of SQL's own. */
export function columnOf(dimension: (typeof DIMENSIONS)[number]): string {
  if (dimension === "year") return "entitlement_year";
  return dimension.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export const DIMENSION_COLUMNS: readonly string[] = DIMENSIONS.map(columnOf);

/** Of `dimension_set`, in the order in which they are copied. */
export const SET_COLUMNS = `district, id, check_bits, ${DIMENSION_COLUMNS.join(", ")}`;

export const LINE_COLUMNS =
  "district, position, line_no, account, period, value_date, recorded_at, debit, credit, dims, event_type, summary";

export const writeSql = (s: string) => ({
  /** $1 district, $2 ids: those that are stored. */
  findDimensions: `SELECT id, check_bits FROM ${s}.dimension_set WHERE district = $1 AND id = ANY ($2::bigint[])`,
  /** $1 district; parallel arrays: dims, account, fiscal year, debit, credit. One row per key. */
  addBalances: `INSERT INTO ${s}.balance AS b (district, dims, account, fiscal_year, debit, credit)
    SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[])
    ON CONFLICT (district, dims, account, fiscal_year) DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit`,
  /** $1 district; parallel arrays: account, period, value date, block, debit, credit. */
  addMovements: `INSERT INTO ${s}.movement AS m (district, account, period, value_date, block, debit, credit)
    SELECT $1, * FROM unnest($2::smallint[], $3::integer[], $4::date[], $5::integer[], $6::bigint[], $7::bigint[])
    ON CONFLICT (district, account, period, value_date, block) DO UPDATE SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit`,
  /** $1 district; parallel arrays: block, first and last instant in milliseconds since 1970. */
  widenBlocks: `INSERT INTO ${s}.block AS b (district, block, recorded_min, recorded_max)
    SELECT $1, w.block, timestamptz 'epoch' + w.low * interval '1 millisecond', timestamptz 'epoch' + w.high * interval '1 millisecond'
    FROM unnest($2::integer[], $3::bigint[], $4::bigint[]) AS w (block, low, high)
    ON CONFLICT (district, block) DO UPDATE SET recorded_min = least(b.recorded_min, excluded.recorded_min), recorded_max = greatest(b.recorded_max, excluded.recorded_max)`,
  finish: [
    `INSERT INTO ${s}.balance (district, dims, account, fiscal_year, debit, credit)
      SELECT district, dims, account, (period / 100)::smallint, sum(debit), sum(credit) FROM ${s}.journal_line GROUP BY 1, 2, 3, 4`,
    `INSERT INTO ${s}.movement (district, account, period, value_date, block, debit, credit)
      SELECT district, account, period, value_date, (position >> ${BLOCK_BITS})::integer, sum(debit), sum(credit) FROM ${s}.journal_line GROUP BY 1, 2, 3, 4, 5`,
    `INSERT INTO ${s}.block (district, block, recorded_min, recorded_max)
      SELECT district, (position >> ${BLOCK_BITS})::integer, min(recorded_at), max(recorded_at) FROM ${s}.journal_line GROUP BY 1, 2`,
    `ANALYZE ${s}.journal_line`,
    `ANALYZE ${s}.dimension_set`,
    `ANALYZE ${s}.balance`,
    `ANALYZE ${s}.movement`,
    `ANALYZE ${s}.block`,
  ],
});
