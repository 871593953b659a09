import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readScenario, type Scenario } from "./format.ts";
import { notBuilt } from "./run.ts";
import { Stage } from "./stage.ts";

/*
 * `npm run scenarios -- DIR`: every scenario file of a folder through the product's commands, bank messages and books,
 * each on a clean district; one line a file with the first difference; `N passed, M failed` at the end.
 */

async function main(): Promise<number> {
  const [folder, ...rest] = process.argv.slice(2);
  if (!folder || folder.startsWith("-") || rest.length > 0) return usage();
  const names = (await readdir(folder).catch(() => undefined))?.filter((name) => name.endsWith(".json") && name !== "format.json").sort();
  if (!names || names.length === 0) return usage(`没有场景文件 / no scenario files in ${folder}`);
  const home = await mkdtemp(path.join(tmpdir(), "huimin-scenarios-"));
  const stage = await Stage.open(home);
  let passed = 0;
  let failed = 0;
  try {
    for (const name of names) {
      const problem = await play(stage, path.join(folder, name), name);
      if (problem === undefined) passed += 1;
      else failed += 1;
      process.stdout.write(
        `${problem === undefined ? "ok  " : "FAIL"} ${path.basename(name, ".json")}${problem === undefined ? "" : `: ${problem}`}\n`,
      );
    }
  } finally {
    await stage.close();
    await rm(home, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

/** The first difference of a file, or undefined. */
async function play(stage: Stage, file: string, name: string): Promise<string | undefined> {
  let scenario: Scenario;
  try {
    scenario = readScenario(await readFile(file, "utf8"), name);
  } catch (fault) {
    return (fault as Error).message;
  }
  const missing = notBuilt(scenario);
  if (missing.length > 0) return `not built yet: ${missing.join(", ")}`;
  try {
    await stage.play(scenario, scenario.facts, true);
    for (const { order, recordedAs } of scenario.orders ?? []) {
      await stage.play(scenario, recordedAs, false).catch((fault: Error) => {
        throw new Error(`order ${order}, ${fault.message}`);
      });
    }
    return undefined;
  } catch (fault) {
    return (fault as Error).message;
  }
}

function usage(problem?: string): number {
  if (problem) process.stderr.write(`${problem}\n`);
  process.stderr.write("usage: npm run scenarios -- DIR\n");
  return 2;
}

process.exitCode = await main();
