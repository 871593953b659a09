import { createPlatform } from "@huimin/platform";
import { DISTRICT } from "./district.ts";

/** What a load test's server is started with. */
export interface ServerOrder {
  readonly databaseUrl: string;
  readonly home: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly appendQueueMax: number;
}

/** What it says: its address, and when it is asked, what it holds. */
export type ServerSays = { readonly origin: string } | { readonly rss: number; readonly connections: number };

/* The product's server with bounds of the test's own, in a process of its own: its memory and its files are its own too. */
process.once("message", async ({ databaseUrl, home, limits, appendQueueMax }: ServerOrder) => {
  const platform = await createPlatform({ district: DISTRICT, home, databaseUrl, logLevel: "silent", limits, appendQueueMax });
  const say = (what: ServerSays): void => void process.send?.(what);
  process.on("message", () => {
    platform.app.server.getConnections((_, connections) => {
      globalThis.gc?.();
      say({ rss: process.memoryUsage.rss(), connections });
    });
  });
  process.on("disconnect", () => process.exit(0));
  say({ origin: await platform.app.listen({ host: "127.0.0.1", port: 0 }) });
});
