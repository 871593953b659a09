import { ACCOUNTS, type Account, printAmount } from "@huimin/books";
import { addDays } from "@huimin/calendar";
import {
  type Balances,
  codeOf,
  FIRST_DAY,
  type JournalExport,
  openingBalances,
  type Voucher,
  type VoucherLine,
  type VoucherSource,
  within,
} from "./vouchers.ts";

/*
 * A journal for Beancount. Its account names begin with one of five roots and a letter or digit in every part, so an account
 * is `Assets:G:1002-01` and carries its Chinese name as metadata. `balance` directives on the day after the last voucher
 * repeat every balance: bean-check fails when one does not hold.
 */

const CURRENCY = { G: "CNY", M: "CNY", Q: "SHARE" } as const;
const ROOT_OF: Readonly<Record<string, string>> = { "1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses" };

const rootOf = (account: Account): string =>
  account.book === "G" ? (ROOT_OF[codeOf(account).charAt(0)] ?? "Assets") : account.normal === "debit" ? "Assets" : "Liabilities";

export const beancountAccount = (account: Account): string => `${rootOf(account)}:${account.book}:${codeOf(account).replaceAll(".", "-")}`;

const quoted = (text: string): string => `"${text.replace(/[\r\n]+/g, " ").replace(/["\\]/g, "\\$&")}"`;
const amountOf = (account: Account, net: bigint): string => `${printAmount(account.book, net)} ${CURRENCY[account.book]}`;

/** Metadata keys begin with a small letter; `payoutBatch` is one. */
const metadata = (indent: string, entries: readonly (readonly [string, string | number | undefined])[]): string[] =>
  entries
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${indent}${name}: ${typeof value === "number" ? value : quoted(String(value))}`);

const posting = ({ account, debit, credit, dims }: VoucherLine): string[] => [
  `  ${beancountAccount(account)}  ${amountOf(account, debit - credit)}`,
  ...metadata("    ", Object.entries(dims)),
];

function transaction(voucher: Voucher): string {
  const { date, valueDate, position, text, eventType, recordedAt, period, lines } = voucher;
  return [
    `${date} * ${quoted(text)}`,
    ...metadata("  ", [
      ["event", eventType],
      ["position", position],
      ["valuedate", valueDate],
      ["recorded", recordedAt],
      ["period", period],
    ]),
    ...lines.flatMap(posting),
    "",
  ].join("\n");
}

function opening(from: string, balances: Balances): string[] {
  const rows = balances
    .list()
    .filter(({ net }) => net !== 0n)
    .map(({ account, net }) => `  ${beancountAccount(account)}  ${amountOf(account, net)}`);
  return rows.length === 0 ? [] : [[`${from}-01 * "期初余额 opening balances"`, ...rows, "", ""].join("\n")];
}

/** The journal as text, in pieces. With `from`, what came before is one transaction of opening balances. */
export async function* beancountJournal(source: VoucherSource, options: JournalExport): AsyncGenerator<string> {
  const begins = options.from === undefined ? FIRST_DAY : `${options.from}-01`;
  yield [
    `; 惠民账本 ${options.district}: journal up to position ${options.position}`,
    `option "title" ${quoted(`惠民账本 ${options.district}`)}`,
    'option "operating_currency" "CNY"',
    `${begins} commodity CNY`,
    `${begins} commodity SHARE`,
    ...ACCOUNTS.flatMap((account) => [
      `${begins} open ${beancountAccount(account)} ${CURRENCY[account.book]}`,
      ...metadata("  ", [
        ["name", account.zh],
        ["english", account.en],
        ["id", account.id],
      ]),
    ]),
    "",
    "",
  ].join("\n");
  const balances = await openingBalances(source, options);
  if (options.from !== undefined) yield* opening(options.from, balances);
  let last = begins;
  for await (const voucher of within(source, options)) {
    balances.add(voucher);
    if (voucher.date > last) last = voucher.date;
    yield `${transaction(voucher)}\n`;
  }
  const after = addDays(last, 1);
  yield `${balances
    .list()
    .map(({ account, net }) => `${after} balance ${beancountAccount(account)}  ${amountOf(account, net)}`)
    .join("\n")}\n`;
}
