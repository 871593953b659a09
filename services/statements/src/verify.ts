import type { NoticeRegister, RegisteredNotice, RegisteredStatement, StatementRegister } from "@huimin/statement-register";

/*
 * 验真: what is said of a paper to anybody who asks. Who knows the whole content hash (from the QR code) has the paper in
 * hand and is shown sums of it; a check code of eight digits says only whether there is such a paper.
 */

/** What somebody asks with. */
export interface VerifyQuestion {
  /** A check code of eight hex digits or a whole content hash, as it was typed or scanned. */
  readonly code: string;
  /** 编号, or the household's (loan's, donor's) number in it; asked for when a check code belongs to several papers. */
  readonly number?: string | undefined;
  /** From the QR code of a statement: what the number is made of. */
  readonly parts?: { readonly year: string; readonly household: string; readonly supplement: string } | undefined;
}

/** A paper that was found. */
interface Found {
  /** The whole hash was given: the asker has the paper. */
  readonly whole: boolean;
  /** The number was given and is right. */
  readonly numbered: boolean;
}

export type Verdict =
  | (Found & {
      readonly state: "genuine" | "superseded";
      readonly statement: RegisteredStatement;
      /** The last supplement, when there is a later one than this. */
      readonly later?: RegisteredStatement;
    })
  | (Found & {
      readonly state: "genuine" | "superseded" | "revoked";
      readonly notice: RegisteredNotice;
      /** The last of its kind for its subject, when it is not this one. */
      readonly later?: RegisteredNotice;
    })
  | { readonly state: "ambiguous"; readonly code: string }
  | { readonly state: "unknown" };

/** Where papers are looked up. */
export interface Registers {
  readonly register: StatementRegister;
  readonly notices: NoticeRegister;
  readonly district: string;
}

const UNKNOWN: Verdict = { state: "unknown" };
export const CODE_DIGITS = 8;
const HASH_DIGITS = 64;

/** Hex digits of what was typed: full-width letters, spaces and any dash are forgiven. Undefined for anything else. */
export function digitsOf(typed: string): string | undefined {
  const digits = typed
    .normalize("NFKC")
    .replaceAll(/[\s\-\u2010-\u2015\u2212\u00b7.]/gu, "")
    .toLowerCase();
  return /^[0-9a-f]+$/.test(digits) && (digits.length === CODE_DIGITS || digits.length === HASH_DIGITS) ? digits : undefined;
}

const plain = (number: string): string =>
  number
    .normalize("NFKC")
    .replaceAll(/[\s\u2010-\u2015\u2212]/gu, (character) => (character.trim() === "" ? "" : "-"))
    .replaceAll(/[[\]()〔〕【】]/gu, "|")
    .replace(/^编号:?/u, "")
    .replace(/号$/u, "")
    .toUpperCase();

/** 编号 as printed, brackets and spaces as they come; or the number of the household (loan, donor) alone. */
const isNumberOf = (typed: string, { number }: { readonly number: string }, subject: string): boolean =>
  [plain(number), plain(subject)].includes(plain(typed));

const partsAgree = (parts: NonNullable<VerifyQuestion["parts"]>, { year, household, supplement }: RegisteredStatement): boolean =>
  parts.year === String(year) && parts.household === household && parts.supplement === String(supplement);

/** Genuine, superseded by a later one, revoked, or not known. A wrong number with a right code is not known. */
export async function verify(question: VerifyQuestion, { register, notices, district }: Registers): Promise<Verdict> {
  const digits = digitsOf(question.code);
  if (digits === undefined) return UNKNOWN;
  const typed = question.number?.trim() ?? "";
  const { parts } = question;
  const statements = (await register.byCode(district, digits))
    .filter((one) => typed === "" || isNumberOf(typed, one, one.household))
    .filter((one) => parts === undefined || partsAgree(parts, one));
  // The address in a statement's QR code names a statement.
  const others = parts
    ? []
    : (await notices.noticesByCode(district, digits)).filter((one) => typed === "" || isNumberOf(typed, one, one.subject));
  const found: Found = { whole: digits.length === HASH_DIGITS, numbered: typed !== "" || parts !== undefined };
  if (statements.length + others.length > 1) return { state: "ambiguous", code: digits };
  const [statement] = statements;
  if (statement) {
    const last = (await register.ofHousehold(district, statement.household, statement.year)).at(-1);
    const later = last && last.supplement > statement.supplement ? last : undefined;
    return { ...found, state: later ? "superseded" : "genuine", statement, ...(later ? { later } : {}) };
  }
  const [notice] = others;
  if (!notice) return UNKNOWN;
  const last = (await notices.noticesOf(district, notice)).at(-1);
  const later = last && last.position > notice.position ? last : undefined;
  const state = notice.revokedOn === undefined ? (later ? "superseded" : "genuine") : "revoked";
  return { ...found, state, notice, ...(later ? { later } : {}) };
}
