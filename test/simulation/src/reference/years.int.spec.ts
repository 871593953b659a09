import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf } from "./generate/file.ts";
import { differencesOf } from "./play.ts";

/**
 * Years of a district made from a seed, and other orders in which their facts may be recorded, played through the
 * product and compared with the reference. `HUIMIN_SIMULATION_SEED` chooses another seed, `HUIMIN_SIMULATION_YEARS` the
 * number of files; a failure prints both.
 */
const SEED = Number(process.env.HUIMIN_SIMULATION_SEED ?? 20_161_225);
const YEARS = Number(process.env.HUIMIN_SIMULATION_YEARS ?? 3);
const RUNNER = fileURLToPath(new URL("../../../scenario/src/main.ts", import.meta.url));

/** Milliseconds for all files together: the runner is stopped then, and what it has not played is a failure. */
const TIME_MS_MAX = 110_000;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "huimin-years-"));
  await chmod(folder, 0o755);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the scenario runner prints about the files of the folder. */
function play(): Promise<string> {
  return new Promise((resolve, reject) => {
    const { HUIMIN_TEST_SERVER: server } = process.env;
    const env = { ...process.env, ...(server === undefined ? {} : { DATABASE_URL: server }) };
    const runner = spawn(process.execPath, [RUNNER, folder], { env, timeout: TIME_MS_MAX });
    let printed = "";
    for (const stream of [runner.stdout, runner.stderr]) stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    runner.on("error", reject);
    runner.on("close", () => resolve(printed));
  });
}

describe(`years made from seed ${SEED}`, () => {
  const files = Array.from({ length: YEARS }, (_, k) => fileOf(SEED + k));

  it("are the same for the reference whenever they are asked", () => {
    expect(fileOf(SEED)).toEqual(files[0]);
    for (const file of files) expect(differencesOf(file), file.title).toEqual([]);
  });

  it("give the same books, answers and figures in the product", { timeout: TIME_MS_MAX + 10_000 }, async () => {
    await Promise.all(files.map((file) => writeFile(path.join(folder, `${file.id}.json`), JSON.stringify(file))));
    const printed = await play();
    expect(printed, `HUIMIN_SIMULATION_SEED=${SEED} HUIMIN_SIMULATION_YEARS=${YEARS}`).toContain(`${YEARS} passed, 0 failed`);
  });
});
