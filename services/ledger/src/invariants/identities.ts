import { BOOKS_SCHEMA, findAccount } from "@huimin/books";
import { formatAmount } from "@huimin/money";
import { type CheckSources, Finding, type InvariantResult } from "./types.ts";

/** Accounts whose net balances (debit − credit) sum to zero on every value date. */
interface Identity {
  readonly name: string;
  readonly meaning: string;
  readonly accounts: readonly string[];
}

const IDENTITIES: readonly Identity[] = [
  {
    name: "agency-money",
    meaning: "agency assets equal agency debts on every day (2.7 no. 4, R1)",
    accounts: ["1002.03", "1215.01", "1218.05", "1218.06", "2901.01", "2901.02", "2901.03", "2901.04", "2901.07", "2307.01"],
  },
  {
    name: "risk-fund",
    meaning: "the fund's money and claims equal the fund on every day (2.7 no. 5)",
    accounts: ["1002.02", "1218.01", "3101.01"],
  },
  { name: "book-g", meaning: "book G is balanced on every day (2.7 no. 1)", accounts: ["G"] },
  { name: "book-m", meaning: "book M is balanced on every day (2.7 no. 1)", accounts: ["M"] },
  { name: "book-q", meaning: "book Q is balanced on every day (2.7 no. 1)", accounts: ["Q"] },
];

/** Balances by day of the accounts that moved, from the totals: cheap at any size of the journal. */
const DAYS = `
SELECT to_char(m.value_date, 'YYYY-MM-DD') AS day, sum(sum(m.debit - m.credit)) OVER (ORDER BY m.value_date)::text AS net
  FROM ${BOOKS_SCHEMA}.movement m JOIN ${BOOKS_SCHEMA}.account a ON a.no = m.account
 WHERE m.district = $1 AND (m.account = ANY ($2::smallint[]) OR a.book = $3)
 GROUP BY m.value_date ORDER BY m.value_date`;

/** Identities between accounts, as of every value date on which one of them moved. */
export async function checkIdentities({ pool, district }: CheckSources): Promise<InvariantResult[]> {
  const results: InvariantResult[] = [];
  for (const { name, meaning, accounts } of IDENTITIES) {
    const finding = new Finding(name, meaning);
    const numbers = accounts.flatMap((code) => findAccount(code)?.no ?? []);
    const book = accounts.length === 1 ? accounts[0] : null;
    const { rows } = await pool.query<{ day: string; net: string }>(DAYS, [district, numbers, book]);
    for (const { day, net } of rows) finding.look(net === "0" ? undefined : `${day}: ${formatAmount(BigInt(net))}`);
    results.push(finding.result());
  }
  return results;
}
