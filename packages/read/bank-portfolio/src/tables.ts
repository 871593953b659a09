/** The table of tables.sql.ts as `pg` gives it: a bigint as text, a date as `Date` (so days are asked for as text). */
export interface LoanTable {
  district: string;
  loan: string;
  bank: string;
  household: string | null;
  village: string | null;
  enterprise: string | null;
  batch: string | null;
  // What a loan's opening states is there in every row that a question can see: the batch that opens it fills it in.
  contract_date: Date;
  first_drawn_on: Date;
  annual_rate: string;
  method: string;
  due: Date;
  extended_from: Date | null;
  extended_rate: string | null;
  top_up_of: string | null;
  renewed_into: string | null;
  misuse_from: Date | null;
  overdue_since: Date | null;
  last_settled_to: Date | null;
  /** Fen, like the other amounts. */
  drawn: string;
  principal: string;
  interest_open: string;
}

export const NO_FEN = "0";
