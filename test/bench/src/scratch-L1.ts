// @ts-nocheck
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { ensureDatabase, startEmbedded } from "@huimin/database";
import { AllocateDividend, ApproveAllocation, OrderPoolPayout, PostPublicity, RecordAssetIncome } from "@huimin/dividend";
import { fen } from "@huimin/money";
import { createPlatform, draftLongList, give, ListFile, payoutOrder, postAllocation, submitOrder } from "@huimin/platform";
import { RegisterBank } from "@huimin/registry";
import { Pool } from "pg";
import { serverCpuSeconds } from "./server-cpu.ts";
const [mode, n] = process.argv.slice(2);
const N = Number(n ?? 60000);
const home = "/tmp/L-db";
await mkdir(home, { recursive: true });
await chmod(home, 0o755);
const server = await startEmbedded({ dataDirectory: path.join(home, "data"), persistent: true, settings: { shared_preload_libraries: "pg_stat_statements" } });
const pm = await server.postmasterPid();
await ensureDatabase(server.url("postgres"), "p");
let now = Date.UTC(2018, 11, 1, 2);
const platform = await createPlatform({ district: "410803", home, databaseUrl: server.url("p"), logLevel: "warn", documents: false, clock: () => now, eventLoopDelayMsMax: 0, project: false });
let l = performance.now(), c = process.cpuUsage(), s = await serverCpuSeconds(pm);
const lap = async (name) => { const d = process.cpuUsage(c); const s2 = await serverCpuSeconds(pm); process.stderr.write(`${name.padEnd(20)} ${((performance.now() - l) / 1000).toFixed(1)} s, cpu ${((d.user + d.system) / 1e6).toFixed(2)} server ${(s2 - s).toFixed(2)} rss ${Math.round(process.memoryUsage.rss() / 2 ** 20)}\n`); l = performance.now(); c = process.cpuUsage(); s = s2; };
const owner = new Pool({ connectionString: server.url("p"), max: 1 });
const as = (role) => ({ platform, meta: { actor: role === "BANK" ? "bank:K1" : role === "SYS" ? "system" : "u1", role, channel: "file", ...(["BANK", "SYS"].includes(role) ? {} : { checker: "u2" }) } });
const setCheckpoint = (at) => owner.query("INSERT INTO projector.checkpoint (district, projection, position) SELECT '410803', name, $1 FROM projector.projection ON CONFLICT (district, projection) DO UPDATE SET position = excluded.position", [at]);
if (mode === "fill") {
  await give(as("FOF"), RegisterBank, { bank: "K1", name: "x", valueDate: "2016-12-01" });
  const child = spawn(process.execPath, ["test/bench/src/dividend-fill.child.ts", server.url("p"), path.join(home, "vault-secrets.json"), String(N)], { stdio: "inherit" });
  await once(child, "exit");
  await setCheckpoint(await platform.store.head("410803"));
  await lap("fill");
  await give(as("BANK"), RecordAssetIncome, { pool: "PV", amount: "123456789.01", serial: "S1" });
  const file = ListFile.read(new TextEncoder().encode(Array.from({ length: N }, (_, n) => `410803010207-${String(n).padStart(7, "0")},${1 + (n % 9)}.5\n`).join("")));
  await lap("file");
  const d = await draftLongList(as("FIN-M"), file, { pool: "PV", year: 2018, method: "by-post", residueRule: "LARGEST_REMAINDER", total: fen("123456789.01") });
  await lap("draft");
  await give(as("VIL"), PostPublicity, { pool: "PV", year: 2018, from: "2018-12-01", to: "2018-12-10" });
  now = Date.UTC(2018, 11, 11, 2);
  await give(as("FIN-R"), ApproveAllocation, { pool: "PV", year: 2018, listHash: d.listHash });
  await give(as("FIN-M"), AllocateDividend, { pool: "PV", year: 2018 });
  await postAllocation(as("SYS"), "PV", 2018);
  await lap("post");
  await give(as("FIN-C"), OrderPoolPayout, { pool: "PV", year: 2018, bank: "K1" });
  await submitOrder(as("SYS"), await payoutOrder(platform, { pool: "PV", year: 2018 }));
  await lap("payout");
}
if (mode === "project") {
  await owner.query("TRUNCATE books.journal_line, books.balance, books.movement, books.dimension_set");
  await setCheckpoint(2 * N + 1);
  await owner.query("VACUUM; ").catch(() => undefined);
  await owner.query("CHECKPOINT");
  await owner.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); await owner.query("SELECT pg_stat_statements_reset()");
  await lap("truncate");
  await platform.projector.drain();
  await lap("project");
  const { rows } = await owner.query("SELECT left(query, 70) q, calls, round(total_exec_time) ms, rows FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 12"); for (const r of rows) process.stderr.write(JSON.stringify(r) + "\n");
}
if (mode === "files") {
  const { makePayoutFile } = await import("@huimin/service-dividends");
  const { orderedBatch } = await import("@huimin/dividend/events");
  const order = await payoutOrder(platform, { pool: "PV", year: 2018 });
  await lap("start");
  for (let b = 1; b <= order.batches; b++) { const made = await makePayoutFile(orderedBatch(order, b), platform); if (!made.ok) throw new Error(JSON.stringify(made)); }
  await lap("files");
}
await owner.end();
await platform.close();
await server.stop();
