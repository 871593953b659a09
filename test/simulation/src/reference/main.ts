import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { File } from "./format.ts";
import { differencesOf } from "./play.ts";

/*
 * `node test/simulation/src/reference/main.ts DIR…`: scenario files against the reference; one line a file, the
 * differences below it. Exit 1 when a file differs.
 */

let failed = 0;
for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".json") && one !== "format.json")) {
    const file = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as File;
    let differences: string[];
    try {
      differences = differencesOf(file);
    } catch (fault) {
      differences = [(fault as Error).message];
    }
    if (differences.length > 0) failed += 1;
    process.stdout.write(`${differences.length === 0 ? "ok  " : "DIFF"} ${file.id}\n${differences.map((one) => `     ${one}\n`).join("")}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
