import type { FastifyBaseLogger } from "fastify";
import type { Bindings, LogFn } from "pino";

type Level = "fatal" | "error" | "warn" | "info" | "debug" | "trace";

/** A logger of one request that is made when it is first written to: most requests write nothing at the level in force. */
class RequestLog {
  readonly #parent: FastifyBaseLogger & { isLevelEnabled?(level: string): boolean };
  readonly #bindings: Bindings;
  #made: FastifyBaseLogger | undefined;
  readonly silent = (): void => undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): string {
    return this.#made?.level ?? this.#parent.level;
  }

  set level(level: string) {
    this.#own().level = level;
  }

  #own(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings);
    return this.#made;
  }

  #write(level: Level, values: Parameters<LogFn>): void {
    if (this.#made === undefined && this.#parent.isLevelEnabled?.(level) === false) return;
    this.#own()[level](...(values as [object, string]));
  }

  child(bindings: Bindings, options?: Parameters<FastifyBaseLogger["child"]>[1]): FastifyBaseLogger {
    return this.#own().child(bindings, options);
  }

  isLevelEnabled(level: string): boolean {
    return this.#parent.isLevelEnabled?.(level) ?? true;
  }

  fatal(...values: Parameters<LogFn>): void {
    this.#write("fatal", values);
  }
  error(...values: Parameters<LogFn>): void {
    this.#write("error", values);
  }
  warn(...values: Parameters<LogFn>): void {
    this.#write("warn", values);
  }
  info(...values: Parameters<LogFn>): void {
    this.#write("info", values);
  }
  debug(...values: Parameters<LogFn>): void {
    this.#write("debug", values);
  }
  trace(...values: Parameters<LogFn>): void {
    this.#write("trace", values);
  }
}

/** The logger of a request with its correlation id; costs next to nothing until it writes. */
export const requestLog = (logger: FastifyBaseLogger, bindings: Bindings): FastifyBaseLogger =>
  new RequestLog(logger, bindings) as unknown as FastifyBaseLogger;
