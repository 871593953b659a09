import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { identityErrors, type Warning } from "./errors.ts";

const CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const ORGANISATION_CHARSET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export interface CreditCode {
  readonly code: string;
  readonly warnings: readonly Warning[];
}

/** Check character over the first 17 (GB 32100-2015): weights 3^i mod 31, (31 − Σ mod 31) mod 31. */
export function creditCodeCheckCharacter(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (let index = 0; index < 17; index++) {
    sum += CHARSET.indexOf(first17[index] as string) * weight;
    weight = (weight * 3) % 31;
  }
  return CHARSET[(31 - (sum % 31)) % 31] as string;
}

/** Check character of an organisation code (GB 11714) over its first eight. */
export function organisationCheckCharacter(first8: string): string {
  let sum = 0;
  for (let index = 0; index < 8; index++)
    sum += ORGANISATION_CHARSET.indexOf(first8[index] as string) * (ORGANISATION_WEIGHTS[index] as number);
  const check = 11 - (sum % 11);
  return check === 10 ? "X" : check === 11 ? "0" : String(check);
}

/**
 * 统一社会信用代码 (GB 32100-2015). Refuses length and characters (CREDIT_CODE_FORMAT); a check character that does not
 * match is a warning, because real early codes exist that do not match (domain 5.2).
 */
export function checkCreditCode(text: string): Result<CreditCode, Refusal> {
  const code = text.trim().toUpperCase();
  if (code.length !== 18 || [...code].some((character) => !CHARSET.includes(character))) return refuse(identityErrors.CREDIT_CODE_FORMAT);
  const warnings: Warning[] = [];
  const organisation = organisationCheckCharacter(code.slice(8, 16));
  if (code[16] !== organisation) warnings.push({ code: identityErrors.ORGANISATION_CODE_CHECK, details: { expected: organisation } });
  const expected = creditCodeCheckCharacter(code);
  if (code[17] !== expected) warnings.push({ code: identityErrors.CREDIT_CODE_CHECK, details: { expected } });
  return ok({ code, warnings });
}
