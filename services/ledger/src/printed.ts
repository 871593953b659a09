import { ACCOUNTS, type Account, type Balance, type Book, type JournalLine, printAmount, printedCode } from "@huimin/books";
import { bookingDate } from "@huimin/vouchers";
import { Type } from "typebox";

/** Amounts leave as text: yuan with two decimals, whole shares in book Q. */
export const BalanceSchema = Type.Object({ debit: Type.String(), credit: Type.String(), side: Type.String(), amount: Type.String() });
export const AccountSchema = Type.Object({
  id: Type.String(),
  code: Type.String(),
  book: Type.String(),
  zh: Type.String(),
  en: Type.String(),
});
export const LineSchema = Type.Object({
  position: Type.Integer(),
  lineNo: Type.Integer(),
  eventType: Type.String(),
  valueDate: Type.String(),
  recordedAt: Type.String(),
  period: Type.String(),
  account: AccountSchema,
  debit: Type.String(),
  credit: Type.String(),
  dims: Type.Record(Type.String(), Type.String()),
  text: Type.String(),
});

export const printBalance = (book: Book, balance: Balance) => ({
  debit: printAmount(book, balance.debit),
  credit: printAmount(book, balance.credit),
  side: balance.side,
  amount: printAmount(book, balance.amount),
});

/** The account with the code that is printed on that day. */
export const printAccount = (account: Account, onDate: string) => ({
  id: account.id,
  code: printedCode(account, onDate),
  book: account.book,
  zh: account.zh,
  en: account.en,
});

export const printLine = (line: JournalLine) => ({
  position: line.position,
  lineNo: line.lineNo,
  eventType: line.eventType,
  valueDate: line.valueDate,
  recordedAt: line.recordedAt,
  period: line.period,
  // The code of its voucher's day: a late correction stands in the new year's books under the new year's code.
  account: printAccount(line.account, bookingDate(line)),
  debit: printAmount(line.account.book, line.debit),
  credit: printAmount(line.account.book, line.credit),
  dims: Object.fromEntries(Object.entries(line.dims).filter((entry): entry is [string, string] => typeof entry[1] === "string")),
  text: line.text,
});

export const MappingSchema = Type.Object({
  id: Type.String({ description: "internal, never changes" }),
  book: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  codes: Type.Array(Type.Object({ code: Type.String(), from: Type.String(), to: Type.Optional(Type.String()) })),
});

/** 科目编号对照表: every account with the codes it has had; between two days only those whose code changed. */
export const accountMapping = ({ from, to }: { readonly from?: string; readonly to?: string }) =>
  ACCOUNTS.filter((account) => from === undefined || to === undefined || printedCode(account, from) !== printedCode(account, to)).map(
    ({ id, book, zh, en, codes }) => ({ id, book, zh, en, codes: codes.map((code) => ({ ...code })) }),
  );
