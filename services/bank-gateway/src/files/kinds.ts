import type { BankFileFormat, BankFileKind } from "@huimin/bank-file/events";
import type { Column } from "@huimin/bank-files";
import type { CommandDefinition } from "@huimin/decider";
import { PrepayLoan, RecordDisbursement, RecordInterestPayment, RecordRepayment, SettleInterest } from "@huimin/loan";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { EntrustStakes } from "@huimin/pooled";
import { fileErrors as errors } from "./errors.ts";

/*
 * The templates: which columns a table of each kind has, and which bank message a row becomes. The first name of a column
 * is the one of the template that the bank downloads.
 */

export interface BankMessageBody {
  readonly definition: CommandDefinition;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RowKind {
  readonly kind: BankFileKind;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly messageOf: (values: Readonly<Record<string, string>>) => Result<BankMessageBody, Refusal>;
  /** Columns of which one is the amount of a row, or else all together. */
  readonly amounts: readonly string[];
}

const loan: Column = { key: "loan", names: ["贷款编号", "贷款合同号", "借据号", "loan"], type: "id", required: true };
const serial: Column = { key: "serial", names: ["流水号", "银行流水号", "交易流水号", "serial"], type: "serial", required: true };
const date = (...names: string[]): Column => ({ key: "valueDate", names: [...names, "valueDate"], type: "date", required: true });
const amount = (key: string, ...names: string[]): Column => ({ key, names: [...names, key], type: "amount" });
const needed = (column: Column): Column => ({ ...column, required: true });
const bearer: Record<string, string> = {
  农户: "household",
  贫困户: "household",
  household: "household",
  企业: "enterprise",
  enterprise: "enterprise",
};
const interestKind: Record<string, string> = {
  正常: "normal",
  正常利息: "normal",
  normal: "normal",
  罚息: "penalty",
  penalty: "penalty",
  复利: "compound",
  compound: "compound",
};

/** What a row moves: the whole where it is stated, else the parts. */
export function amountOf({ amounts }: RowKind, values: Readonly<Record<string, string>>): string | undefined {
  const [whole = "", ...parts] = amounts;
  const stated = values[whole] === undefined ? parts.flatMap((part) => values[part] ?? []) : [values[whole]];
  return stated.length === 0 ? undefined : formatAmount(sumFen(stated.map(fen)));
}

const plain =
  (definition: CommandDefinition) =>
  (values: Readonly<Record<string, string>>): Result<BankMessageBody, Refusal> =>
    ok({ definition, body: { ...values, currency: "CNY" } });

/** An amount beside its parts must be their sum; the parts are what is sent then. */
function repayment(values: Readonly<Record<string, string>>): Result<BankMessageBody, Refusal> {
  const { amount: whole, ...rest } = values;
  const parts = [rest.principal, rest.interest, rest.penalty].flatMap((part) => part ?? []);
  if (whole !== undefined && parts.length > 0) {
    const sum = formatAmount(sumFen(parts.map(fen)));
    if (sum !== whole) return refuse(errors.BANK_ROW_AMOUNTS, { amount: whole, sum });
    return plain(RecordRepayment)(rest);
  }
  return plain(RecordRepayment)(values);
}

export const ROW_KINDS: readonly RowKind[] = [
  {
    kind: "repayments",
    title: "还款",
    columns: [
      loan,
      date("还款日期", "入账日期"),
      serial,
      amount("amount", "还款金额", "金额"),
      amount("principal", "本金"),
      amount("interest", "利息"),
      amount("penalty", "罚息"),
    ],
    messageOf: repayment,
    amounts: ["amount", "principal", "interest", "penalty"],
  },
  {
    kind: "prepayments",
    title: "提前还款",
    columns: [loan, date("还款日期"), serial, needed(amount("principal", "提前还本金额", "本金")), amount("interest", "利息")],
    messageOf: plain(PrepayLoan),
    amounts: ["principal"],
  },
  {
    kind: "disbursements",
    title: "放款",
    columns: [
      loan,
      { key: "household", names: ["户编号", "户号", "household"], type: "id", required: true },
      date("放款日期"),
      serial,
      needed(amount("amount", "放款金额", "金额")),
      { key: "annualRate", names: ["年利率", "annualRate"], type: "percent" },
      { key: "due", names: ["到期日", "due"], type: "date" },
      { key: "contractDate", names: ["合同日期", "contractDate"], type: "date" },
    ],
    messageOf: plain(RecordDisbursement),
    amounts: ["amount"],
  },
  {
    kind: "stakes",
    title: "委托入股",
    columns: [
      { key: "batch", names: ["批次号", "batch"], type: "id", required: true },
      date("划转日期"),
      serial,
      { ...loan, required: false },
      amount("amount", "入股金额", "金额"),
    ],
    messageOf: plain(EntrustStakes),
    amounts: ["amount"],
  },
  {
    kind: "interest-settlements",
    title: "结息",
    columns: [
      loan,
      date("结息日期", "结息日"),
      { key: "from", names: ["起息日", "计息起日", "from"], type: "date", required: true },
      { key: "toExcl", names: ["止息日", "计息止日", "toExcl"], type: "date", required: true },
      needed(amount("amount", "利息金额", "利息")),
      { ...serial, required: false },
      { key: "kind", names: ["利息种类", "种类", "kind"], type: "text", words: interestKind },
      { key: "bearer", names: ["承担人", "bearer"], type: "text", words: bearer },
    ],
    messageOf: plain(SettleInterest),
    amounts: ["amount"],
  },
  {
    kind: "interest-payments",
    title: "付息",
    columns: [
      loan,
      date("付息日期"),
      serial,
      needed(amount("amount", "付息金额", "金额")),
      { key: "payer", names: ["付息人", "payer"], type: "text", words: bearer },
    ],
    messageOf: plain(RecordInterestPayment),
    amounts: ["amount"],
  },
];

/** Columns of a result list (代发结果): our list, with what the bank adds. */
export const RESULT_COLUMNS: readonly Column[] = [
  { key: "number", names: ["序号", "number"], type: "count", required: true },
  { key: "amount", names: ["金额", "amount"], type: "amount", required: true },
  {
    key: "outcome",
    names: ["状态", "处理状态", "处理结果", "outcome"],
    type: "text",
    required: true,
    words: {
      成功: "paid",
      代发成功: "paid",
      交易成功: "paid",
      失败: "rejected",
      代发失败: "rejected",
      交易失败: "rejected",
      退票: "returned",
      退回: "returned",
      已退回: "returned",
      处理中: "pending",
      待处理: "pending",
    },
  },
  { key: "reason", names: ["失败原因", "原因", "退票原因", "reason"], type: "text" },
  { key: "serial", names: ["流水号", "银行流水号", "serial"], type: "serial" },
  { key: "valueDate", names: ["入账日期", "处理日期", "交易日期", "valueDate"], type: "date" },
  { key: "payoutBatch", names: ["代发批次号", "批次号", "payoutBatch"], type: "id" },
];

/** Columns of a statement (对账单) as a table. */
export const STATEMENT_COLUMNS: readonly Column[] = [
  { key: "account", names: ["账号", "本方账号", "account"], type: "id", required: true },
  { key: "bookedOn", names: ["入账日期", "交易日期", "记账日期", "bookedOn"], type: "date", required: true },
  { key: "serial", names: ["流水号", "银行流水号", "serial"], type: "serial", required: true },
  { key: "debit", names: ["借方金额", "支出金额", "debit"], type: "amount" },
  { key: "credit", names: ["贷方金额", "收入金额", "credit"], type: "amount" },
  { key: "balance", names: ["余额", "balance"], type: "amount", required: true },
  { key: "valueOn", names: ["起息日", "valueOn"], type: "date" },
  { key: "endToEndId", names: ["指令编号", "endToEndId"], type: "serial" },
];

const standings: Record<string, string> = {
  正常: "performing",
  performing: "performing",
  逾期: "overdue",
  overdue: "overdue",
  结清: "settled",
  已结清: "settled",
  settled: "settled",
};

/** Columns of a portfolio (贷款余额对账文件): a bank's loans at the end of one day. */
export const PORTFOLIO_COLUMNS: readonly Column[] = [
  { key: "day", names: ["截止日期", "余额日期", "day"], type: "date", required: true },
  { key: "loan", names: ["贷款编号", "贷款合同号", "借据号", "loan"], type: "id", required: true },
  { key: "principal", names: ["本金余额", "贷款余额", "principal"], type: "amount", required: true },
  { key: "interest", names: ["应付利息", "欠息", "interest"], type: "amount" },
  { key: "rate", names: ["年利率", "rate"], type: "percent" },
  { key: "due", names: ["到期日", "due"], type: "date" },
  { key: "status", names: ["贷款状态", "状态", "status"], type: "text", words: standings },
];

export const rowKind = (kind: BankFileKind): RowKind | undefined => ROW_KINDS.find((one) => one.kind === kind);

const LIST_COLUMNS: Readonly<Partial<Record<BankFileKind, readonly Column[]>>> = {
  "payout-results": RESULT_COLUMNS,
  statement: STATEMENT_COLUMNS,
  portfolio: PORTFOLIO_COLUMNS,
};

/** Header of the empty template of a kind. */
export function templateOf(kind: BankFileKind): readonly string[] {
  const columns = LIST_COLUMNS[kind] ?? rowKind(kind)?.columns ?? [];
  return columns.map(({ names }) => names[0] as string);
}

export const BANK_FILE_KINDS: readonly BankFileKind[] = [...ROW_KINDS.map(({ kind }) => kind), "payout-results", "statement", "portfolio"];

/** What a message is by itself; a table has to be named. */
export const KIND_OF_FORMAT: Readonly<Partial<Record<BankFileFormat, BankFileKind>>> = {
  "camt.053": "statement",
  "camt.054": "payout-results",
  "pain.002": "payout-results",
};
