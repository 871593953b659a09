import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** The product's metrics. Labels are routes, statuses, commands and codes: few values, and never a person or a loan. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds of a request by method, route pattern and status. */
  readonly requestSeconds: Histogram<"method" | "route" | "status">;
  /** Refusals by code. */
  readonly refusals: Counter<"code">;
  /** Requests of banks refused because of who sent them, from where or for what, by code. */
  readonly bankFailures: Counter<"code">;
  /** Commands by name and outcome: appended, replayed, refused, failed. */
  readonly commands: Counter<"command" | "outcome">;
  /** Events that the read models have not folded yet. */
  readonly projectorLagEvents: Gauge;
  readonly projectorLagSeconds: Gauge;
  /** 1: the read models stand still before an event that they can't apply. */
  readonly projectorStopped: Gauge;
  /** Position of the log's head. */
  readonly logPosition: Gauge;
}

/** From half a millisecond to ten seconds: an append is 1 ms, a statement run seconds. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry, prefix: "huimin_" });
  const registers = [registry];
  return {
    registry,
    requestSeconds: new Histogram({
      name: "huimin_http_request_seconds",
      help: "Time of a request",
      labelNames: ["method", "route", "status"],
      buckets: SECONDS,
      registers,
    }),
    refusals: new Counter({ name: "huimin_refusals_total", help: "Refusals by error code", labelNames: ["code"], registers }),
    bankFailures: new Counter({
      name: "huimin_bank_security_failures_total",
      help: "Refused requests of banks by code",
      labelNames: ["code"],
      registers,
    }),
    commands: new Counter({ name: "huimin_commands_total", help: "Commands by outcome", labelNames: ["command", "outcome"], registers }),
    projectorLagEvents: new Gauge({ name: "huimin_projector_lag_events", help: "Events not folded yet", registers }),
    projectorLagSeconds: new Gauge({
      name: "huimin_projector_lag_seconds",
      help: "For how long something has waited to be folded",
      registers,
    }),
    projectorStopped: new Gauge({ name: "huimin_projector_stopped", help: "1: the read models stand still before an event", registers }),
    logPosition: new Gauge({ name: "huimin_log_position", help: "Head of the log", registers }),
  };
}
