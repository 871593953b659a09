import { formatAmount } from "@huimin/money";
import type {
  AccountReconciliation,
  AgeingRow,
  ClaimsQuarter,
  DeskDay,
  DeskDayRow,
  DeskExplanation,
  Difference,
  JudgedClaimDifference,
  JudgedPortfolioDifference,
  PortfolioDay,
  UnclaimedSubsidy,
} from "@huimin/reconciliation-view";
import { Type } from "typebox";

/* How figures are told: amounts in yuan as text, absent where there is none. */

const Text = Type.String();
const Optional = Type.Optional(Text);
const Count = Type.Integer();

const ExplanationSchema = Type.Object({
  reason: Text,
  clearBy: Optional,
  note: Optional,
  actor: Optional,
  positions: Type.Optional(Type.Array(Type.Integer())),
});

export const DifferenceSchema = Type.Object({
  id: Text,
  kind: Type.String({ description: "bank-only 银行已达账面未达, book-only 账面已达银行未达, amount, date, timing 跨日" }),
  status: Type.String({ description: "unexplained, explained, timing" }),
  amount: Type.String({ description: "bank − books" }),
  since: Text,
  age: Count,
  bucket: Text,
  items: Type.Array(
    Type.Object({
      item: Text,
      side: Text,
      date: Text,
      amount: Text,
      serial: Optional,
      order: Optional,
      position: Type.Optional(Type.Integer()),
      text: Optional,
    }),
  ),
  counterparts: Type.Array(Text),
  candidates: Type.Array(Text),
  explanation: Type.Optional(ExplanationSchema),
});

/** What the office wrote to itself is not told to a bank. */
export type Reader = "office" | "bank";

const printExplanation = ({ reason, clearBy, note, actor, positions }: DeskExplanation, reader: Reader) => ({
  reason,
  ...(clearBy === undefined ? {} : { clearBy }),
  ...(reader === "bank" ? {} : { actor, ...(note === undefined ? {} : { note }) }),
  ...(positions === undefined ? {} : { positions: [...positions] }),
});

const explained = (explanation: DeskExplanation | undefined, reader: Reader) =>
  explanation === undefined ? {} : { explanation: printExplanation(explanation, reader) };

export const printDifference = ({ amount, items, counterparts, candidates, explanation, ...rest }: Difference, reader: Reader) => ({
  ...rest,
  amount: formatAmount(amount),
  items: items.map(({ amount: own, text, ...item }) => ({
    ...item,
    amount: formatAmount(own),
    ...(text === undefined || reader === "bank" ? {} : { text }),
  })),
  counterparts: [...counterparts],
  candidates: [...candidates],
  ...explained(explanation, reader),
});

export const DayRowSchema = Type.Object({
  day: Text,
  status: Type.String({ description: "open, explained, matched, closed" }),
  opening: Optional,
  balancePerBank: Text,
  balancePerBooks: Optional,
  lines: Type.Optional(Count),
  unexplained: Count,
  explained: Count,
  closedBy: Optional,
  closedAt: Optional,
  openHash: Optional,
});

export const printDayRow = (row: DeskDayRow, reader: Reader) => ({
  day: row.day,
  status: row.status,
  ...(row.opening === undefined ? {} : { opening: formatAmount(row.opening) }),
  balancePerBank: formatAmount(row.closing),
  ...(row.perBooks === undefined ? {} : { balancePerBooks: formatAmount(row.perBooks) }),
  ...(row.lines === undefined ? {} : { lines: row.lines }),
  unexplained: row.unexplained,
  explained: row.explained,
  ...(row.closedBy === undefined || reader === "bank" ? {} : { closedBy: row.closedBy }),
  ...(row.closedAt === undefined ? {} : { closedAt: row.closedAt }),
  ...(row.openHash === undefined ? {} : { openHash: row.openHash }),
});

/** 银行存款余额调节: from one balance to the other. */
export const DeskSummary = {
  desk: Text,
  account: Text,
  bank: Text,
  number: Text,
  day: Text,
  lastClosedDay: Optional,
  balancePerBank: Optional,
  balancePerBooks: Text,
  openAtBank: Type.String({ description: "Σ of lines that the books do not have" }),
  openInBooks: Type.String({ description: "Σ of movements that the bank does not have" }),
  remainder: Type.String({ description: "per bank − per books − open; not 0.00: a statement is missing" }),
  matched: Count,
  unexplained: Count,
  explained: Count,
};

export function printDesk({
  desk,
  account,
  bank,
  number,
  day,
  closing,
  perBank,
  perBooks,
  open,
  remainder,
  matches,
  differences,
}: DeskDay) {
  const sum = (side: string): string =>
    formatAmount(open.reduce((all, one) => (one.side === side ? all + BigInt(one.amount.replace(".", "")) : all), 0n));
  const unexplained = differences.filter(({ status }) => status === "unexplained").length;
  return {
    desk,
    account,
    bank,
    number,
    day,
    ...(closing ? { lastClosedDay: closing.day } : {}),
    ...(perBank === undefined ? {} : { balancePerBank: formatAmount(perBank) }),
    balancePerBooks: formatAmount(perBooks),
    openAtBank: sum("bank"),
    openInBooks: sum("book"),
    remainder: formatAmount(remainder),
    matched: matches.length,
    unexplained,
    explained: differences.length - unexplained,
  };
}

