/** A fault of one field or row of a request. */
export interface FieldFault {
  /** JSON pointer into the body, e.g. `/principal`; empty for the whole. */
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
  /** Row of a list or file. */
  readonly row?: number;
}

/** What a call was, so that its error can be read in a log and the call be made again under its key. */
export interface CallFacts {
  readonly method: string;
  readonly url: string;
  readonly idempotencyKey?: string | undefined;
  /** How often it was sent. */
  readonly attempts: number;
}

/**
 * Every error of this package. `outcome` says what the ledger did: `refused` (nothing was booked) or `unknown`, where no
 * answer came. After `unknown` send the same message again under the same key: what was booked is answered, not repeated.
 */
export abstract class BankError extends Error {
  abstract readonly outcome: "refused" | "unknown";
  readonly call: CallFacts;
  constructor(message: string, call: CallFacts, options?: ErrorOptions) {
    super(message, options);
    this.call = call;
  }
  get idempotencyKey(): string | undefined {
    return this.call.idempotencyKey;
  }
}

/** The ledger refused: problem details (RFC 9457) with a code of its catalogue. Every code with its remedy: `/docs/errors`. */
export class BankApiError extends BankError {
  override readonly name = "BankApiError";
  readonly code: string;
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
  /** Number under which the server's log has this request: name it when you ask for help. */
  readonly correlation: string | undefined;
  readonly fields: readonly FieldFault[];
  readonly retryAfterSeconds: number | undefined;
  /** How far this machine's clock is ahead of the server's, where a signature was refused for its time. */
  readonly clockAheadSeconds: number | undefined;

  constructor(problem: ProblemFacts, call: CallFacts) {
    const ahead = problem.clockAheadSeconds;
    const skew =
      ahead === undefined ? "" : ` (this machine's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server's)`;
    super(`${problem.status} ${problem.code}: ${problem.en} ${problem.remedyEn}${skew}`, call);
    this.code = problem.code;
    this.status = problem.status;
    this.zh = problem.zh;
    this.en = problem.en;
    this.remedyZh = problem.remedyZh;
    this.remedyEn = problem.remedyEn;
    this.correlation = problem.correlation;
    this.fields = problem.fields;
    this.retryAfterSeconds = problem.retryAfterSeconds;
    this.clockAheadSeconds = ahead;
  }

  /** 5xx that is not a plain "try again later" says that the server itself does not know. */
  get outcome(): "refused" | "unknown" {
    return this.status >= 500 && !SURELY_NOTHING.has(this.code) ? "unknown" : "refused";
  }
}

/** Codes of 5xx with which the server says that it booked nothing. */
const SURELY_NOTHING: ReadonlySet<string> = new Set(["BUSY", "POSITION_NOT_REACHED"]);

export interface ProblemFacts {
  readonly code: string;
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly remedyZh: string;
  readonly remedyEn: string;
  readonly correlation: string | undefined;
  readonly fields: readonly FieldFault[];
  readonly retryAfterSeconds: number | undefined;
  readonly clockAheadSeconds: number | undefined;
}

/** No answer came, however often it was sent. `cause` is the last fault of the network. */
export class BankUnreachableError extends BankError {
  override readonly name = "BankUnreachableError";
  readonly outcome = "unknown";
}

/** The time for the whole call is up, waiting included. `cause` is what happened last. */
export class BankDeadlineError extends BankError {
  override readonly name = "BankDeadlineError";
  readonly outcome = "unknown";
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads an answer that is no success. One that is no problem of the ledger comes from a proxy: its code is HTTP_nnn. */
export function problemOf(response: Response, body: string, now: number, retryAfterSeconds: number | undefined): ProblemFacts {
  let problem: Record<string, unknown> = {};
  try {
    const read: unknown = JSON.parse(body);
    if (read !== null && typeof read === "object") problem = read as Record<string, unknown>;
  } catch {
    // no JSON: a proxy answered
  }
  const code = text(problem.code) || `HTTP_${response.status}`;
  const date = Date.parse(response.headers.get("date") ?? "");
  const skewed = code === "SIGNATURE_EXPIRED" && Number.isFinite(date);
  return {
    code,
    status: response.status,
    zh: text(problem.detailZh) || "答复不是本系统的错误格式，可能来自中间代理。",
    en: text(problem.detailEn) || "The answer is no problem of the ledger; a proxy on the way may have given it.",
    remedyZh: text(problem.remedyZh) || "核对地址和代理，用同一个 Idempotency-Key 重发。",
    remedyEn: text(problem.remedyEn) || "Check address and proxies, and resend with the same Idempotency-Key.",
    correlation: response.headers.get("x-correlation-id") ?? (text(problem.instance) || undefined),
    fields: (Array.isArray(problem.errors) ? problem.errors : []).map(fieldOf),
    retryAfterSeconds,
    clockAheadSeconds: skewed ? Math.round((now - date) / 1000) : undefined,
  };
}

/** A fault as the server writes it. */
export const fieldOf = (fault: Record<string, unknown>): FieldFault => ({
  path: text(fault.pointer),
  code: text(fault.code),
  zh: text(fault.detailZh),
  en: text(fault.detailEn),
  remedyZh: text(fault.remedyZh),
  remedyEn: text(fault.remedyEn),
  ...(typeof fault.row === "number" ? { row: fault.row } : {}),
});
