import { ACCOUNTS, type Account, type JournalLine, printAmount } from "@huimin/books";
import { addDays } from "@huimin/calendar";
import { nameOf, type Voucher } from "@huimin/vouchers";
import { type AccountNet, Balances, codeOf, FIRST_DAY, factsOf, type JournalSource, textOf } from "./journal.ts";

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
const metadata = (indent: string, entries: readonly (readonly [string, string | undefined])[]): string[] =>
  entries.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`${indent}${name}: ${quoted(value)}`]));

const posting = ({ account, debit, credit, dims }: JournalLine): string[] => [
  `  ${beancountAccount(account)}  ${amountOf(account, debit - credit)}`,
  ...metadata("    ", Object.entries(dims)),
];

function transaction(voucher: Voucher): string {
  const { date, valueDate, lines } = voucher;
  const facts = [["voucher", nameOf(voucher)], ["valuedate", valueDate], ...factsOf(voucher)] as const;
  return [`${date} * ${quoted(textOf(voucher))}`, ...metadata("  ", facts), ...lines.flatMap(posting), ""].join("\n");
}

function openingEntry(from: string, opening: readonly AccountNet[]): string[] {
  const rows = opening
    .filter(({ net }) => net !== 0n)
    .map(({ account, net }) => `  ${beancountAccount(account)}  ${amountOf(account, net)}`);
  return rows.length === 0 ? [] : [[`${from}-01 * "期初余额 opening balances"`, ...rows, "", ""].join("\n")];
}

/** The journal as text, in pieces. With a first month, what came before is one transaction of opening balances. */
export async function* beancountJournal(source: JournalSource): AsyncGenerator<string> {
  const { from } = source.span;
  const begins = from === undefined ? FIRST_DAY : `${from}-01`;
  yield [
    `; 惠民账本 ${source.district}: journal up to position ${source.position}`,
    `option "title" ${quoted(`惠民账本 ${source.district}`)}`,
    'option "operating_currency" "CNY"',
    `${begins} commodity CNY`,
    `${begins} commodity SHARE`,
    // A beneficial right can't be sold (domain 2.4): valued in money, book Q counts nothing that book G has already.
    `${begins} price SHARE 0.00 CNY`,
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
  const opening = await source.opening();
  const balances = new Balances(opening);
  if (from !== undefined) yield* openingEntry(from, opening);
  let last = begins;
  for await (const voucher of source.vouchers()) {
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