export const StateSchema = Type.Object({
  account: Text,
  lastClosedDay: Optional,
  unexplained: Count,
  unclosedDays: Count,
  balancePerBank: Optional,
  balancePerBooks: Text,
});

export const printState = ({ lastClosedDay, statementBalance, bookBalance, ...rest }: AccountReconciliation) => ({
  ...rest,
  ...(lastClosedDay === undefined ? {} : { lastClosedDay }),
  ...(statementBalance === undefined ? {} : { balancePerBank: formatAmount(statementBalance) }),
  balancePerBooks: formatAmount(bookBalance),
});

export const AgeingSchema = Type.Object({ desk: Text, bucket: Text, unexplained: Count, explained: Count, amount: Text });
export const printAgeing = ({ amount, ...row }: AgeingRow) => ({ ...row, amount: formatAmount(amount) });

export const PortfolioDifferenceSchema = Type.Object({
  id: Text,
  loan: Text,
  field: Text,
  kind: Type.String({ description: "missing-here, missing-at-bank, differs" }),
  theirs: Optional,
  ours: Optional,
  amount: Optional,
  status: Text,
  age: Count,
  bucket: Text,
  cause: Type.Optional(Type.Object({ cause: Text, position: Type.Optional(Count), valueDate: Optional })),
  explanation: Type.Optional(ExplanationSchema),
});

const ofAmounts = new Set(["loan", "principal", "interest"]);

export function printPortfolioDifference(one: JudgedPortfolioDifference, reader: Reader) {
  const { theirs, ours, amount, explanation, cause, ...rest } = one;
  const print = (text: string): string => (ofAmounts.has(one.field) ? formatAmount(BigInt(text)) : text);
  return {
    ...rest,
    ...(theirs === undefined ? {} : { theirs: print(theirs) }),
    ...(ours === undefined ? {} : { ours: print(ours) }),
    ...(amount === undefined ? {} : { amount: formatAmount(amount) }),
    ...(cause === undefined ? {} : { cause: { ...cause } }),
    ...explained(explanation, reader),
  };
}

export const PortfolioSummary = {
  desk: Text,
  bank: Text,
  day: Text,
  rows: Count,
  compared: Count,
  principalAtBank: Text,
  principalHere: Text,
  unexplained: Count,
  explained: Count,
};

export const printPortfolio = ({ desk, bank, file, compared, principalHere, differences }: PortfolioDay) => ({
  desk,
  bank,
  day: file.day,
  rows: file.rows,
  compared,
  principalAtBank: formatAmount(file.principal),
  principalHere: formatAmount(principalHere),
  unexplained: differences.filter(({ status }) => status === "unexplained").length,
  explained: differences.filter(({ status }) => status !== "unexplained").length,
});

export const ClaimDifferenceSchema = Type.Object({
  id: Text,
  loan: Text,
  field: Text,
  theirs: Text,
  ours: Text,
  amount: Text,
  cause: Type.String({
    description:
      "not-settled, other-days, other-rate, repayment-unknown-at-bank, repayment-unknown-here, above-cap, ratio, misused, overdue, loan-unknown, not-claimed 应报未报, unknown",
  }),
  detail: Optional,
  yuanDays: Type.String({ description: "积数 by our facts" }),
  days: Count,
  rates: Type.Array(Text),
  status: Text,
  age: Count,
  bucket: Text,
  explanation: Type.Optional(ExplanationSchema),
});

export function printClaimDifference(one: JudgedClaimDifference, { lines, unclaimed }: ClaimsQuarter, reader: Reader) {
  const { theirs, ours, amount, explanation, ...rest } = one;
  const figures =
    one.field === "unclaimed"
      ? unclaimed.find(({ loan }) => loan === one.loan)?.figures
      : lines.find(({ loan }) => loan === one.loan)?.ours;
  return {
    ...rest,
    theirs: formatAmount(theirs),
    ours: formatAmount(ours),
    amount: formatAmount(amount),
    yuanDays: figures?.yuanDays ?? "0",
    days: figures?.days ?? 0,
    rates: [...(figures?.rates ?? [])],
    ...explained(explanation, reader),
  };
}

export const ClaimsSummary = {
  desk: Text,
  bank: Text,
  quarter: Text,
  lines: Count,
  notClaimed: Count,
  unexplained: Count,
  explained: Count,
};

export const printClaims = ({ desk, bank, quarter, lines, unclaimed, differences }: ClaimsQuarter) => ({
  desk,
  bank,
  quarter,
  lines: lines.length,
  notClaimed: unclaimed.length,
  unexplained: differences.filter(({ status }) => status === "unexplained").length,
  explained: differences.filter(({ status }) => status !== "unexplained").length,
});

export const UnclaimedSchema = Type.Object({
  id: Text,
  bank: Text,
  loan: Text,
  quarter: Text,
  interest: Type.String({ description: "interest of the days that are not claimed" }),
  amount: Type.String({ description: "their subsidy as we compute it" }),
  yuanDays: Type.String({ description: "积数" }),
  days: Count,
  rates: Type.Array(Text),
  status: Text,
  age: Type.Integer({ description: "days since the quarter ended" }),
  bucket: Text,
  explanation: Type.Optional(ExplanationSchema),
});

export const printUnclaimed = ({ figures, explanation, ...rest }: UnclaimedSubsidy, reader: Reader) => ({
  ...rest,
  ...figures,
  rates: [...figures.rates],
  interest: formatAmount(figures.interest),
  amount: formatAmount(figures.amount),
  ...explained(explanation, reader),
});
