import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/*
 * One village's sheet of a list 村级公示表 as data: what is hashed, printed and shown. It has no field for an ID number, an
 * account, a telephone number of a household or an illness, so none can get on it.
 */

export interface BoardRow {
  readonly household: string;
  /** 村民小组 */
  readonly group?: string;
  /** 户主 in full; how it is shown is the matter of {@link shownName}. */
  readonly head: string;
  /** The head is under 14: hidden wherever it is shown. */
  readonly child: boolean;
  readonly size: number;
  /** 依据: stake, shares, area or people, in words. */
  readonly basis: string;
  readonly days?: number;
  readonly amount: string;
  /** 备注: corrected against the version before, or new this year. */
  readonly remark: string;
}

export interface BoardContent {
  readonly district: string;
  readonly pool: string;
  readonly year: number;
  /** 版本: number of the draft. */
  readonly draft: number;
  readonly village: string;
  readonly villageName: string;
  readonly street: string;
  readonly model: number;
  readonly income?: string;
  readonly partner: string;
  readonly method: string;
  readonly residueRule: string;
  readonly from: string;
  readonly to: string;
  readonly place: string;
  readonly rows: readonly BoardRow[];
  /** Of the village. */
  readonly amount: string;
  /** Of the whole list. */
  readonly list: { readonly households: number; readonly allocated: string; readonly hash: string };
  /** 上年结转尾差 and 本年结转尾差 of the pool. */
  readonly carriedIn: string;
  readonly carriedOut: string;
  /** Position of the PublicityPosted: everything is as known there. */
  readonly posted: number;
  /** 监督电话 */
  readonly phones: readonly string[];
  /** 制表 and 审核 */
  readonly maker: string;
  readonly reviewer: string;
  /** Keeps the hash from being guessed. */
  readonly salt: string;
}

/** Content hash: SHA-256 (hex) of the RFC 8785 form, rows by household: the order of names on paper is no part of it. */
export function boardHash(board: BoardContent): string {
  const rows = [...board.rows].sort((a, b) => (a.household < b.household ? -1 : 1));
  return createHash("sha256")
    .update(canonicalize({ ...board, rows }) as string)
    .digest("hex");
}

/** `full` on the village's board, which must name who gets what; `masked` where anybody in the world can look. */
export type NameRule = "full" | "masked";

/** 张·三 → 张*三: the middle hidden, or the last of two; of a child everything but the family name. */
export function shownName({ head, child }: Pick<BoardRow, "head" | "child">, rule: NameRule): string {
  const characters = [...head];
  const [first = ""] = characters;
  if (child) return first + "*".repeat(characters.length - 1);
  if (rule === "full") return head;
  if (characters.length <= 2) return first + "*".repeat(characters.length - 1);
  return first + "*".repeat(characters.length - 2) + characters.at(-1);
}
