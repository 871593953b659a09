import path from "node:path";
import { startEmbedded } from "@huimin/database";
import { checkInvariants } from "@huimin/service-ledger";
import { createPlatform } from "../platform.ts";
import { makeDistrict } from "./district.ts";
import { printSummary } from "./printed-summary.ts";
import { reconcile } from "./reconciliation.ts";
import { summarise } from "./summary.ts";
import { DEMO_DISTRICT, demoSecrets, demoVaultKey } from "./world.ts";

const home = "/tmp/demo-i/home";
const server = await startEmbedded({ dataDirectory: path.join(home, "postgres"), settings: { shared_buffers: "32MB" } });
const platform = await createPlatform({
  district: DEMO_DISTRICT,
  home,
  embeddedDatabase: "huimin_demo",
  clock: () => Date.parse("2021-02-01T00:00:00Z"),
  vaultSecrets: demoSecrets(),
  newVaultKey: demoVaultKey,
  documents: false,
  logLevel: "warn",
  eventLoopDelayMsMax: 0,
});
let peak = 0;
const t = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().heapUsed);
}, 100);
const t0 = performance.now();
const { rows } = await platform.pool.query("select count(*) n from log.event").catch((e) => ({ rows: [String(e)] }));
console.log(rows);
console.log(
  (await platform.pool.query("select type, count(*)::int n from log.event group by 1 order by 2 desc")).rows
    .map((r) => r.type + " " + r.n)
    .join(", "),
);
const inv = await checkInvariants(platform);
for (const one of inv)
  if (JSON.stringify(one).length < 200) console.log(JSON.stringify(one));
  else console.log("!!", JSON.stringify(one).slice(0, 1500));
console.log("invariants s", (performance.now() - t0) / 1000, "heap MB", peak / 1e6);
const s = await summarise({
  platform,
  register: { households: 1006, people: 3074, villages: 13 },
  statementsByYear: {},
  reconciliation: reconcile(makeDistrict(), 3074),
  bankMessages: {},
  proposals: 0,
  memoryMb: () => 0,
  startedAt: t0,
} as never);
console.log(printSummary(s, "x"));
clearInterval(t);
await platform.close();
await server.stop();
