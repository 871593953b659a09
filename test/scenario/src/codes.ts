/**
 * The product's refusal codes as the reasons of a scenario (README of the format, "refused"). Codes that have the reason's
 * own name are not listed.
 */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  ROLE_NOT_ALLOWED: ["WRONG_ROLE"],
  IDEMPOTENCY_KEY_CONFLICT: ["SERIAL_CONFLICT"],
  REVERSAL_DIFFERS: ["SERIAL_CONFLICT"],
  // No *booked* message has this serial (any more).
  ALREADY_REVERSED: ["UNKNOWN_SERIAL"],
  DUPLICATE_NOT_HELD: ["UNKNOWN_SERIAL"],
  PERIOD_ALREADY_CLOSED: ["PERIOD_CLOSED"],
  LAST_MEMBER: ["HEAD_CHANGE_FIRST"],
  HOUSEHOLD_ENDED: ["ACCOUNT_CLOSED"],
  NOT_ELIGIBLE: ["NOT_ELIGIBLE_ON_SNAPSHOT"],
  CLAIM_LINE_PENDING: ["DAY_ALREADY_SUBSIDISED"],
  NO_OPEN_PAYABLE: ["NO_OPEN_CLAIM"],
  NOTHING_TO_CLAW_BACK: ["NO_OPEN_CLAIM"],
  NO_PAYMENT_TO_RETURN: ["ITEM_NOT_SUCCEEDED"],
  PREPAID_PART_NOT_OPEN: ["ABOVE_OPEN_PRINCIPAL"],
  RENEWAL_AMOUNT_DIFFERS: ["ABOVE_OPEN_PRINCIPAL"],
  LOAN_CLOSED: ["ABOVE_OPEN_PRINCIPAL"],
};

/** Whether a refusal with one of `codes` has one of the reasons that the file names. */
export const hasReason = (codes: readonly string[], why: readonly string[]): boolean =>
  codes.some((code) => why.includes(code) || (REASONS[code] ?? []).some((reason) => why.includes(reason)));
