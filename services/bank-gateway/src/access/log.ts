import { createReader, type EventStore } from "@huimin/event-store";
import { withBank } from "@huimin/projector";
import type { Pool } from "pg";

/** The log as one bank may see it. */
export type BankLog = Pick<EventStore, "readStream" | "readStreams" | "readAll" | "findKey" | "findKeys">;

/**
 * The log as a bank sees it: its own streams, those that are nobody's (households, pools, credit files), and the answers to
 * its own messages. The database leaves out the rest, as if it were not there: `pool` works as the gateway's role.
 */
export const logOfBank =
  (pool: Pool, district: string) =>
  (bank: string): BankLog =>
    createReader({ query: (query) => withBank(pool, district, bank, (client) => client.query(query)) });
