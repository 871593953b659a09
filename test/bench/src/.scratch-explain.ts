import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { encodeBatch, prepare, APPEND_SQL } from "../../../packages/log/event-store/src/batch.ts";
const url = readFileSync("/tmp/logbench/url","utf8").trim().replace(/postgres$/,"bench2");
const c = new Client({connectionString:url}); const durations=new Map<string,number[]>();
c.on("notice",(m)=>{const x=/^duration: ([\d.]+) ms/.exec(m.message??""); const q=/Query Text: ([\s\S]{0,70})/.exec(m.message??""); if(x){const k=(q?.[1]??"").replace(/\s+/g," "); durations.set(k,[...(durations.get(k)??[]),Number(x[1])]);} }); await c.connect();
await c.query("load 'auto_explain'; set auto_explain.log_min_duration=0; set auto_explain.log_analyze=on; set auto_explain.log_nested_statements=on; set auto_explain.log_timing=off; set client_min_messages=log");
let n=0;
const req=()=>{ const i=n++; const id=randomUUID(); return {writes:[{stream:`loan/L${i%10000}`,expect:{kind:"any" as const},events:[{eventId:id,type:"RepaymentReceived",schemaVersion:1,valueDate:"2018-01-01",recordedAt:"2018-01-01T08:00:00.000+08:00",period:"2018-01",actor:"bank:K1",role:"BANK",channel:"bank-api" as const,sourceDocument:`S${i}`,commandId:id,correlationId:id,payload:{loan:`L${i}`,household:"H0001",bank:"K1",village:"410803001201",model:3,amount:"1234.56",serial:`S${i}`,openPrincipal:"2000.00"}}]}],asserts:[{stream:"period/ledger",expect:{kind:"none" as const}}],keys:[{client:"bank:K1",key:id,bodyHash:"a".repeat(64)}],answer:{ok:true}} };
for(let k=0;k<60;k++) await c.query(APPEND_SQL, encodeBatch("410803",Array.from({length:256},()=>prepare("410803",req())))); await c.end();
for(const [k,v] of durations){v.sort((a,b)=>a-b); console.log(v[Math.floor(v.length*.25)]!.toFixed(3), k);}
