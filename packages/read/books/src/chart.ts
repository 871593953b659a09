import type { IsoDate } from "@huimin/calendar";

/**
 * 科目表, the chart of accounts, as dated data. An account is known inside by its `id` (and stored by its `no`); the
 * printed code is an attribute with dates, because the accounting system changes its numbers: 受托代理资产 was 1901
 * until the end of 2018 and is 1891 since (政府会计制度, 财会〔2017〕25号). Source: domain 0.1, R24.
 */

/** G 主账: the district's own money. M 备查账: loans, stakes and duties between others. Q: shares, in units. */
export type Book = "G" | "M" | "Q";
export const BOOKS: readonly Book[] = ["G", "M", "Q"];

export type Side = "debit" | "credit";

export interface DatedCode {
  readonly code: string;
  readonly from: IsoDate;
  /** Last day on which the code is printed; open when absent. */
  readonly to?: IsoDate;
}

export interface Account {
  /** Number in the database; never printed, never used again for another account. */
  readonly no: number;
  readonly id: string;
  readonly book: Book;
  readonly normal: Side;
  readonly zh: string;
  readonly en: string;
  readonly codes: readonly DatedCode[];
  /** 3001, 3501 and income and expense: questions about them are about the movement of a fiscal year. */
  readonly yearly: boolean;
}

/** First day of the programme's books; nothing is dated before it. */
const START: IsoDate = "2015-01-01";

const account =
  (book: Book, normal: Side, yearly = false) =>
  (no: number, code: string | readonly DatedCode[], zh: string, en: string) => ({
    no,
    book,
    normal,
    yearly,
    zh,
    en,
    codes: typeof code === "string" ? [{ code, from: START }] : code,
  });

const asset = account("G", "debit");
const owed = account("G", "credit");
const surplus = account("G", "credit", true);
const income = surplus;
const expense = account("G", "debit", true);
const memoDebit = account("M", "debit");
const memoCredit = account("M", "credit");

