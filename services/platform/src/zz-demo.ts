import { openPool, startEmbedded } from "@huimin/database";
import { createPostgresStore } from "@huimin/event-store";
import { rebuild } from "@huimin/projector";
import { Auditor } from "@huimin/service-auditor";
import { auditChecks } from "./compose/audit-checks.ts";
import { booksPicture } from "./compose/audit-picture.ts";
import { fileLogSigner } from "./compose/log-key.ts";
import { projections } from "./compose/projections.ts";
const server = await startEmbedded({ dataDirectory: "/tmp/auditor/demo/postgres" });
try {
  const url = server.url("huimin_demo");
  const owner = openPool({ url, max: 4 });
  const store = createPostgresStore({ connectionString: url });
  console.log("rebuild", await rebuild({ pool: owner, store, projections: projections() }));
  const { rows } = await owner.query("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'");
  for (const { nspname } of rows) await owner.query(`GRANT USAGE ON SCHEMA ${nspname} TO huimin_auditor; GRANT SELECT ON ALL TABLES IN SCHEMA ${nspname} TO huimin_auditor`);
  const pool = openPool({ url, role: "huimin_auditor", max: 2 });
  const a = new Auditor({ pool, district: "410803", folder: "/tmp/auditor/demo-audit", logKeys: [fileLogSigner("/tmp/auditor/demo/demo/log-key.pem", "410803").verifier], checkpointFolders: [], checks: auditChecks(), picture: booksPicture, clock: Date.now });
  const t = performance.now();
  const r = await a.round({ all: true });
  console.log(Math.round(performance.now() - t), "ms", r.hashed, r.state.findings.filter((f) => !f.gone).map(({ id, severity, examples }) => [id, severity, examples.slice(0, 3)]), r.state.books?.results.filter(({ id }) => /statement|reconc/.test(id)), r.state.books?.picture.months.length, Math.round(process.memoryUsage().rss/1e6));
  await pool.end(); await store.close(); await owner.end();
} finally { await server.stop(); }
