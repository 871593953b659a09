import { parseArgs } from "node:util";
import { NoteError, verifierKey } from "@huimin/proof-log";
import { buildWitness } from "./app.ts";
import { openWitnessHome, WitnessHomeFault } from "./home.ts";

/* `npm run witness`: a witness by itself. */

const USAGE = `usage: npm run witness -- --home <folder> --name <name> [--log <public key>]… [--init] [--host 127.0.0.1] [--port 7380]
  --init   make a key and an empty state in a new folder, print the public key and end`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: "string" },
      name: { type: "string" },
      log: { type: "string", multiple: true },
      init: { type: "boolean" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "7380" },
    },
  });
  if (values.home === undefined || values.name === undefined || !/^\d{1,5}$/.test(values.port)) throw new WitnessHomeFault(USAGE);
  const home = await openWitnessHome(values.home, { name: values.name, init: values.init ?? false, logs: values.log ?? [] });
  process.stdout.write(`${verifierKey(home.signer.verifier)}\n`);
  if (values.init) return;
  const app = buildWitness({ home, logger: true });
  await app.listen({ host: values.host, port: Number(values.port) });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
}

try {
  await main();
} catch (fault) {
  const expected =
    fault instanceof WitnessHomeFault || fault instanceof NoteError || (fault as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${expected ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  process.exitCode = expected ? 2 : 1;
}
