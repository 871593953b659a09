import { createHash } from "node:crypto";
import type { Cutoff, Notice, StatementFigures, StatementIssued } from "@huimin/statement/events";
import canonicalize from "canonicalize";

/**
 * 户基本情况 as printed: personal data, sealed in the event under the head's key. The ID number is masked here already
 * (first 6 and last 4, domain 5.6), the account is a bank's name and the last four digits.
 */
export interface StatementBasics {
  readonly head: string;
  readonly idNumber: string;
  readonly size: number;
  readonly street: string;
  readonly village: string;
  /** 属性: 建档立卡(未脱贫), 已脱贫 … */
  readonly status: string;
  readonly account?: { readonly bank: string; readonly tail: string };
  /** 帮扶责任人 with unit and phone */
  readonly helper?: string;
  /** Keeps the content hash from being guessed once the basics are shredded: an HMAC of the statement's name. */
  readonly salt: string;
}

/** What a statement says. Its number, and where it stands in the log, are no part of it: they name it. */
export interface StatementContent {
  readonly household: string;
  readonly year: number;
  readonly cutoff: Cutoff;
  readonly issuedOn: string;
  readonly notice: Notice;
  readonly basics: StatementBasics;
  readonly figures: StatementFigures;
}

/** Content hash: SHA-256 (hex) of the RFC 8785 form. */
export function contentHash(content: StatementContent): string {
  const { household, year, cutoff, issuedOn, notice, basics, figures } = content;
  const canonical = canonicalize({ household, year, cutoff, issuedOn, notice, basics, figures }) as string;
  return createHash("sha256").update(canonical).digest("hex");
}

/** The content of an issued statement, from its event and the basics that were unsealed. */
export const contentOf = (issued: StatementIssued, basics: StatementBasics): StatementContent => ({
  household: issued.household,
  year: issued.year,
  cutoff: issued.cutoff,
  issuedOn: issued.issuedOn,
  notice: issued.notice,
  basics,
  figures: issued.figures,
});

/** 校验码: the first 8 hex digits of the content hash, `9F3A-77C1`. */
export const checkCode = (hash: string): string => `${hash.slice(0, 4)}-${hash.slice(4, 8)}`.toUpperCase();

/** A piece of the QR code's text in the mode that holds it best. */
export interface CodePiece {
  readonly text: string;
  readonly mode: "byte" | "alphanumeric";
}

/** How the household, year and supplement of a statement stand in an address: what its number is made of. */
export interface NumberParts {
  readonly household: string;
  readonly year: number;
  readonly supplement: number;
}

const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]*$/;
const piece = (text: string): CodePiece => ({ text, mode: ALPHANUMERIC.test(text) ? "alphanumeric" : "byte" });

/**
 * What the QR code says: the address of the public verification page with content hash and number,
 * `{origin}/v/{hash}/{year}/{household}/{supplement}`; a district without one prints `HM1/{number}/{hash}/{position}`, the
 * position that of the event in the log. Hash and digits need only the code's alphanumeric mode.
 */
export function codeText(
  mark: { readonly number: string; readonly contentHash: string; readonly position: number },
  { household, year, supplement }: NumberParts,
  verifyAt: string | undefined,
): readonly CodePiece[] {
  const hash = mark.contentHash.toUpperCase();
  if (verifyAt === undefined) return [{ text: `HM1/${mark.number}/`, mode: "byte" }, piece(`${hash}/${mark.position}`)];
  return [{ text: `${verifyAt}/v/`, mode: "byte" }, piece(`${hash}/${year}/`), piece(`${encodeURIComponent(household)}/${supplement}`)];
}
