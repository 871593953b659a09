export { createLogger, type LoggerOptions, scrubText } from "./logger.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { type HealthOptions, observeServer, type ReadinessCheck } from "./routes.ts";
