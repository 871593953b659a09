import { createHash } from "node:crypto";
import type { NoticeKind } from "@huimin/notice/events";
import type { Cutoff, Notice } from "@huimin/statement/events";
import type { CodePiece } from "@huimin/statements";
import canonicalize from "canonicalize";

export interface NoticeTable {
  /** `text` takes the width that is left; one column of it. */
  readonly columns: readonly { readonly head: string; readonly kind: "text" | "amount" | "center" }[];
  /** Amounts are yuan with two decimals, as in the books. */
  readonly rows: readonly (readonly string[])[];
  readonly total?: readonly string[];
}

export interface NoticeSection {
  readonly title: string;
  /** Printed in this order. */
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  readonly lines?: readonly string[];
  readonly table?: NoticeTable;
}

/** What a notice says. Texts are shown as they are; nothing of them is read as markup. */
export interface NoticeContent {
  readonly kind: NoticeKind;
  readonly title: string;
  /** 编号, never given twice: kind, year, subject and position of the cut-off. */
  readonly number: string;
  /** 称谓, the line under the title. */
  readonly to: string;
  readonly sections: readonly NoticeSection[];
  readonly issuedOn: string;
  /** Everything recorded up to this position of the log. */
  readonly cutoff: Cutoff;
  readonly notice: Notice;
  /** Lines to sign: 签收人 … */
  readonly signatures: readonly string[];
  /** Keeps the hash from being guessed. */
  readonly salt: string;
}

/** Content hash: SHA-256 (hex) of the RFC 8785 form. */
export const noticeHash = (content: NoticeContent): string =>
  createHash("sha256")
    .update(canonicalize(content) as string)
    .digest("hex");

/** What it says without number, dates and issuer, under a secret of its subject: the same again is the same paper. */
export const saidHash = ({ kind, title, to, sections, signatures }: Said, secret: string): string =>
  createHash("sha256")
    .update(canonicalize({ kind, title, to, sections, signatures, secret }) as string)
    .digest("hex");

type Said = Pick<NoticeContent, "kind" | "title" | "to" | "sections" | "signatures">;

/**
 * What the QR code says: the address of the public verification page, `{origin}/v/{hash}/N`; a district without one prints
 * `HM2/{number}/{hash}`.
 */
export function noticeCode({ number, notice: { verifyAt } }: NoticeContent, hash: string): readonly CodePiece[] {
  const digits = hash.toUpperCase();
  if (verifyAt === undefined)
    return [
      { text: `HM2/${number}/`, mode: "byte" },
      { text: digits, mode: "alphanumeric" },
    ];
  return [
    { text: `${verifyAt}/v/`, mode: "byte" },
    { text: `${digits}/N`, mode: "alphanumeric" },
  ];
}
