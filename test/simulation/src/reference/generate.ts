import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fileOf, MODELS } from "./generate/file.ts";

/*
 * `node test/simulation/src/reference/generate.ts --seed N --count M --out DIR [--models 1,2,3]`: scenario files of
 * random years, filled by the reference, for `node test/scenario/src/main.ts DIR`. File k comes from seed N + k.
 */

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "10" },
    out: { type: "string" },
    models: { type: "string" },
  },
});
if (values.out === undefined) throw new Error("usage: generate.ts --seed N --count M --out DIR [--models 1,2,3,4,5]");
const models = values.models?.split(",").map(Number) ?? MODELS;
mkdirSync(values.out, { recursive: true });
for (let k = 0; k < Number(values.count); k += 1) {
  const file = fileOf(Number(values.seed) + k, models);
  writeFileSync(path.join(values.out, `${file.id}.json`), `${JSON.stringify(file, null, 1)}\n`);
}
