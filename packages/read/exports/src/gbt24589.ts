import { ACCOUNTS, type Account, type Book, DIMENSIONS, type Dimension, type JournalLine, printAmount, printedCode } from "@huimin/books";
import { lastDayOfMonth, type Period } from "@huimin/calendar";
import { numberText, VOUCHER_TYPES, type Voucher } from "@huimin/vouchers";
import type { Charset, Piece } from "./charset.ts";
import { compactDate, directionOf, type Row, rowXml } from "./gbt24589-tables.ts";
import { type JournalSource, textOf } from "./journal.ts";

/*
 * GB/T 24589 (财经信息技术 会计核算软件数据接口, part 2, 行政事业单位): two files of one book. 公共档案 says what ledger it is, its periods and
 * types; 总账 has the chart, balances, vouchers and their entries. Written in one pass: memory holds a voucher at a time and
 * the chart.
 */

export interface Gbt24589Options {
  readonly book: Book;
  readonly charset: Charset;
  /** 会计核算单位 */
  readonly unit: string;
}

const BOOK_NAMES: Readonly<Record<Book, string>> = { G: "主账", M: "备查账", Q: "份额账" };
/** 政府会计: 1 资产 … 5 支出; memorandum accounts are 备查. */
const KINDS: Readonly<Record<string, string>> = { "1": "资产", "2": "负债", "3": "净资产", "4": "收入", "5": "费用" };

/** 辅助项 of this product, numbered as the entries number them. */
const AUXILIARY_NAMES: Readonly<Record<Dimension, string>> = {
  model: "金融模式",
  household: "农户",
  enterprise: "企业",
  bank: "银行",
  village: "行政村",
  batch: "批次",
  loan: "贷款",
  tranche: "贴息档",
  source: "资金来源",
  year: "所属年度",
  payee: "收款人",
  obligor: "债务人",
  party: "往来单位",
  bearer: "利息负担人",
  ref: "业务编号",
  donation: "捐赠",
  purpose: "用途",
  pool: "分红池",
  payoutBatch: "代发批次",
  insurer: "保险人",
  fund: "基金",
};

const yearOf = (period: Period): string => period.slice(0, 4);
/** 会计期间号: 01 to 12. */
const monthOf = (period: Period): string => period.slice(5, 7);
const ledgerOf = (source: JournalSource, book: Book): string => `${source.district}-${book}`;

const heading = (charset: Charset): string => `<?xml version="1.0" encoding="${charset.toUpperCase()}"?>\n`;
const piece = (place: string, text: string): Piece => ({ place, text });

/** 公共档案.xml */
export async function* gbtArchive(source: JournalSource, { book, charset, unit }: Gbt24589Options): AsyncGenerator<Piece> {
  const periods = await source.periods(book);
  const ledger = ledgerOf(source, book);
  yield piece("公共档案", `${heading(charset)}<公共档案>\n`);
  for (const year of [...new Set(periods.map(yearOf))]) {
    const row: Row = [
      ["电子账簿编号", ledger],
      ["电子账簿名称", `惠民账本${BOOK_NAMES[book]}`],
      ["会计核算单位", unit],
      ["单位性质", "行政单位"],
      ["开发单位", "惠民账本"],
      ["版本号", String(source.position)],
      ["本位币", "CNY"],
      ["会计年度", year],
      ["标准版本号", "GB/T 24589.2"],
    ];
    yield piece("电子账簿", rowXml("电子账簿", row));
  }
  for (const period of periods) {
    const first = `${period}-01`;
    const row: Row = [
      ["会计年度", yearOf(period)],
      ["会计期间号", monthOf(period)],
      ["会计期间起始日期", compactDate(first)],
      ["会计期间结束日期", compactDate(lastDayOfMonth(first))],
    ];
    yield piece("会计期间", rowXml("会计期间", row));
  }
  for (const type of VOUCHER_TYPES) {
    const row: Row = [
      ["记账凭证类型编号", type],
      ["记账凭证类型名称", `${type}账凭证`],
      ["记账凭证类型简称", type],
    ];
    yield piece("记账凭证类型", rowXml("记账凭证类型", row));
  }
  for (const [index, name] of DIMENSIONS.entries()) {
    const row: Row = [
      ["档案编码", String(index + 1)],
      ["档案名称", AUXILIARY_NAMES[name]],
    ];
    yield piece("自定义档案项", rowXml("自定义档案项", row));
  }
  yield piece("公共档案", "</公共档案>\n");
}

/** Codes are dated: an account that changed its code is in the chart with each. */
function* chartRows(book: Book): Generator<Piece> {
  for (const account of ACCOUNTS.filter((one) => one.book === book)) {
    for (const { code, from, to } of account.codes) {
      const row: Row = [
        ["科目编号", code],
        ["科目名称", account.zh],
        ["科目级次", String(code.split(".").length)],
        ["科目类型", book === "G" ? (KINDS[code.charAt(0)] ?? "资产") : "备查"],
        ["余额方向", account.normal === "debit" ? "借" : "贷"],
        ["启用日期", compactDate(from)],
        ...(to === undefined ? [] : ([["停用日期", compactDate(to)]] as const)),
      ];
      yield piece(`会计科目 ${code}`, rowXml("会计科目", row));
    }
  }
}

