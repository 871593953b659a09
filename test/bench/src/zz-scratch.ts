import { withReadServer, fillLog, history } from "./projector-history.ts";
import { booksProjection } from "@huimin/books";
import { rebuild, createProjector } from "@huimin/projector";
import { readdirSync, readFileSync } from "node:fs";
const pg = (): number => { let s = 0; for (const d of readdirSync("/proc")) { if (!/^\d+$/.test(d)) continue; try { const st = readFileSync(`/proc/${d}/stat`, "utf8"); if (!st.includes("(postgres)")) continue; const f = st.slice(st.lastIndexOf(")") + 2).split(" "); const cmd = readFileSync(`/proc/${d}/cmdline`, "utf8"); if (cmd.includes(" postgres 127")) s += (Number(f[11]) + Number(f[12])) * 10; } catch {} } return s; };
await withReadServer([booksProjection], async ({ pool, store }) => {
  const n = await fillLog(store, history({ loans: 60000, quarters: 2 }));
  const c0 = process.cpuUsage(); const p0 = pg(); const t0 = performance.now();
  await createProjector({ pool, store, projections: [booksProjection], district: "410803" }).drain();
  const c = process.cpuUsage(c0);
  console.log("live", n, "events; us/event: wall", ((performance.now() - t0) * 1000 / n).toFixed(1), "node cpu", ((c.user + c.system) / n).toFixed(1), "pg cpu (all servers' bench sessions)", ((pg() - p0) * 1000 / n).toFixed(1));
  const c1 = process.cpuUsage(); const p1 = pg(); const t1 = performance.now(); let fold = 0;
  await rebuild({ pool, store, projections: [booksProjection], onProgress: (p) => { if (p.phase === "folding") fold = p.elapsedMs; } });
  const d = process.cpuUsage(c1);
  console.log("rebuild: wall", ((performance.now() - t1) * 1000 / n).toFixed(1), "fold", (fold * 1000 / n).toFixed(1), "node cpu", ((d.user + d.system) / n).toFixed(1), "pg cpu", ((pg() - p1) * 1000 / n).toFixed(1), "rss", Math.round(process.memoryUsage.rss() / 2 ** 20));
});
