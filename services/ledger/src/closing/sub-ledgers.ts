import { type AccountId, BOOKS_SCHEMA, CHART, columnOf, type Dimension, printAmount, printedCode } from "@huimin/books";
import type { IsoDate } from "@huimin/calendar";
import type { Pool } from "pg";

/**
 * 明细账与总账: the dimension by which each control account is kept in detail. A line without it would be nobody's, and the
 * sub-ledger would no longer add up to the account.
 */
export const SUB_LEDGERS: Readonly<Partial<Record<AccountId, Dimension>>> = {
  equityDividendReceivable: "enterprise",
  compensationClaim: "obligor",
  insuranceReceivable: "insurer",
  subsidyClawbackReceivable: "obligor",
  lossShareReceivable: "enterprise",
  wrongDividendReceivable: "obligor",
  entrustedDividendReceivable: "enterprise",
  equityInvestment: "enterprise",
  goodsHeld: "donation",
  subsidyPayableHousehold: "payee",
  subsidyPayableEnterprise: "payee",
  overpaymentHeld: "enterprise",
  recoveryShareToReturn: "party",
  dividendPool: "pool",
  dividendPayable: "household",
  payoutInTransit: "payoutBatch",
  payoutReturned: "household",
  designatedDonation: "donation",
  designatedGoods: "donation",
  unclaimedMoney: "household",
  entrustedStake: "household",
  loanMoneyHousehold: "household",
  loanMoneyEnterprise: "enterprise",
  enterpriseDuty: "batch",
  enterpriseDutyContra: "batch",
  interestBorne: "loan",
  interestOwed: "loan",
  householdLoanPrincipal: "loan",
  enterpriseLoanPrincipal: "loan",
  beneficialShares: "household",
  beneficialSharesContra: "household",
};

export interface SubLedger {
  readonly account: string;
  readonly by: Dimension;
  /** debit − credit of the account, of its sub-ledger, and of what is in no place of it. */
  readonly control: bigint;
  readonly detail: bigint;
  readonly unassigned: bigint;
}

/** Every control account that moved, with what its sub-ledger adds up to: one pass over the balances. */
export async function subLedgers(pool: Pool, district: string, on: IsoDate, schema = BOOKS_SCHEMA): Promise<SubLedger[]> {
  const entries = Object.entries(SUB_LEDGERS) as [AccountId, Dimension][];
  const unassigned = Map.groupBy(entries, ([, by]) => by);
  const missing = [...unassigned].map(
    ([by, of]) => `(b.account = ANY ('{${of.map(([id]) => CHART[id].no).join(",")}}'::smallint[]) AND d.${columnOf(by)} IS NULL)`,
  );
  const { rows } = await pool.query<{ account: number; control: string; detail: string; unassigned: string }>(
    `SELECT m.account, m.net::text AS control, coalesce(s.net, 0)::text AS detail, coalesce(s.unassigned, 0)::text AS unassigned
     FROM (SELECT account, sum(debit - credit) AS net FROM ${schema}.movement WHERE district = $1 GROUP BY account) m
     LEFT JOIN (
       SELECT b.account, sum(b.debit - b.credit) AS net, sum(b.debit - b.credit) FILTER (WHERE ${missing.join(" OR ")}) AS unassigned
       FROM ${schema}.balance b JOIN ${schema}.dimension_set d ON d.district = b.district AND d.id = b.dims WHERE b.district = $1 GROUP BY b.account
     ) s USING (account)`,
    [district],
  );
  const byNo = new Map(rows.map((row) => [row.account, row]));
  return entries.flatMap(([id, by]) => {
    const account = CHART[id];
    const row = byNo.get(account.no);
    if (row === undefined) return [];
    return [
      {
        account: `${printedCode(account, on)} ${account.zh}`,
        by,
        control: BigInt(row.control),
        detail: BigInt(row.detail),
        unassigned: BigInt(row.unassigned),
      },
    ];
  });
}

const bookOf = (account: string) => (account.startsWith("9106") || account.startsWith("9206") ? "Q" : "G");

/** What is wrong with it; undefined when it adds up. */
export function subLedgerFault({ account, by, control, detail, unassigned }: SubLedger): string | undefined {
  const print = (amount: bigint): string => printAmount(bookOf(account), amount);
  if (control !== detail) return `${account}: 总账 ${print(control)}, 明细账(${by}) ${print(detail)}`;
  return unassigned === 0n ? undefined : `${account}: ${print(unassigned)} without ${by}`;
}
