import { bankRowsSql } from "@huimin/projector";

/*
 * One row per loan with what is open on it now. Amounts are sums of what events state, so the order of recording does
 * not matter. A bank's own role sees only its rows: `huimin.district` and
 * `huimin.bank` are set inside the transaction (poolers need that).
 */
export const tablesSql = (s: string): string => `
CREATE TABLE ${s}.loan (
  district text COLLATE "C" NOT NULL,
  loan text COLLATE "C" NOT NULL,
  bank text COLLATE "C" NOT NULL,
  household text COLLATE "C", -- none on an enterprise loan
  village text COLLATE "C",
  enterprise text COLLATE "C", -- who repays: with a batch model 1, alone model 2
  batch text COLLATE "C",
  contract_date date,
  first_drawn_on date,
  annual_rate text,
  method text,
  due date,
  due_before jsonb, -- day of an extension → when the loan was due before it
  extended_from date,
  extended_rate text,
  rate_steps jsonb, -- resets of a floating loan: first day → percent a year
  top_up_of text,
  renewed_into text,
  misuse_from date,
  overdue_since date,
  last_settled_to date, -- exclusive end of the last settled period
  drawn bigint NOT NULL DEFAULT 0, -- fen
  principal bigint NOT NULL DEFAULT 0,
  interest_open bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (district, loan)
) WITH (fillfactor = 70);

-- Batches that are marked overdue (1.16): the enterprise owes them, so it is no mark of a loan.
CREATE TABLE ${s}.overdue_batch (
  district text COLLATE "C" NOT NULL,
  batch text COLLATE "C" NOT NULL,
  due date NOT NULL,
  PRIMARY KEY (district, batch)
);

${bankRowsSql(`${s}.loan`)}
ALTER TABLE ${s}.overdue_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_batch ON ${s}.overdue_batch USING (true);
DO $policy$ BEGIN
  IF to_regrole('huimin_bank_gateway') IS NOT NULL THEN
    CREATE POLICY no_bank ON ${s}.overdue_batch AS RESTRICTIVE TO huimin_bank_gateway USING (false);
  END IF;
END $policy$;
`;

export const indexesSql = (s: string): string => `
CREATE INDEX loan_bank ON ${s}.loan (district, bank, loan);
CREATE INDEX loan_household ON ${s}.loan (district, household);
`;

const ATTRIBUTES = [
  ["household", "text"],
  ["village", "text"],
  ["contract_date", "date"],
  ["first_drawn_on", "date"],
  ["annual_rate", "text"],
  ["method", "text"],
  ["due", "date"],
  ["extended_from", "date"],
  ["extended_rate", "text"],
  ["top_up_of", "text"],
  ["renewed_into", "text"],
  ["misuse_from", "date"],
  ["overdue_since", "date"],
] as const;

export type Attribute = (typeof ATTRIBUTES)[number][0];

export const writeSql = (s: string) => ({
  /** $1 district, $2 JSON list of {loan, bank, household, village, enterprise, batch}. */
  open: `INSERT INTO ${s}.loan (district, loan, bank, household, village, enterprise, batch)
    SELECT $1, n.loan, n.bank, n.household, n.village, n.enterprise, n.batch
    FROM json_to_recordset($2::json) AS n (loan text, bank text, household text, village text, enterprise text, batch text)
    ON CONFLICT (district, loan) DO NOTHING`,
  /** $1 district, $2 batch, $3 the day on which its principal was due. */
  overdueBatch: `INSERT INTO ${s}.overdue_batch (district, batch, due) VALUES ($1, $2, $3)
    ON CONFLICT (district, batch) DO UPDATE SET due = excluded.due`,
  /** $1 district, $2 batch. */
  curedBatch: `DELETE FROM ${s}.overdue_batch WHERE district = $1 AND batch = $2`,
  /** $1 district, $2 JSON list of {loan, rates, dues}. */
  steps: `UPDATE ${s}.loan l SET rate_steps = CASE WHEN n.rates IS NULL THEN l.rate_steps ELSE coalesce(l.rate_steps, '{}') || n.rates END,
      due_before = CASE WHEN n.dues IS NULL THEN l.due_before ELSE coalesce(l.due_before, '{}') || n.dues END
    FROM jsonb_to_recordset($2::jsonb) AS n (loan text, rates jsonb, dues jsonb) WHERE l.district = $1 AND l.loan = n.loan`,
  /** $1 district, $2 JSON list of {loan, <attribute>: value}; an attribute that is null in the list of \`cleared\` is emptied. */
  attributes: `UPDATE ${s}.loan l SET
    ${ATTRIBUTES.map(([name]) => `${name} = CASE WHEN n.cleared ? '${name}' THEN NULL ELSE coalesce(n.${name}, l.${name}) END`).join(",\n    ")}
    FROM jsonb_to_recordset($2::jsonb) AS n (loan text, cleared jsonb, ${ATTRIBUTES.map(([name, type]) => `${name} ${type}`).join(", ")})
    WHERE l.district = $1 AND l.loan = n.loan`,
  /** $1 district; parallel arrays: loan, drawn, principal, interest, settled to. */
  amounts: `UPDATE ${s}.loan l SET drawn = l.drawn + n.drawn, principal = l.principal + n.principal, interest_open = l.interest_open + n.interest,
      last_settled_to = greatest(l.last_settled_to, n.settled_to)
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::date[]) AS n (loan, drawn, principal, interest, settled_to)
    WHERE l.district = $1 AND l.loan = n.loan`,
});
