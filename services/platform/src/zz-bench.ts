import { randomUUID } from "node:crypto";
import { createReadStream, writeFileSync, mkdtempSync, chmodSync } from "node:fs";
import path from "node:path";
import { createPostgresStore } from "@huimin/event-store";
import { ensureDatabase, startEmbedded } from "@huimin/database";
import { RegisterBank } from "@huimin/registry";
import { createPlatform } from "/work/main/services/platform/src/platform.ts";

const N = Number(process.argv[2] ?? 100000);
const home = mkdtempSync("/tmp/huimin-bench-"); chmodSync(home, 0o755);
const server = await startEmbedded({ dataDirectory: path.join(home, "postgres") });
await ensureDatabase(server.url("postgres"), "huimin");
const platform = await createPlatform({ district: "410803", home, databaseUrl: server.url("huimin"), logLevel: "warn", project: process.argv[3] === "project", eventLoopDelayMsMax: 0, documents: false });
await platform.handler.execute(RegisterBank, { bank: "K1", name: "x", valueDate: "2016-01-01" }, { actor: "spec", role: "FOF", channel: "import" });
const store = createPostgresStore({ connectionString: server.url("huimin") });
const event = (loan: string) => ({ eventId: randomUUID(), type: "LoanDisbursed", schemaVersion: 1, valueDate: "2018-01-05", recordedAt: "2018-01-05T10:00:00.000+08:00", period: "2018-01", actor: "bank:K1", role: "BANK", channel: "import" as const, commandId: randomUUID(), correlationId: "c", payload: { loan, household: `H${loan}`, bank: "K1", village: "V1", model: 3, amount: "50000.00", serial: `D${loan}`, annualRate: "4.75", due: "2021-01-05", contractDate: "2018-01-05", yearBase: 360, method: "quarterly-interest-bullet" } });
let t = performance.now();
for (let i = 0; i < N; i += 5000) {
  const writes = Array.from({ length: Math.min(5000, N - i) }, (_, k) => ({ stream: `loan/L${i + k}`, expect: { kind: "none" as const }, events: [event(`L${i + k}`)] }));
  await store.append("410803", { writes, asserts: [], keys: [], answer: {} });
}
console.log("seeded", ((performance.now() - t) / 1000).toFixed(1));
const file = path.join(home, "r.csv");
writeFileSync(file, `贷款编号,还款日期,流水号,本金\n${Array.from({ length: N }, (_, i) => `L${i},2018-05-10,S${i},10.01`).join("\n")}\n`);
let peak = 0; const timer = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 50);
t = performance.now();
const intake = platform.bankFiles.intake;
const spooled = await intake.storage.spool(createReadStream(file));
console.log("spooled", ((performance.now() - t) / 1000).toFixed(2));
const { answer } = await intake.take(spooled, { bank: "K1", kind: "repayments" }, { bank: "K1", channel: "file" });
const s = (performance.now() - t) / 1000;
clearInterval(timer);
console.log(answer.status, answer.counts, s.toFixed(2), "s", Math.round(N / s), "/s", "rss peak MB", Math.round(peak / 1e6), answer.faults.slice(0, 2));
await store.close(); await platform.close(); await server.stop();
