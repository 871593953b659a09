import { type DestinationStream, type Logger, pino } from "pino";

/**
 * Fields that may hold personal data or secrets, wherever a log line carries them up to three levels deep. The rule is
 * that lines carry ids, positions, codes and durations only; this is the second belt.
 */
const REDACTED_KEYS = [
  "name",
  "displayName",
  "holderName",
  "personName",
  "idNumber",
  "phone",
  "account",
  "accountNumber",
  "cardNumber",
  "number",
  "cause",
  "password",
  "token",
  "secret",
  "authorization",
  "cookie",
  "signature",
  "body",
  "payload",
  "headers",
  "rawBody",
] as const;

const REDACTED_PATHS = REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** 身份证 and card-like runs of digits in texts (error messages of libraries quote values). */
const DIGITS = /\d{6}(?:18|19|20)\d{2}\d{7}[\dXx]|(?<![\d.])\d{15,19}(?![\d.])|(?<!\d)1[3-9]\d{9}(?!\d)/g;

export const scrubText = (text: string): string => text.replace(DIGITS, "[redacted]");

export interface LoggerOptions {
  readonly level: string;
  readonly service: string;
  /** Default: standard error, so that a command's own output stays clean. */
  readonly destination?: DestinationStream;
}

/** Structured logs without personal data: redacted keys, scrubbed messages and errors, no request bodies or addresses. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: "[redacted]" },
      serializers: { err: serializeFault, error: serializeFault },
      hooks: {
        logMethod(values, method) {
          const scrubbed = values.map((value) => (typeof value === "string" ? scrubText(value) : value)) as typeof values;
          method.apply(this, scrubbed);
        },
      },
    },
    options.destination ?? pino.destination({ fd: 2, sync: false, minLength: 0 }),
  );
}

/** Type, code, message and stack of a fault, scrubbed; nothing else of it (pg puts whole rows into `detail`). */
function serializeFault(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: scrubText(String(fault)) };
  const code = (fault as { code?: unknown }).code;
  return {
    type: fault.name,
    message: scrubText(fault.message),
    ...(typeof code === "string" ? { code } : {}),
    stack: scrubText(fault.stack ?? ""),
    ...(fault.cause === undefined ? {} : { cause: serializeFault(fault.cause) }),
  };
}
