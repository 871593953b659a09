import { createPostgresStore } from "@huimin/event-store";
import { fillLog, history } from "./projector-history.ts";

/*
 * Fills the log in a process of its own, so that the memory of the process that rebuilds is the rebuild's alone.
 * Arguments: address of the database, loans, quarters.
 */
const [connectionString, loans, quarters] = process.argv.slice(2);
if (!connectionString || !loans || !quarters) throw new Error("usage: rebuild-fill.child.ts URL LOANS QUARTERS");
const store = createPostgresStore({ connectionString });
await fillLog(store, history({ loans: Number(loans), quarters: Number(quarters) }));
await store.close();