const definitions = {
  bankSubsidy: asset(1, "1002.01", "银行存款—贴息资金专户", "Bank: subsidy account"),
  bankRiskFund: asset(2, "1002.02", "银行存款—风险补偿金专户", "Bank: risk-compensation fund account"),
  bankDividendAgency: asset(3, "1002.03", "银行存款—分红代发专户(受托代理)", "Bank: dividend agency account"),
  bankDonations: asset(4, "1002.04", "银行存款—社会捐赠专户", "Bank: donation account"),
  bankEquity: asset(5, "1002.05", "银行存款—政企联动专户", "Bank: government-equity account"),
  equityDividendReceivable: asset(6, "1215.01", "应收股利—政企联动固定分红", "Dividends receivable, government equity"),
  compensationClaim: asset(7, "1218.01", "其他应收款—代偿追偿款", "Claim after compensation"),
  insuranceReceivable: asset(8, "1218.02", "其他应收款—应收保险赔款", "Insurance claim receivable"),
  subsidyClawbackReceivable: asset(9, "1218.03", "其他应收款—贴息追回款", "Subsidy clawback receivable"),
  lossShareReceivable: asset(10, "1218.04", "其他应收款—应收企业分担损失", "Enterprise loss share receivable"),
  wrongDividendReceivable: asset(11, "1218.05", "其他应收款—错付分红追回款", "Wrongly paid dividend receivable"),
  entrustedDividendReceivable: asset(12, "1218.06", "其他应收款—应收企业委托分红", "Entrusted dividend receivable"),
  badDebtAllowance: owed(13, "1219", "坏账准备", "Bad-debt allowance"),
  equityInvestment: asset(14, "1501.01", "长期股权投资—政企联动", "Equity investment"),
  goodsHeld: asset(
    15,
    [
      { code: "1901.01", from: START, to: "2018-12-31" },
      { code: "1891.01", from: "2019-01-01" },
    ],
    "受托代理资产—捐赠物资",
    "Goods held for forwarding",
  ),
  subsidyPayableHousehold: owed(16, "2303.01", "应付政府补贴款—户贷贴息", "Subsidy payable: household loans"),
  subsidyPayableEnterprise: owed(17, "2303.02", "应付政府补贴款—企贷贴息", "Subsidy payable: enterprise loans"),
  overpaymentHeld: owed(18, "2307.01", "其他应付款—企业多缴暂存", "Over-payment held"),
  recoveryShareToReturn: owed(19, "2307.02", "其他应付款—应返还分担款", "Recovery share to return"),
  wrongPayoutAdvance: owed(46, "2307.03", "其他应付款—错付垫付款", "Advance for wrong payouts"),
  dividendPool: owed(20, "2901.01", "受托代理负债—待分配分红", "Dividend pool, not yet allocated"),
  dividendPayable: owed(21, "2901.02", "受托代理负债—应付户分红", "Dividend payable, per household"),
  payoutInTransit: owed(22, "2901.03", "受托代理负债—代发在途", "Payout in transit"),
  payoutReturned: owed(23, "2901.04", "受托代理负债—退回待重付", "Returned, waiting for re-payment"),
  designatedDonation: owed(24, "2901.05", "受托代理负债—指定用途捐赠", "Designated donation, money"),
  designatedGoods: owed(25, "2901.06", "受托代理负债—捐赠物资", "Designated donation, goods"),
  unclaimedMoney: owed(26, "2901.07", "受托代理负债—无主待处置款", "Unclaimed money"),
  accumulatedSurplus: surplus(27, "3001", "累计盈余", "Accumulated surplus"),
  riskFundEquity: owed(28, "3101.01", "专用基金—风险补偿基金", "Risk-compensation fund equity"),
  currentSurplus: owed(29, "3301", "本期盈余", "Current surplus"),
  priorYearAdjustment: surplus(30, "3501", "以前年度盈余调整", "Prior-year adjustment"),
  appropriationSubsidy: income(31, "4001.01", "财政拨款收入—贴息", "Budget appropriation: subsidy"),
  appropriationRiskFund: income(32, "4001.02", "财政拨款收入—风险补偿", "Budget appropriation: risk fund"),
  appropriationEquity: income(33, "4001.03", "财政拨款收入—政企联动", "Budget appropriation: government equity"),
  otherLevelGrant: income(34, "4601", "非同级财政拨款收入", "Grant of another level"),
  investmentIncome: income(35, "4602", "投资收益", "Investment income"),
  donationIncome: income(36, "4603", "捐赠收入", "Donations"),
  interestIncome: income(37, "4604", "利息收入", "Interest income"),
  otherIncome: income(38, "4609", "其他收入", "Other income"),
  subsidyExpenseHousehold: expense(39, "5001.01", "业务活动费用—户贷贴息", "Subsidy expense: household loans"),
  subsidyExpenseEnterprise: expense(40, "5001.02", "业务活动费用—企贷贴息", "Subsidy expense: enterprise loans"),
  aidExpense: expense(41, "5001.03", "业务活动费用—帮扶支出", "Aid expense"),
  awardExpense: expense(42, "5001.04", "业务活动费用—表彰奖励", "Awards"),
  equityLoss: expense(43, "5901.01", "其他费用—股权损失(政府分担)", "Loss borne by government"),
  recoveryCost: expense(44, "5901.02", "其他费用—追偿费用", "Recovery cost"),
  surplusDistribution: owed(47, "3302", "本年盈余分配", "Distribution of the year's surplus"),
  goodsInStock: asset(45, "1302", "库存物品", "Goods in stock"),
  entrustedStake: memoDebit(61, "9101", "委托股权(户)", "Entrusted stake of a household"),
  loanMoneyHousehold: memoDebit(62, "9102", "户贷资金占用", "Loan money in the household's hands"),
  loanMoneyEnterprise: memoDebit(63, "9103", "企贷资金占用", "Loan money in the enterprise"),
  enterpriseDuty: memoDebit(64, "9104", "应由企业统还本金", "Enterprise's duty to repay"),
  enterpriseDutyContra: memoCredit(65, "9204", "企业统还义务对应", "Enterprise's duty, contra"),
  interestBorne: memoDebit(66, "9105", "应计利息负担(按负担人)", "Interest by bearer"),
  interestOwed: memoCredit(67, "9203", "应付利息—银行", "Interest owed to the bank"),
  householdLoanPrincipal: memoCredit(68, "9201", "户贷本金—银行", "Household loan principal"),
  enterpriseLoanPrincipal: memoCredit(69, "9202", "企贷本金—银行", "Enterprise loan principal"),
  beneficialShares: account("Q", "debit")(81, "9106", "收益权份额(户)", "Beneficial shares"),
  beneficialSharesContra: account("Q", "credit")(82, "9206", "收益权对应", "Beneficial shares, contra"),
} as const;

export type AccountId = keyof typeof definitions;

/** All accounts by their internal id. */
export const CHART: { readonly [K in AccountId]: Account & { readonly id: K } } = Object.fromEntries(
  Object.entries(definitions).map(([id, definition]) => [id, Object.freeze({ id, ...definition })]),
) as never;

export const ACCOUNTS: readonly Account[] = Object.values(CHART);

const byNo = new Map(ACCOUNTS.map((item) => [item.no, item]));
const byCode = new Map(ACCOUNTS.flatMap((item) => item.codes.map((dated) => [dated.code, item] as const)));

/** The account with this number in the database; throws for one that never existed. */
export function accountByNo(no: number): Account {
  const found = byNo.get(no);
  if (!found) throw new Error(`no account has the number ${no}`);
  return found;
}

/** The account of an internal id or of a code that was ever printed for it, e.g. `2303.01`, `1901.01`, `1891.01`. */
export const findAccount = (idOrCode: string): Account | undefined =>
  byCode.get(idOrCode) ?? (CHART as Readonly<Record<string, Account>>)[idOrCode];

/** The accounts of a code or of the head of codes: `1002` is 1002.01 to 1002.05, `2303.01` is itself. */
export const accountsUnder = (code: string): readonly Account[] => {
  const exact = findAccount(code);
  if (exact) return [exact];
  return ACCOUNTS.filter((item) => item.codes.some((dated) => dated.code.startsWith(`${code}.`)));
};

/** 科目编号 as printed on a day. */
export function printedCode(item: Account, on: IsoDate): string {
  const dated = item.codes.find((entry) => entry.from <= on && (entry.to === undefined || on <= entry.to));
  return (dated ?? (item.codes.at(-1) as DatedCode)).code;
}
