import type { Pool, PoolClient } from "pg";

/** The role that is open to banks reads what row-level security keeps to one bank, and nothing else. */
export const BANK_READER = "huimin_bank_gateway";

export interface BankTransaction {
  /** The work also writes rows of the bank. Default: the transaction is read-only. */
  readonly writes?: boolean;
}

/**
 * Runs `work` in one transaction of one bank: row-level security shows it the rows of this district and bank and no
 * others, and lets it write no others, whatever the statements say. The two settings (`huimin.district`, `huimin.bank`)
 * end with the transaction, so a connection goes back to its pool without a bank and then sees nothing.
 *
 * The pool works as a role to which the tables' policies apply (`huimin_bank_gateway`): an owner or a superuser is not
 * held by them. BEGIN and both settings are one round trip. A fault rolls back and is thrown on.
 */
export async function withBank<T>(
  pool: Pool,
  district: string,
  bank: string,
  work: (client: PoolClient) => Promise<T>,
  { writes = false }: BankTransaction = {},
): Promise<T> {
  // An empty text is what an unset setting becomes after a transaction: it must never name a bank.
  if (district === "" || bank === "") throw new Error("a bank's transaction names its district and its bank");
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    const settings = `set_config('huimin.district', ${client.escapeLiteral(district)}, true), set_config('huimin.bank', ${client.escapeLiteral(bank)}, true)`;
    await client.query(`BEGIN${writes ? "" : " READ ONLY"}; SELECT ${settings}`);
    const done = await work(client);
    await client.query("COMMIT");
    return done;
  } catch (caught) {
    fault = await rolledBack(client, caught as Error);
    throw caught;
  } finally {
    client.release(fault);
  }
}

/** Undefined when the connection is clean again, else the fault with which the pool drops it. */
async function rolledBack(client: PoolClient, fault: Error): Promise<Error | undefined> {
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch {
    return fault;
  }
}

/**
 * Statements that keep a read model's table to one bank: the role of the bank gateway sees only rows of the transaction's
 * district and bank, and none outside such a transaction. Other roles work for the office; what they may see is their
 * grants. For a projection's `tables`, whose column `bank` holds the bank's id; it is silent where the role does not exist.
 */
export function bankRowsSql(table: string): string {
  const own = "district = current_setting('huimin.district', true) AND bank = current_setting('huimin.bank', true)";
  return `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_row ON ${table} USING (true) WITH CHECK (true);
DO $policy$ BEGIN
  IF to_regrole('${BANK_READER}') IS NOT NULL THEN
    CREATE POLICY own_bank ON ${table} AS RESTRICTIVE TO ${BANK_READER} USING (${own}) WITH CHECK (${own});
  END IF;
END $policy$;
`;
}
