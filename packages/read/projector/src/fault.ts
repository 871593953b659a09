/** SQLSTATE classes that say "not now": connection, resources, conflict with another transaction, shutdown, lock. */
const TRANSIENT_CLASSES = new Set(["08", "40", "53", "55", "57", "58"]);
const TRANSIENT_SYSTEM_CODES = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);
/** Faults of `pg` itself carry no code. */
const TRANSIENT_MESSAGES =
  /connection terminated|connection error|client was closed|query read timeout|timeout exceeded when trying to connect/i;

/** True for a fault of the way to the database: the same batch is tried again. Anything else is a fault of an event. */
export function isTransient(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  const code = (fault as { code?: unknown }).code;
  if (typeof code === "string") {
    return code.length === 5 ? TRANSIENT_CLASSES.has(code.slice(0, 2)) : TRANSIENT_SYSTEM_CODES.has(code);
  }
  return TRANSIENT_MESSAGES.test(fault.message);
}
