import type { Dimension } from "@huimin/books";
import { amountInWords, type Fen, fen, formatAmount } from "@huimin/money";

/*
 * A voucher as it stands on paper. Everything is text by then: what is red, what is the sum, and how it is divided into
 * slips is decided here, so that the template only sets it.
 */

/** Lines of one slip: what fits on an A5 across with two lines of text each. */
export const SLIP_LINES_MAX = 8;

export interface PaperVoucher {
  /** 记-2018-06-0012, or M:记-2018-06-0003. */
  readonly voucher: string;
  readonly book: string;
  readonly type: string;
  readonly number: number;
  readonly date: string;
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly position: number;
  readonly summary: string;
  readonly note?: string;
  readonly maker: string;
  readonly makerName?: string;
  readonly reviewer?: string;
  readonly reviewerName?: string;
  readonly poster: string;
  readonly sourceDocument?: string;
  readonly evidence: readonly { readonly title: string; readonly sha256: string }[];
  readonly entries: readonly {
    readonly account: { readonly code: string; readonly zh: string };
    readonly dims: Readonly<Record<string, string>>;
    readonly debit: string;
    readonly credit: string;
    readonly text: string;
  }[];
}

interface Amount {
  readonly text: string;
  readonly red: boolean;
}

/** One slip: all of it is text. */
export interface Slip {
  readonly book: string;
  readonly title: string;
  /** 记字第 0012 号, of several slips 0012 1/3. */
  readonly number: string;
  /** The whole number, by which the product finds it. */
  readonly voucher: string;
  readonly date: string;
  readonly attachments: number;
  readonly lines: readonly {
    readonly summary: string;
    readonly code: string;
    readonly account: string;
    readonly detail: string;
    readonly debit: Amount;
    readonly credit: Amount;
  }[];
  /** On the last slip of a voucher. */
  readonly total?: { readonly debit: Amount; readonly credit: Amount; readonly words: string };
  /** 业务日, 入账, position, 凭据. */
  readonly facts: string;
  /** Title and the first of the hash of each attachment. */
  readonly evidence: readonly string[];
  readonly maker: string;
  readonly reviewer: string;
  readonly poster: string;
}

const BOOK_NAMES: Readonly<Record<string, string>> = { G: "主账", M: "备查账", Q: "份额账(份)" };

/** Short names of the dimensions, because they stand in a narrow column. */
const LABELS: Readonly<Record<Dimension, string>> = {
  ...{ model: "模式", household: "户", enterprise: "企业", bank: "银行", village: "村", batch: "批次", loan: "贷款", tranche: "贴息档" },
  ...{ source: "来源", year: "年度", payee: "收款", obligor: "债务", party: "往来", bearer: "负担", ref: "编号", donation: "捐赠" },
  ...{ purpose: "用途", pool: "分红池", payoutBatch: "代发批", insurer: "保险", fund: "基金" },
};

/** Attachments named on a slip; the number says how many there are. */
const EVIDENCE_NAMED_MAX = 4;
const HASH_SHOWN = 16;

const NOTHING: Amount = { text: "", red: false };
/** Zero stays empty, a red entry is negative and red, thousands are set apart. */
function amount(text: string): Amount {
  if (/^-?0+(\.0+)?$/.test(text)) return NOTHING;
  return { text: text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ","), red: text.startsWith("-") };
}

const sumOf = (amounts: readonly string[]): Fen => amounts.reduce((sum, one) => sum + fen(one), 0n);
/** Whole shares have no fen. */
const isYuan = (book: string): boolean => book !== "Q";
const totalText = (book: string, amounts: readonly string[]): string =>
  isYuan(book) ? formatAmount(sumOf(amounts)) : String(amounts.reduce((sum, one) => sum + BigInt(one), 0n));

/** 总账科目 and what is below it: 银行存款—贴息资金专户 is an account and its detail. */
function accountOf({ account, dims }: PaperVoucher["entries"][number]): { account: string; detail: string } {
  const [name = account.zh, ...below] = account.zh.split("—");
  const labels = Object.entries(dims).map(([dimension, value]) => `${LABELS[dimension as Dimension] ?? dimension}${value}`);
  return { account: name, detail: [below.join("—"), labels.join("，")].filter((part) => part !== "").join("\n") };
}

function totalOf({ book, entries }: PaperVoucher): NonNullable<Slip["total"]> {
  const [debit, credit] = [
    totalText(
      book,
      entries.map((line) => line.debit),
    ),
    totalText(
      book,
      entries.map((line) => line.credit),
    ),
  ];
  const whole = isYuan(book) ? fen(debit) : 0n;
  const words = !isYuan(book) ? "" : whole < 0n ? `负${amountInWords(-whole)}` : amountInWords(whole);
  const shown = (text: string): Amount => ({ ...amount(text), text: amount(text).text || text });
  return { debit: shown(debit), credit: shown(credit), words };
}

const inWords = (date: string): string => {
  const [year, month, day] = date.split("-");
  return `${year}年${Number(month)}月${Number(day)}日`;
};

/** A voucher as the slips that it takes. */
export function voucherSlips(voucher: PaperVoucher): Slip[] {
  const { entries, note, summary, number, type, evidence } = voucher;
  const count = Math.max(1, Math.ceil(entries.length / SLIP_LINES_MAX));
  const told = note === undefined ? summary : `${note} ${summary}`;
  const lines = entries.map((entry, index) => ({
    summary: index === 0 ? told : entry.text === summary ? "" : entry.text,
    code: entry.account.code,
    ...accountOf(entry),
    debit: amount(entry.debit),
    credit: amount(entry.credit),
  }));
  const named = evidence.slice(0, EVIDENCE_NAMED_MAX).map(({ title, sha256 }) => `${title}（SHA-256 ${sha256.slice(0, HASH_SHOWN)}…）`);
  const common = {
    book: BOOK_NAMES[voucher.book] ?? voucher.book,
    title: `${type === "记" ? "记账" : `${type}款`}凭证`.replace("转款凭证", "转账凭证"),
    voucher: voucher.voucher,
    date: inWords(voucher.date),
    attachments: evidence.length,
    facts: `业务日 ${voucher.valueDate}　入账 ${voucher.recordedAt.slice(0, 16).replace("T", " ")}　第 ${voucher.position} 条${
      voucher.sourceDocument === undefined ? "" : `　凭据 ${voucher.sourceDocument}`
    }`,
    evidence: [...named, ...(evidence.length > named.length ? [`等 ${evidence.length} 件`] : [])],
    maker: voucher.makerName ?? voucher.maker,
    reviewer: voucher.reviewerName ?? voucher.reviewer ?? "",
    poster: voucher.poster,
  };
  return Array.from({ length: count }, (_, index) => ({
    ...common,
    number: `${type}字第 ${String(number).padStart(4, "0")}${count > 1 ? ` ${index + 1}/${count}` : ""} 号`,
    lines: lines.slice(index * SLIP_LINES_MAX, (index + 1) * SLIP_LINES_MAX),
    ...(index === count - 1 ? { total: totalOf(voucher) } : {}),
  }));
}
