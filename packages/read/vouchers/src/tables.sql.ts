/*
 * A voucher has two numbers: in the single type 记, and in its cash type (收, 付, 转). Both are handed out in the order of
 * positions, so a rebuild gives the same ones. `counter` holds the last of each series.
 */
export const tablesSql = (s: string): string => `
CREATE TABLE ${s}.voucher (
  district text COLLATE "C" NOT NULL,
  book text COLLATE "C" NOT NULL,
  period integer NOT NULL, -- yyyymm
  number integer NOT NULL, -- 记
  cash_type text COLLATE "C" NOT NULL, -- 收, 付, 转
  cash_number integer NOT NULL,
  position bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  booking_date date NOT NULL,
  value_date date NOT NULL,
  recorded_at timestamptz NOT NULL,
  summary text NOT NULL,
  lines integer NOT NULL,
  total bigint NOT NULL, -- debit = credit, in fen; shares in book Q
  maker text NOT NULL,
  maker_role text NOT NULL,
  reviewer text,
  source_document text,
  corrects text COLLATE "C", -- event id
  evidence text -- JSON list of {title, sha256}
);

CREATE TABLE ${s}.counter (
  district text COLLATE "C" NOT NULL,
  book text COLLATE "C" NOT NULL,
  period integer NOT NULL,
  type text COLLATE "C" NOT NULL,
  last integer NOT NULL,
  PRIMARY KEY (district, book, period, type)
) WITH (fillfactor = 50);
`;

/** Positions and event ids (UUIDv7) grow with the rows, so their trees are only ever added to at the right edge. */
export const indexesSql = (s: string): string => `
ALTER TABLE ${s}.voucher ADD PRIMARY KEY (district, book, period, number);
CREATE UNIQUE INDEX voucher_position ON ${s}.voucher (district, position, book);
CREATE INDEX voucher_event ON ${s}.voucher (district, event_id);
CREATE INDEX voucher_corrects ON ${s}.voucher (district, corrects) WHERE corrects IS NOT NULL;
`;

/** Of `voucher`, in the order in which they are copied. */
export const VOUCHER_COLUMNS =
  "number, cash_number, district, book, period, cash_type, position, event_id, event_type, booking_date, value_date, recorded_at, summary, lines, total, maker, maker_role, reviewer, source_document, corrects, evidence";
export const VOUCHER_FIELDS = VOUCHER_COLUMNS.split(",").length;

export const writeSql = (s: string) => ({
  /** $1 district; parallel arrays of book, period, type: their last numbers, in no order. */
  counters: `SELECT c.book, c.period, c.type, c.last FROM ${s}.counter c
    JOIN unnest($2::text[], $3::integer[], $4::text[]) AS w (book, period, type) USING (book, period, type) WHERE c.district = $1`,
  /** $1 district; parallel arrays of book, period, type, last number. */
  advance: `INSERT INTO ${s}.counter (district, book, period, type, last)
    SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::text[], $5::integer[])
    ON CONFLICT (district, book, period, type) DO UPDATE SET last = excluded.last`,
  finish: [`ANALYZE ${s}.voucher`],
});
