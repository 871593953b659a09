import { withReadServer, fillLog, history, BENCH_DISTRICT } from "/work/main/test/bench/src/projector-history.ts";
import { booksProjection } from "@huimin/books";
import { createProjector } from "@huimin/projector";
import { bankPortfolioProjection } from "@huimin/bank-portfolio";
import { readdirSync, readFileSync } from "node:fs";
const pgCpu = (): Map<string, number> => {
  const m = new Map<string, number>();
  for (const d of readdirSync("/proc")) {
    if (!/^\d+$/.test(d)) continue;
    try {
      const stat = readFileSync(`/proc/${d}/stat`, "utf8");
      if (!stat.includes("(postgres)")) continue;
      const f = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const cmd = readFileSync(`/proc/${d}/cmdline`, "utf8").replaceAll("\0", " ").trim().slice(0, 60);
      m.set(`${d} ${cmd}`, (Number(f[11]) + Number(f[12])) * 10);
    } catch {}
  }
  return m;
};
const batchSize = Number(process.argv[2] ?? 4000);
const projs = process.argv[3] === "both" ? [booksProjection, bankPortfolioProjection] : [booksProjection];
await withReadServer([booksProjection, bankPortfolioProjection], async ({ pool, store }) => {
  const n = await fillLog(store, history({ loans: 4000, quarters: 6 }));
  const times = new Map<string, number>();
  const add = (k: string, t: number) => times.set(k, (times.get(k) ?? 0) + t);
  const connect = pool.connect.bind(pool);
  (pool as any).connect = async (cb?: any) => { if (cb) return connect(cb as never);
    const c: any = await connect();
    if (!c.__w) {
      c.__w = true;
      const q = c.query.bind(c);
      c.query = (a: any, ...r: any[]) => {
        const t = performance.now();
        if (typeof a?.submit === "function") { const h = a.handleReadyForQuery.bind(a); a.handleReadyForQuery = () => { add("COPY", performance.now() - t); h(); }; return q(a, ...r); }
        const key = (a.name ?? a.text ?? a).slice(0, 40);
        return q(a, ...r).then((x: any) => { add(key, performance.now() - t); return x; });
      };
    }
    return c;
  };
  const readAll = store.readAll.bind(store);
  (store as any).readAll = async (...a: any[]) => { const t = performance.now(); const x = await (readAll as any)(...a); add("readAll(overlaps)", performance.now() - t); return x; };
  const cpu0 = process.cpuUsage();
  const pg0 = pgCpu();
  const t0 = performance.now();
  await createProjector({ pool, store, projections: projs, district: BENCH_DISTRICT, batchSize }).drain();
  const el = performance.now() - t0;
  const cpu = process.cpuUsage(cpu0);
  const pg1 = pgCpu();
  const sums: string[] = [];
  for (const [k, v] of pg1) if (v - (pg0.get(k) ?? 0) > 50) sums.push(`${v - (pg0.get(k) ?? 0)} ms ${k}`);
  console.log(sums.join("\n"));
  console.log(batchSize, n, Math.round(n / el * 1000), "ev/s", "elapsed", Math.round(el), "node cpu ms", Math.round((cpu.user + cpu.system) / 1000));
  for (const [k, v] of times) console.log(k.padEnd(45), Math.round(v));
});
