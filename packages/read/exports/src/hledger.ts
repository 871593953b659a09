import { ACCOUNTS, type Account, printAmount } from "@huimin/books";
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

function posting({ account, debit, credit, dims }: VoucherLine): string {
  const comment = tags(Object.entries(dims));
  return `    ${hledgerAccount(account)}  ${printAmount(account.book, debit - credit)} ${CURRENCY[account.book]}${comment === "" ? "" : `  ; ${comment}`}`;
}

function transaction(voucher: Voucher): string {
  const { date, valueDate, position, text, eventType, recordedAt, period, lines } = voucher;
  const dates = date === valueDate ? date : `${date}=${valueDate}`;
  const comment = tags([
    ["event", eventType],
    ["position", position],
    ["recorded", recordedAt],
    ["period", period],
  ]);
  return [`${dates} * (${position}) ${description(text)}  ; ${comment}`, ...lines.map(posting), ""].join("\n");
}

/** A transaction that moves nothing and asserts every balance. */
function assertions(date: string, balances: Balances): string {
  const rows = balances.list().map(({ account, net }) => {
    const unit = CURRENCY[account.book];
    return `    ${hledgerAccount(account)}  ${printAmount(account.book, 0n)} ${unit} = ${printAmount(account.book, net)} ${unit}`;
  });
  return [`${date} * 期末余额核对 closing balances`, ...rows, ""].join("\n");
}

function opening(from: string, balances: Balances): string[] {
  const rows = balances
    .list()
    .filter(({ net }) => net !== 0n)
    .map(({ account, net }) => `    ${hledgerAccount(account)}  ${printAmount(account.book, net)} ${CURRENCY[account.book]}`);
  return rows.length === 0 ? [] : [[`${from}-01 * 期初余额 opening balances`, ...rows, "", ""].join("\n")];
}

/** The journal as text, in pieces. With `from`, what came before is one transaction of opening balances. */
export async function* hledgerJournal(source: VoucherSource, options: JournalExport): AsyncGenerator<string> {
  yield [
    `; 惠民账本 ${options.district}: journal up to position ${options.position}; balances assert themselves at the end`,
    "commodity 1000.00 CNY",
    "commodity 1000. SHARE",
    ...ACCOUNTS.map((account) => `account ${hledgerAccount(account)}  ; type:${typeOf(account)}, id:${account.id}`),
    "",
    "",
  ].join("\n");
  const balances = await openingBalances(source, options);
  let last = FIRST_DAY;
  if (options.from !== undefined) {
    yield* opening(options.from, balances);
    last = `${options.from}-01`;
  }
  for await (const voucher of within(source, options)) {
    balances.add(voucher);
    if (voucher.date > last) last = voucher.date;
    yield `${transaction(voucher)}\n`;
  }
  yield assertions(last, balances);
}
