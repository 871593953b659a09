/*
 * A process that appends with keys until it is done or killed, and prints `ok key firstPosition` for each append that
 * was acknowledged. Arguments: connection string, district, name, count, parallel appends.
 */
import { createPostgresStore } from "@huimin/event-store";
import { any, append, keyOf } from "./requests.ts";

const [url, district, name, count, parallel] = process.argv.slice(2) as [string, string, string, string, string];
const store = createPostgresStore({ connectionString: url });
let next = 0;

async function client(): Promise<void> {
  while (next < Number(count)) {
    next += 1;
    const key = `${name}-${next}`;
    const outcome = await store.append(district, append([[`loan/${name}-${next % 97}`, any]], { keys: [keyOf(key, key)], answer: key }));
    if (outcome.kind !== "appended") throw new Error(JSON.stringify(outcome));
    process.stdout.write(`ok ${key} ${outcome.firstPosition}\n`);
  }
}

await Promise.all(Array.from({ length: Number(parallel) }, client));
await store.close();
