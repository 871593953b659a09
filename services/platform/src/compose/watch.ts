import type { EventStore } from "@huimin/event-store";
import type { App } from "@huimin/http";
import type { Projector, Stopped } from "@huimin/projector";
import { type Metrics, observeServer } from "@huimin/telemetry";
import type { Pool } from "pg";

export interface Watched {
  readonly district: string;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projector: Projector;
  readonly metrics: Metrics;
  /** Refreshes other gauges before they are read. */
  readonly onScrape?: () => Promise<void>;
}

/** Past this lag a process says that it is not ready: its reads are too old to be asked for. */
const LAG_MS_MAX = 30_000;

/** Names the event and the projection, and why: no personal data is in either. */
export const stoppedText = ({ position, eventType, projection, reason }: Stopped): string =>
  `stands still before position ${position} (${eventType}): ${projection}: ${reason}`;

/** Probes and metrics of the platform: the database answers, the read models follow the log. */
export function watchServer(app: App, watched: Watched): void {
  const { metrics } = watched;
  observeServer(app, {
    metrics,
    checks: [
      {
        name: "database",
        check: async () => {
          await watched.pool.query("SELECT 1");
          return undefined;
        },
      },
      {
        name: "projector",
        check: async () => {
          const status = await watched.projector.status();
          if (status.stopped) return stoppedText(status.stopped);
          if (status.lagMs > LAG_MS_MAX) return `${status.lagEvents} events behind`;
          return undefined;
        },
      },
    ],
    onScrape: async () => {
      const status = await watched.projector.status();
      await watched.onScrape?.();
      metrics.logPosition.set(status.head);
      metrics.projectorStopped.set(status.stopped ? 1 : 0);
      metrics.projectorLagEvents.set(status.lagEvents);
      metrics.projectorLagSeconds.set(status.lagMs / 1000);
    },
  });
}
