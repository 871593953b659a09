import { keepHeapSmall } from "./cli/small-heap.ts";
import { ownSignals } from "./compose/signals.ts";

/** `npm run huimin -- COMMAND`. */
keepHeapSmall(process.argv[2]);
const { runCli } = await import("./cli/program.ts");
ownSignals();
const code = await runCli(process.argv.slice(2), {
  terminal: { out: (text) => void process.stdout.write(`${text}\n`), err: (text) => void process.stderr.write(`${text}\n`) },
  environment: process.env,
  directory: process.cwd(),
});
// What was printed leaves the process before it ends, wherever it goes to.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))));
process.exit(code);
