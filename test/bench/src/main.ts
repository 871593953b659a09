import { writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Bench, BenchResult } from "./bench.ts";

/*
 * `npm run bench -- --json FILE [--only NAME] [--quick]`: the benches of design section 9. A bench is loaded only when
 * it is run, so that one of them can be measured in a process of its own.
 */

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  append: async () => (await import("./append.ts")).appendBench,
  repayment: async () => (await import("./repayment.ts")).repaymentBench,
  projector: async () => (await import("./projector.ts")).projectorBench,
  rebuild: async () => (await import("./rebuild.ts")).rebuildBench,
  "dividend-run": async () => (await import("./dividend-run.ts")).dividendRunBench,
  sheet: async () => (await import("./sheet.ts")).sheetBench,
  statements: async () => (await import("./statements.ts")).statementsBench,
};

const USAGE = `usage: npm run bench -- --json FILE [--only NAME] [--quick]\nNAME: ${Object.keys(BENCHES).join(", ")}\n`;

function readArguments(): { json: string | undefined; only: readonly string[]; quick: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: "string" },
        only: { type: "string", multiple: true },
        quick: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const only = values.only ?? [];
    if (values.help || only.some((name) => !(name in BENCHES))) return undefined;
    return { json: values.json, only, quick: values.quick ?? false };
  } catch {
    return undefined;
  }
}

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const row = (result: BenchResult): string =>
  `${result.name.padEnd(44)} ${String(result.ours).padStart(10)} ${result.unit.padEnd(12)} ${result.peer} ${result.peerValue}  ratio ${result.ratio} (target ${result.target}) ${result.ratio >= result.target ? "reached" : "MISSED"}`;

async function main(): Promise<number> {
  const options = readArguments();
  if (!options) {
    process.stderr.write(USAGE);
    return 2;
  }
  log(
    `Node.js ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}`,
  );
  const results: BenchResult[] = [];
  for (const name of options.only.length > 0 ? options.only : Object.keys(BENCHES)) {
    log(`== ${name}`);
    const bench = await (BENCHES[name] as () => Promise<Bench>)();
    for (const result of await bench.run({ quick: options.quick, log })) {
      results.push(result);
      process.stdout.write(`${row(result)}\n`);
    }
  }
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

process.exitCode = await main();
