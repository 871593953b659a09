import { bankRowsSql } from "@huimin/projector";

/*
 * Amounts are fen and sums of what events state, so the order of recording does not matter. A bank's own role sees only its
 * rows, inside a transaction that names district and bank.
 */
const TABLES = ["position", "held", "item"] as const;

export const tablesSql = (s: string): string => `
CREATE TABLE ${s}.position (
  district text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  model smallint NOT NULL,
  value_date date NOT NULL,
  drawn bigint NOT NULL,
  principal bigint NOT NULL,
  interest bigint NOT NULL,
  PRIMARY KEY (district, bank, model, value_date)
) WITH (fillfactor = 70);

CREATE TABLE ${s}.held (
  district text COLLATE "C" NOT NULL,
  loan text COLLATE "C" NOT NULL,
  serial text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  same_as text COLLATE "C" NOT NULL,
  value_date date NOT NULL,
  principal bigint NOT NULL,
  interest bigint NOT NULL,
  penalty bigint NOT NULL,
  position bigint NOT NULL,
  held_at timestamptz NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'held', -- held, released, dismissed
  decided_position bigint,
  decided_at timestamptz,
  decided_by text COLLATE "C",
  PRIMARY KEY (district, loan, serial)
);

CREATE TABLE ${s}.item (
  district text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL, -- payout, claim, compensation
  ref text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  opened_on date NOT NULL,
  position bigint NOT NULL, -- of the event that opened it
  total bigint NOT NULL DEFAULT 0,
  count integer NOT NULL DEFAULT 0,
  done integer NOT NULL DEFAULT 0, -- payments with a result, payers that have paid
  PRIMARY KEY (district, kind, ref)
) WITH (fillfactor = 70);
${TABLES.map((table) => bankRowsSql(`${s}.${table}`)).join("")}`;

export const indexesSql = (s: string): string => `
CREATE INDEX held_bank ON ${s}.held (district, bank, position);
CREATE INDEX held_open ON ${s}.held (district, position) WHERE status = 'held';
CREATE INDEX item_bank ON ${s}.item (district, bank, kind, position);
`;

export const writeSql = (s: string) => ({
  /** $1 district; parallel arrays: bank, model, value date, drawn, principal, interest. */
  positions: `INSERT INTO ${s}.position AS p (district, bank, model, value_date, drawn, principal, interest)
    SELECT $1, * FROM unnest($2::text[], $3::smallint[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[])
    ON CONFLICT (district, bank, model, value_date) DO UPDATE SET drawn = p.drawn + excluded.drawn,
      principal = p.principal + excluded.principal, interest = p.interest + excluded.interest`,
  /** $1 district, $2 JSON list. */
  hold: `INSERT INTO ${s}.held (district, loan, serial, bank, same_as, value_date, principal, interest, penalty, position, held_at)
    SELECT $1, n.* FROM json_to_recordset($2::json) AS n (loan text, serial text, bank text, same_as text, value_date date,
      principal bigint, interest bigint, penalty bigint, position bigint, held_at timestamptz)
    ON CONFLICT (district, loan, serial) DO NOTHING`,
  /** $1 district, $2 JSON list. */
  decide: `UPDATE ${s}.held h SET status = n.status, decided_position = n.position, decided_at = n.at, decided_by = n.by
    FROM json_to_recordset($2::json) AS n (loan text, serial text, status text, position bigint, at timestamptz, by text)
    WHERE h.district = $1 AND h.loan = n.loan AND h.serial = n.serial`,
  /** $1 district, $2 JSON list. A case that was withdrawn may be opened again under its number. */
  open: `INSERT INTO ${s}.item AS i (district, kind, ref, bank, status, opened_on, position)
    SELECT $1, n.* FROM json_to_recordset($2::json) AS n (kind text, ref text, bank text, status text, opened_on date, position bigint)
    ON CONFLICT (district, kind, ref) DO UPDATE SET status = excluded.status, opened_on = excluded.opened_on, position = excluded.position`,
  /** $1 district, $2 JSON list of {kind, ref, status or null, total, count, done}; \`fresh\`: the figures begin anew; \`payers\`: the count is this. */
  change: `UPDATE ${s}.item i SET status = coalesce(n.status, i.status), total = CASE WHEN n.fresh THEN 0 ELSE i.total END + n.total,
      count = coalesce(n.payers, CASE WHEN n.fresh THEN 0 ELSE i.count END + n.count), done = CASE WHEN n.fresh THEN 0 ELSE i.done END + n.done
    FROM json_to_recordset($2::json) AS n (kind text, ref text, status text, fresh boolean, payers integer, total bigint, count integer, done integer)
    WHERE i.district = $1 AND i.kind = n.kind AND i.ref = n.ref`,
});
