import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readScenario, type Scenario } from "./format.ts";
import { notBuilt } from "./run.ts";
import { Stage } from "./stage.ts";

/*
 * `npm run scenarios -- DIR`: every scenario file of a folder through the product's commands, bank messages and books,
 * each on a clean district; one line a file with the first difference; `N passed, M failed` at the end.
 * Exit 0: all passed; 1: a file failed; 2: wrong usage, or nothing to run.
 */

const SCHEMA_FILE = "format.json";

async function main(): Promise<number> {
  const [folder, ...rest] = process.argv.slice(2);
  if (folder === undefined || folder.startsWith("-") || rest.length > 0) return usage();
  const found = await scenarioFiles(folder);
  if (typeof found === "string") return usage(found);
  const home = await mkdtemp(path.join(tmpdir(), "huimin-scenarios-"));
  let passed = 0;
  let failed = 0;
  try {
    const stage = await open(home);
    try {
      for (const name of found) {
        const problem = await play(stage, path.join(folder, name), name);
        if (problem === undefined) passed += 1;
        else failed += 1;
        const id = path.basename(name, ".json");
        process.stdout.write(problem === undefined ? `ok   ${id}\n` : `FAIL ${id}: ${oneLine(problem)}\n`);
      }
    } finally {
      await stage.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

/** Names of the scenario files of a folder, or why there is none. */
async function scenarioFiles(folder: string): Promise<string[] | string> {
  const kind = await stat(folder).catch(() => undefined);
  if (!kind) return `没有这个文件夹 / there is no folder ${folder}`;
  if (!kind.isDirectory()) return `不是文件夹 / not a folder: ${folder}`;
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json") && name !== SCHEMA_FILE).sort();
  return names.length > 0 ? names : `没有场景文件 / no scenario files in ${folder}`;
}

/** The database server takes a few seconds the first time: someone at a terminal is told. */
async function open(home: string): Promise<Stage> {
  const told = process.stderr.isTTY;
  if (told) process.stderr.write("正在启动数据库 / starting the database …");
  const stage = await Stage.open(home);
  if (told) process.stderr.write("\r\u001b[K");
  return stage;
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ");

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
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  process.stderr.write("用法 / usage: npm run scenarios -- DIR\n");
  return 2;
}

process.exitCode = await main();
// Everything is closed and printed; a handle that some library has left open must not keep the caller waiting.
setTimeout(() => process.exit(), 3_000).unref();
