import { bankRowsSql } from "@huimin/projector";

/*
 * What reconciliation looks at, from the log: the movements of 1002.xx with the references that a bank's statement knows, the
 * statements with their lines, what people said, and the portfolio files. What matches is in no table: it is computed.
 *
 * `bank` of a movement is the bank of the account that stood for it on its value date; no account, no bank. A bank's own role
 * sees only its rows: `huimin.district` and `huimin.bank` are set inside the transaction (poolers need that).
 */
const TABLES_OF_BANKS = [
  "binding",
  "movement",
  "statement",
  "statement_line",
  "explanation",
  "pairing",
  "closing",
  "portfolio_file",
  "portfolio_line",
] as const;

const policies = (s: string): string => TABLES_OF_BANKS.map((table) => bankRowsSql(`${s}.${table}`)).join("\n");

export const tablesSql = (s: string): string => `
CREATE TABLE ${s}.binding (
  district text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  from_date date NOT NULL,
  to_date date,
  opening bigint NOT NULL, -- at the bank; fen, like every amount here
  before bigint NOT NULL, -- in the books, of what is value-dated before and was known then
  position bigint NOT NULL,
  PRIMARY KEY (district, account, bank, from_date)
);

CREATE TABLE ${s}.movement (
  district text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  slot smallint NOT NULL, -- an event may move accounts at several banks
  bank text COLLATE "C",
  value_date date NOT NULL,
  amount bigint NOT NULL, -- debit − credit
  serial text,
  reverses text, -- serial of what a reversal takes back
  order_ref text, -- 代发批次
  event_type text NOT NULL,
  stream text NOT NULL,
  summary text NOT NULL,
  PRIMARY KEY (district, account, position, slot)
);

CREATE TABLE ${s}.statement (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  day date NOT NULL, -- its last
  position bigint NOT NULL, -- the one with the highest counts
  sha256 text COLLATE "C" NOT NULL,
  from_date date NOT NULL,
  opening bigint NOT NULL,
  closing bigint NOT NULL,
  lines integer NOT NULL,
  PRIMARY KEY (district, bank, number, day, position)
);

CREATE TABLE ${s}.statement_line (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  day date NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  line integer NOT NULL,
  booked_on date NOT NULL,
  amount bigint NOT NULL, -- positive: came in
  serial text,
  reversal boolean NOT NULL,
  order_ref text,
  payments integer,
  content text COLLATE "C" NOT NULL, -- what the line says, hashed: a line of a replaced statement is known by it
  PRIMARY KEY (district, bank, number, day, sha256, line)
);

CREATE TABLE ${s}.explanation (
  district text COLLATE "C" NOT NULL,
  desk text COLLATE "C" NOT NULL,
  item text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  reason text NOT NULL, -- 'resolved' where people said by what it was settled
  note text,
  clear_by date,
  positions bigint[],
  actor text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (district, desk, item)
);

-- Items that people put together (undone where they thought better of it) and, without a number, took apart.
CREATE TABLE ${s}.pairing (
  district text COLLATE "C" NOT NULL,
  desk text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  bank text COLLATE "C" NOT NULL,
  match text,
  items text[] NOT NULL,
  undone_at bigint,
  PRIMARY KEY (district, desk, position)
);

CREATE TABLE ${s}.closing (
  district text COLLATE "C" NOT NULL,
  desk text COLLATE "C" NOT NULL,
  day date NOT NULL,
  bank text COLLATE "C" NOT NULL,
  account text NOT NULL,
  sha256 text NOT NULL,
  per_bank bigint NOT NULL,
  per_books bigint NOT NULL,
  known_at bigint NOT NULL,
  matched integer NOT NULL,
  open jsonb NOT NULL,
  open_hash text NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor text NOT NULL,
  PRIMARY KEY (district, desk, day)
);

CREATE TABLE ${s}.portfolio_file (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  day date NOT NULL,
  position bigint NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  rows integer NOT NULL,
  principal bigint NOT NULL,
  PRIMARY KEY (district, bank, day, position)
);

CREATE TABLE ${s}.portfolio_line (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  day date NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  loan text COLLATE "C" NOT NULL,
  principal bigint NOT NULL,
  interest bigint,
  rate text,
  due date,
  status text,
  PRIMARY KEY (district, bank, day, sha256, loan)
);
${policies(s)}
`;

