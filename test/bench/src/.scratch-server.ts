import { startEmbedded } from "@huimin/database";
const s = await startEmbedded({dataDirectory:"/tmp/logbench/data", persistent:true});
console.log(s.url("postgres"));
process.on("SIGTERM",()=>void s.stop().then(()=>process.exit(0)));
setInterval(()=>{},1e6);
