import { parseArgs } from "node:util";
import { storm } from "./storm.ts";

/*
 * `npm run storm -- --posts 50000 --seed 7 [--kills 8] [--database-kills 4]`: exit 1 when the storm's books are not those of the
 * calm run.
 */
const { values } = parseArgs({
  options: {
    posts: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    kills: { type: "string", default: "8" },
    "database-kills": { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const [posts, seed, kills, databaseKills] = [values.posts, values.seed, values.kills, values["database-kills"]].map(Number) as [
  number,
  number,
  number,
  number,
];
if (![posts, seed, kills, databaseKills].every((one) => Number.isInteger(one) && one >= 0) || posts < 100) {
  say("usage: npm run storm -- --posts 50000 --seed 7 [--kills 8] [--database-kills 4] [--json]");
  process.exit(2);
}
say(`seed ${seed}`);
const report = await storm({ posts, seed, kills, databaseKills, log: say });
const { books, calm, storm: wild, webhooks, wrong } = report;
if (values.json) {
  const { events, balances, loans, ...rest } = books;
  process.stdout.write(
    `${JSON.stringify({ seed, posts, ...report, books: { ...rest, events: events.length, balances: balances.length, loans: loans.length } })}\n`,
  );
} else {
  say(
    `books: ${books.events.length} events, ${books.balances.length} balances, ${books.loans.length} loans, ${books.invariants} invariants`,
  );
  say(`totals: ${JSON.stringify(books.totals)}`);
  say(`faults of the client: ${JSON.stringify(wild.faults)}`);
  say(`webhooks: ${webhooks.arrived} of ${webhooks.wanted} arrived, ${webhooks.deliveries} deliveries`);
  say(`calm ${(posts / calm.seconds).toFixed(0)} messages/s, storm ${(posts / wild.seconds).toFixed(0)} messages/s in ${wild.tries} tries`);
}
for (const text of wrong) say(`WRONG ${text}`);
say(wrong.length === 0 ? `equal: ${posts} messages, seed ${seed}` : `${wrong.length} differences, seed ${seed}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
