/** The log does not extend a checkpoint that was signed before: it was truncated, forked or replaced. */
export class LogForked extends Error {
  override readonly name = "LogForked";
}
