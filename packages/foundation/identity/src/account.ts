import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { identityErrors, type Warning } from "./errors.ts";

/** 银行卡, 存折, 社保卡, 对公账户 */
export type AccountKind = "card" | "passbook" | "social-security-card" | "company";

export interface AccountNumber {
  readonly number: string;
  readonly warnings: readonly Warning[];
}

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    if (index % 2 === 1) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}

/**
 * A bank account. Cards have 16–19 digits and a Luhn digit, whose failure is a warning only; passbooks and company
 * accounts have no check digit. Refuses ACCOUNT_FORMAT and ACCOUNT_ALL_EQUAL (0…0 passes Luhn). Groups of digits
 * separated by single spaces or hyphens, as printed on cards, are joined.
 */
export function checkAccount(text: string, kind: AccountKind): Result<AccountNumber, Refusal> {
  const number = text.trim().replace(/(?<=\d)[ -](?=\d)/g, "");
  const isCard = kind === "card" || kind === "social-security-card";
  if (!(isCard ? /^\d{16,19}$/ : /^\d{8,32}$/).test(number)) return refuse(identityErrors.ACCOUNT_FORMAT);
  if (/^(\d)\1+$/.test(number)) return refuse(identityErrors.ACCOUNT_ALL_EQUAL);
  return ok({ number, warnings: kind === "card" && !passesLuhn(number) ? [{ code: identityErrors.CARD_CHECK_DIGIT }] : [] });
}

/** Bank types that a household or an enterprise here can meet: policy, state, joint-stock, city, rural banks and the post. */
const CNAPS_TYPES = new Set(
  "102 103 104 105 201 202 203 301 302 303 304 305 306 307 308 309 310 313 314 315 316 317 318 319 320 322 323 401 402 403".split(" "),
);

export interface Cnaps {
  readonly cnaps: string;
  readonly warnings: readonly Warning[];
}

/** 联行号: 3 bank type + 4 city + 4 branch + 1 check, whose rule is not public. Refuses CNAPS_FORMAT; an unknown type is a warning. */
export function checkCnaps(text: string): Result<Cnaps, Refusal> {
  const cnaps = text.trim();
  if (!/^\d{12}$/.test(cnaps)) return refuse(identityErrors.CNAPS_FORMAT);
  const type = cnaps.slice(0, 3);
  return ok({ cnaps, warnings: CNAPS_TYPES.has(type) ? [] : [{ code: identityErrors.CNAPS_UNKNOWN, details: { type } }] });
}

/** Mobile `1[3-9]` and nine digits, or a landline with area code (0391 and seven digits in 焦作). Refuses PHONE_FORMAT. */
export function checkPhone(text: string): Result<string, Refusal> {
  const phone = text.trim().replace(/(?<=\d)[ -](?=\d)/g, "");
  const landline = phone.startsWith("0391") ? /^0391\d{7}$/ : /^0(10|2\d|[3-9]\d{2})\d{7,8}$/;
  return /^1[3-9]\d{9}$/.test(phone) || landline.test(phone) ? ok(phone) : refuse(identityErrors.PHONE_FORMAT);
}
