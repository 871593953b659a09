import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { ensureDatabase, dropDatabase, migrate } from "@huimin/database";
import { Client } from "pg";
import { load } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { createMemoryStore, createPostgresStore, eventStoreMigrations } from "../../../packages/log/event-store/src/index.ts";
import { createCommandHandler } from "../../../packages/log/command-handler/src/index.ts";
let store:any;
if (process.argv[2]==="memory") store=createMemoryStore(); else {
const server = readFileSync("/tmp/logbench/url","utf8").trim(); const url = server.replace(/postgres$/,"bench3");
await dropDatabase(server,"bench3"); await ensureDatabase(server,"bench3");
const c = new Client({connectionString:url}); await c.connect(); await migrate(c, eventStoreMigrations); await c.end();
store=createPostgresStore({connectionString:url}); }
const handler=createCommandHandler({store,district:"410803"});
const fold={initialState:{open:0,n:0},evolve:(s:any,e:any)=>e.type==="LoanDisbursed"?{open:1e9,n:1}:{open:s.open-1,n:s.n+1}};
const Repay:any={name:"RecordRepayment",schema:{},roles:["BANK"],postsInBookG:false,*run(c:any){ const l=yield* load(`loan/${c.loan}`,fold); const cr=yield* load(`bank/K1`,fold); return ok({writes:[{stream:l.stream,events:[{type:"RepaymentReceived",valueDate:"2018-01-01",payload:{...c,openPrincipal:String(l.state.open)}}]}],answer:{serial:c.serial,open:l.state.open}}); }};
let n=0; const end=performance.now()+6000; const t0=performance.now(); const cpu0=process.cpuUsage(); let done=0; const lat:number[]=[];
await Promise.all(Array.from({length:256},async()=>{ while(performance.now()<end){ const i=n++; const t=performance.now(); const o=await handler.execute(Repay,{loan:`L${i%5000}`,household:"H1",bank:"K1",village:"V1",model:3,amount:"123.45",serial:`S${i}`},{actor:"bank:K1",role:"BANK",channel:"bank-api",sourceDocument:`S${i}`,keys:[{client:"bank:K1",key:randomUUID()},{client:"bank:K1",key:`serial:S${i}`}]}); if(o.kind!=="recorded") throw new Error(JSON.stringify(o)); done++; lat.push(performance.now()-t);} }));
const s=(performance.now()-t0)/1000; const cpu=process.cpuUsage(cpu0); lat.sort((a,b)=>a-b);
console.log(process.argv[2],`${Math.round(done/s)}/s p50 ${lat[lat.length>>1]!.toFixed(1)} p99 ${lat[Math.floor(lat.length*.99)]!.toFixed(1)}, node cpu us/op ${((cpu.user+cpu.system)/done).toFixed(1)}`);
await store.close();
