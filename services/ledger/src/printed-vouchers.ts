import { printAmount, printedCode } from "@huimin/books";
import { nameOf, type Voucher, type VoucherHead, type VoucherLink } from "@huimin/vouchers";
import { Type } from "typebox";
import { LineSchema, printLine } from "./printed.ts";

const LinkSchema = Type.Object({ voucher: Type.String(), kind: Type.String(), date: Type.String(), position: Type.Integer() });

/** A voucher as it leaves the product. `voucher` is its number, `记-2018-06-0012`; in books M and Q `M:记-2018-06-0012`. */
export const VoucherHeadSchema = Type.Object({
  voucher: Type.String(),
  book: Type.String(),
  period: Type.String(),
  type: Type.String(),
  number: Type.Integer(),
  /** The other numbering: 收, 付, 转 beside 记, or 记 beside them. */
  alsoNumbered: Type.String(),
  position: Type.Integer(),
  eventType: Type.String(),
  date: Type.String({ description: "凭证日期, in the accounting month" }),
  valueDate: Type.String({ description: "业务发生日" }),
  recordedAt: Type.String({ description: "入账时刻" }),
  summary: Type.String({ description: "摘要" }),
  note: Type.Optional(Type.String({ description: "注销或订正某日某号凭证" })),
  lines: Type.Integer(),
  total: Type.String(),
  maker: Type.String({ description: "制单" }),
  makerName: Type.Optional(Type.String()),
  makerRole: Type.String(),
  reviewer: Type.Optional(Type.String({ description: "审核" })),
  reviewerName: Type.Optional(Type.String()),
  poster: Type.String({ description: "记账" }),
  sourceDocument: Type.Optional(Type.String()),
  attachments: Type.Integer({ description: "附件数" }),
  evidence: Type.Array(Type.Object({ title: Type.String(), sha256: Type.String() })),
  corrects: Type.Optional(LinkSchema),
  correctedBy: Type.Array(LinkSchema),
});

export const VoucherSchema = Type.Interface([VoucherHeadSchema], { entries: Type.Array(LineSchema) });

const printLink = (link: VoucherLink) => ({ voucher: nameOf(link), kind: link.kind, date: link.date, position: link.position });

/** Names of people by user id; a bank or a job is called what it is. */
export type Names = ReadonlyMap<string, string>;

const actorName = (actor: string, names: Names): string | undefined =>
  names.get(actor) ?? (actor.startsWith("bank:") ? `银行 ${actor.slice("bank:".length)}` : undefined);

export function printVoucherHead(head: VoucherHead, names: Names) {
  const other = head.type === "记" ? { type: head.cashType, number: head.cashNumber } : { type: "记" as const, number: head.single };
  const makerName = actorName(head.maker, names);
  const reviewerName = head.reviewer === undefined ? undefined : actorName(head.reviewer, names);
  return {
    voucher: nameOf(head),
    book: head.book,
    period: head.period,
    type: head.type,
    number: head.number,
    alsoNumbered: nameOf({ ...head, ...other }),
    position: head.position,
    eventType: head.eventType,
    date: head.date,
    valueDate: head.valueDate,
    recordedAt: head.recordedAt,
    summary: head.summary,
    ...(head.note === undefined ? {} : { note: head.note }),
    lines: head.lineCount,
    total: printAmount(head.book, head.total),
    maker: head.maker,
    ...(makerName === undefined ? {} : { makerName }),
    makerRole: head.makerRole,
    ...(head.reviewer === undefined ? {} : { reviewer: head.reviewer }),
    ...(reviewerName === undefined ? {} : { reviewerName }),
    poster: head.poster,
    ...(head.sourceDocument === undefined ? {} : { sourceDocument: head.sourceDocument }),
    attachments: head.evidence.length,
    evidence: head.evidence.map(({ title, sha256 }) => ({ title, sha256 })),
    ...(head.corrects === undefined ? {} : { corrects: printLink(head.corrects) }),
    correctedBy: head.correctedBy.map(printLink),
  };
}

/** With its lines; account codes are those of the voucher's own day, as they stood on the paper. */
export const printVoucher = (voucher: Voucher, names: Names) => ({
  ...printVoucherHead(voucher, names),
  entries: voucher.lines.map((line) => {
    const printed = printLine(line);
    return { ...printed, account: { ...printed.account, code: printedCode(line.account, voucher.date) } };
  }),
});
