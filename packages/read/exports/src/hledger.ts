import { ACCOUNTS, type Account, type JournalLine, printAmount } from "@huimin/books";
import { nameOf, type Voucher } from "@huimin/vouchers";
import { type AccountNet, Balances, codeOf, FIRST_DAY, factsOf, type JournalSource, textOf } from "./journal.ts";

/*
 * A journal for hledger. Each book is a tree of its own (`G:…`, `M:…`, `Q:…`) and balances by itself. The primary date is the
 * day in the accounting period, the secondary the value date, so that `--date2` answers by value date. The journal ends
 * with an assertion of every balance: hledger refuses to read it when one does not hold.
 */

const CURRENCY = { G: "CNY", M: "CNY", Q: "SHARE" } as const;

/** Two spaces end an account's name, a semicolon begins a comment: neither stands in a name. */
export const hledgerAccount = (account: Account): string => `${account.book}:${codeOf(account)} ${account.zh}`;

const TYPE_OF: Readonly<Record<string, string>> = { "1": "A", "2": "L", "3": "E", "4": "R", "5": "X" };

/** hledger's account types follow the first digit of the government chart; memorandum and share books by their normal side. */
const typeOf = (account: Account): string =>
  account.book === "G" ? (TYPE_OF[codeOf(account).charAt(0)] ?? "A") : account.normal === "debit" ? "A" : "L";

/** A tag's value ends at a comma or the line's end. */
const tagText = (text: string): string => text.replace(/[\r\n,;]+/g, " ").trim();
const tags = (entries: readonly (readonly [string, string | number | undefined])[]): string =>
  entries
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}:${tagText(String(value))}`)
    .join(", ");

const description = (text: string): string => text.replace(/[\r\n;|]+/g, " ").trim() || "—";

function posting({ account, debit, credit, dims }: JournalLine): string {
  const comment = tags(Object.entries(dims));
  return `    ${hledgerAccount(account)}  ${printAmount(account.book, debit - credit)} ${CURRENCY[account.book]}${comment === "" ? "" : `  ; ${comment}`}`;
}

function transaction(voucher: Voucher): string {
  const { date, valueDate, lines } = voucher;
  const dates = date === valueDate ? date : `${date}=${valueDate}`;
  return [`${dates} * (${nameOf(voucher)}) ${description(textOf(voucher))}  ; ${tags(factsOf(voucher))}`, ...lines.map(posting), ""].join(
    "\n",
  );
}

/** A transaction that moves nothing and asserts every balance. */
function assertions(date: string, balances: Balances): string {
  const rows = balances.list().map(({ account, net }) => {
    const unit = CURRENCY[account.book];
    return `    ${hledgerAccount(account)}  ${printAmount(account.book, 0n)} ${unit} = ${printAmount(account.book, net)} ${unit}`;
  });
  return [`${date} * 期末余额核对 closing balances`, ...rows, ""].join("\n");
}

function openingEntry(from: string, opening: readonly AccountNet[]): string[] {
  const rows = opening
    .filter(({ net }) => net !== 0n)
    .map(({ account, net }) => `    ${hledgerAccount(account)}  ${printAmount(account.book, net)} ${CURRENCY[account.book]}`);
  return rows.length === 0 ? [] : [[`${from}-01 * 期初余额 opening balances`, ...rows, "", ""].join("\n")];
}

/** The journal as text, in pieces. With a first month, what came before is one transaction of opening balances. */
export async function* hledgerJournal(source: JournalSource): AsyncGenerator<string> {
  const { from } = source.span;
  const begins = from === undefined ? FIRST_DAY : `${from}-01`;
  yield [
    `; 惠民账本 ${source.district}: journal up to position ${source.position}; balances assert themselves at the end`,
    "commodity 1000.00 CNY",
    "commodity 1000. SHARE",
    // A beneficial right can't be sold (domain 2.4): valued in money, book Q counts nothing that book G has already.
    `P ${begins} SHARE 0.00 CNY`,
    ...ACCOUNTS.map((account) => `account ${hledgerAccount(account)}  ; type:${typeOf(account)}, id:${account.id}`),
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
  yield assertions(last, balances);
}
