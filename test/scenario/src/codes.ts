/**
 * The product's refusal codes as the reasons of a scenario. Codes that have the reason's own name are not listed.
 */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  ABOVE_CREDIT_LIMIT: ["ABOVE_CAP"],
  ROLE_NOT_ALLOWED: ["WRONG_ROLE"],
  WRONG_ROLE: ["WRONG_ROLE"],
  IDEMPOTENCY_KEY_CONFLICT: ["SERIAL_CONFLICT"],
  PERIOD_ALREADY_CLOSED: ["PERIOD_CLOSED"],
  SUBSIDY_AFTER_DUE: ["AFTER_DUE_DATE"],
};

/** Whether a refusal with `code` has one of the reasons that the file names. */
export const hasReason = (code: string, why: readonly string[]): boolean =>
  why.includes(code) || (REASONS[code] ?? []).some((reason) => why.includes(reason));