export const indexesSql = (s: string): string => `
CREATE INDEX movement_day ON ${s}.movement (district, account, value_date);
CREATE INDEX movement_bank ON ${s}.movement (district, bank, account, position);
CREATE INDEX statement_line_content ON ${s}.statement_line (district, bank, number, day, content);
`;

export const writeSql = (s: string) => ({
  /** $1 district; parallel arrays. A movement gets the bank of the account that stands for it, the nearest later one before the first. */
  addMovements: `INSERT INTO ${s}.movement (district, account, position, slot, bank, value_date, amount, serial, reverses, order_ref, event_type, stream, summary)
    SELECT $1, n.account, n.position, n.slot, coalesce(n.bank, (
        SELECT b.bank FROM ${s}.binding b WHERE b.district = $1 AND b.account = n.account AND (b.to_date IS NULL OR b.to_date >= n.value_date)
        ORDER BY b.from_date LIMIT 1)),
      n.value_date, n.amount, n.serial, n.reverses, n.order_ref, n.event_type, n.stream, n.summary
    FROM json_to_recordset($2::json) AS n (account text, position bigint, slot smallint, bank text, value_date date, amount bigint,
      serial text, reverses text, order_ref text, event_type text, stream text, summary text)`,
  /** 1002.02 has a part at each bank; another account is at one bank after the other. */
  bind: `INSERT INTO ${s}.binding (district, account, bank, number, from_date, opening, position, before)
    SELECT $1, $2, $3, $4, $5, $6, $7, (SELECT coalesce(sum(m.amount), 0) FROM ${s}.movement m
      WHERE m.district = $1 AND m.account = $2 AND m.value_date < $5::date AND ($2 <> '1002.02' OR m.bank = $3))`,
  /** What was booked before anyone said at which bank. */
  adopt: `UPDATE ${s}.movement SET bank = $3 WHERE district = $1 AND account = $2 AND bank IS NULL AND value_date >= $4::date`,
  end: `UPDATE ${s}.binding SET to_date = $4 WHERE district = $1 AND account = $2 AND bank = $3 AND to_date IS NULL`,
  /** Movements after the last day stand at no bank until another account is bound. */
  orphan: `UPDATE ${s}.movement SET bank = NULL WHERE district = $1 AND account = $2 AND bank = $3 AND value_date > $4::date AND account <> '1002.02'`,
  addLines: `INSERT INTO ${s}.statement_line (district, bank, number, day, sha256, line, booked_on, amount, serial, reversal, order_ref, payments, content)
    SELECT $1, n.bank, n.number, n.day, n.sha256, n.line, n.booked_on, n.amount, n.serial, n.reversal, n.order_ref, n.payments, n.content
    FROM json_to_recordset($2::json) AS n (bank text, number text, day date, sha256 text, line integer, booked_on date, amount bigint, serial text,
      reversal boolean, order_ref text, payments integer, content text)`,
  addStatement: `INSERT INTO ${s}.statement (district, bank, number, day, position, sha256, from_date, opening, closing, lines)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
  explain: `INSERT INTO ${s}.explanation (district, desk, item, bank, reason, note, clear_by, positions, actor, position)
    SELECT $1, $2, item, $4, $5, $6, $7, $8, $9, $10 FROM unnest($3::text[]) AS item
    ON CONFLICT (district, desk, item) DO UPDATE SET reason = excluded.reason, note = excluded.note, clear_by = excluded.clear_by,
      positions = excluded.positions, actor = excluded.actor, position = excluded.position`,
  pair: `INSERT INTO ${s}.pairing (district, desk, position, bank, match, items) VALUES ($1, $2, $3, $4, $5, $6)`,
  undo: `UPDATE ${s}.pairing SET undone_at = $4 WHERE district = $1 AND desk = $2 AND match = $3`,
  close: `INSERT INTO ${s}.closing (district, desk, day, bank, account, sha256, per_bank, per_books, known_at, matched, open, open_hash, position, recorded_at, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
  addPortfolioLines: `INSERT INTO ${s}.portfolio_line (district, bank, day, sha256, loan, principal, interest, rate, due, status)
    SELECT $1, $2, $3, $4, n.loan, n.principal, n.interest, n.rate, n.due, n.status
    FROM json_to_recordset($5::json) AS n (loan text, principal bigint, interest bigint, rate text, due date, status text)
    ON CONFLICT (district, bank, day, sha256, loan) DO NOTHING`,
  addPortfolio: `INSERT INTO ${s}.portfolio_file (district, bank, day, position, sha256, rows, principal) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
});
