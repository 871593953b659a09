import { createHash } from "node:crypto";
import type { Cutoff, Notice } from "@huimin/statement/events";
import canonicalize from "canonicalize";

/** 贴息到账通知, 股权证, 贷款结清证明, 代发失败通知, 捐赠收据汇总, 光荣榜 */
export const NOTICE_KINDS = ["subsidy", "stake", "settlement", "payout-failure", "donation", "honour"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

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