const size = (net: bigint): bigint => (net < 0n ? -net : net);

/** 期初 is what stands before the month, not a movement. */
async function* balanceRows(source: JournalSource, book: Book): AsyncGenerator<Piece> {
  for (const period of await source.periods(book)) {
    let [debits, credits] = [0n, 0n];
    for (const { account, opening, debit, credit, closing } of await source.month(book, period)) {
      debits += debit;
      credits += credit;
      if (opening === 0n && debit === 0n && credit === 0n) continue;
      const row: Row = [
        ["会计年度", yearOf(period)],
        ["会计期间号", monthOf(period)],
        ["科目编号", printedCode(account, `${period}-01`)],
        ["期初余额方向", directionOf(opening)],
        ["期初本币余额", printAmount(book, size(opening))],
        ["借方本币金额", printAmount(book, debit)],
        ["贷方本币金额", printAmount(book, credit)],
        ["期末余额方向", directionOf(closing)],
        ["期末本币余额", printAmount(book, size(closing))],
      ];
      yield piece(`科目余额 ${period}`, rowXml("科目余额及发生额", row));
    }
    const trial: Row = [
      ["会计年度", yearOf(period)],
      ["会计期间号", monthOf(period)],
      ["借方本币金额合计", printAmount(book, debits)],
      ["贷方本币金额合计", printAmount(book, credits)],
    ];
    yield piece(`试算平衡表 ${period}`, rowXml("试算平衡表", trial));
  }
}

const keyRow = ({ period, type, number }: Voucher): Row => [
  ["会计年度", yearOf(period)],
  ["会计期间号", monthOf(period)],
  ["记账凭证类型编号", type],
  ["记账凭证编号", numberText(number)],
];

const voucherRow = (voucher: Voucher): Row => [
  ["记账凭证日期", compactDate(voucher.date)],
  ...keyRow(voucher),
  ["业务发生日期", compactDate(voucher.valueDate)],
  ["记账凭证摘要", textOf(voucher)],
  ["附件数", String(voucher.evidence.length)],
  ["制单人", voucher.maker],
  ["审核人", voucher.reviewer ?? ""],
  ["记账人", voucher.poster],
  ["记账标志", "1"],
  ["作废标志", "0"],
];

/** 凭证来源: which event of the log, and the paper or message behind it. */
const originRow = (voucher: Voucher): Row => [
  ...keyRow(voucher),
  ["来源类型", voucher.eventType],
  ["来源编号", String(voucher.position)],
  ["来源单据号", voucher.sourceDocument ?? ""],
];

function entryRow(voucher: Voucher, { account, debit, credit, dims, text }: JournalLine, line: number): Row {
  const auxiliary = DIMENSIONS.flatMap((name, index) => {
    const value = dims[name];
    return value === undefined ? [] : [[`辅助项${index + 1}编号`, value] as const];
  });
  return [
    ...keyRow(voucher),
    ["记账凭证行号", String(line)],
    ["记账凭证摘要", text],
    ["科目编号", printedCode(account, voucher.date)],
    ...auxiliary,
    ["借方本币金额", printAmount(account.book, debit)],
    ["贷方本币金额", printAmount(account.book, credit)],
  ];
}

/** 总账.xml */
export async function* gbtLedger(source: JournalSource, { book, charset }: Gbt24589Options): AsyncGenerator<Piece> {
  yield piece("总账", `${heading(charset)}<总账>\n`);
  yield* chartRows(book);
  yield* balanceRows(source, book);
  const used = new Map<Account, Set<Dimension>>();
  for await (const voucher of source.vouchers(book)) {
    const place = `${voucher.type}-${voucher.period}-${numberText(voucher.number)}`;
    yield piece(place, rowXml("记账凭证", voucherRow(voucher)) + rowXml("凭证来源", originRow(voucher)));
    for (const [index, line] of voucher.lines.entries()) {
      yield piece(place, rowXml("记账凭证分录", entryRow(voucher, line, index + 1)));
      note(used, line);
    }
  }
  for (const [account, names] of used) {
    for (const [index, name] of DIMENSIONS.entries()) {
      if (!names.has(name)) continue;
      const row: Row = [
        ["科目编号", account.codes.at(-1)?.code ?? account.id],
        ["辅助项编号", String(index + 1)],
        ["辅助项名称", AUXILIARY_NAMES[name]],
      ];
      yield piece("科目辅助核算", rowXml("科目辅助核算", row));
    }
  }
  yield piece("总账", "</总账>\n");
}

function note(used: Map<Account, Set<Dimension>>, { account, dims }: JournalLine): void {
  let names = used.get(account);
  if (!names) {
    names = new Set();
    used.set(account, names);
  }
  for (const name of DIMENSIONS) if (dims[name] !== undefined) names.add(name);
}
