import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { ensureDatabase, dropDatabase, migrate } from "@huimin/database";
import { Client, Pool } from "pg";
import { createPostgresStore, eventStoreMigrations } from "../../../packages/log/event-store/src/index.ts";
const server = readFileSync("/tmp/logbench/url","utf8").trim();
const url = server.replace(/postgres$/,"bench1");
await dropDatabase(server,"bench1"); await ensureDatabase(server,"bench1");
const c = new Client({connectionString:url}); await c.connect(); await migrate(c, eventStoreMigrations);
const store = createPostgresStore({connectionString:url});
const keyed = process.argv.includes("--keys");
let n=0;
const hash="a".repeat(64);
const req=()=>{ const i=n++; const id=randomUUID(); return {writes:[{stream:`loan/L${i%20000}`,expect:{kind:"any" as const},events:[{eventId:id,type:"RepaymentReceived",schemaVersion:1,valueDate:"2018-01-01",recordedAt:"2018-01-01T08:00:00.000+08:00",period:"2018-01",actor:"bank:K1",role:"BANK",channel:"bank-api" as const,sourceDocument:`S${i}`,commandId:id,correlationId:id,payload:{loan:`L${i}`,household:"H0001",bank:"K1",village:"410803001201",model:3,amount:"1234.56",serial:`S${i}`,openPrincipal:"2000.00"}}]}],asserts:[{stream:"period/ledger",expect:{kind:"none" as const}}],keys:keyed?[{client:"bank:K1",key:id,bodyHash:hash}]:[],answer:{ok:true}} };
async function run(clients:number, seconds:number){
  const lat:number[]=[]; const end=performance.now()+seconds*1000; let done=0;
  const t0=performance.now(); const cpu0=process.cpuUsage();
  await Promise.all(Array.from({length:clients},async()=>{ while(performance.now()<end){const t=performance.now(); const o=await store.append("410803",req()); if(o.kind!=="appended") throw new Error(JSON.stringify(o)); lat.push(performance.now()-t); done++; }}));
  const s=(performance.now()-t0)/1000; lat.sort((a,b)=>a-b); const cpu=process.cpuUsage(cpu0);
  console.log(`${clients} clients: ${Math.round(done/s)}/s p50 ${lat[lat.length>>1]!.toFixed(2)} p99 ${lat[Math.floor(lat.length*.99)]!.toFixed(2)} ms, node cpu ${((cpu.user+cpu.system)/1e6/s).toFixed(2)}`);
}
await run(1,3); await run(16,3); await run(256,5); await run(256,5);
const events=await store.readAll("410803",0,3); console.log(JSON.stringify(events[2]));
const {rows}=await c.query("select count(*), min(position), max(position), count(distinct position) d from log.event"); console.log(rows[0]);
await store.close(); await c.end();
