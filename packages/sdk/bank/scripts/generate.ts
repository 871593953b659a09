import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const HEADER = "/* Made from docs/api/bank.openapi.json by `npm run docs`; not edited by hand. */\n\n";

/** Where the types belong, below the package. */
export const TYPES_FILE = "src/generated/bank-api.ts";

/** TypeScript types of an OpenAPI document, as openapi-typescript writes them. */
export async function bankApiTypes(document: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "huimin-sdk-"));
  try {
    const [from, to] = [path.join(folder, "bank.json"), path.join(folder, "bank.ts")];
    await writeFile(from, document);
    const main = createRequire(import.meta.url).resolve("openapi-typescript");
    const tool = path.join(main.slice(0, main.lastIndexOf("openapi-typescript")), "openapi-typescript/bin/cli.js");
    // A process of its own: it comes with a TypeScript of its own, which nothing else of ours should load.
    await promisify(execFile)(process.execPath, [tool, from, "--output", to]);
    return HEADER + (await readFile(to, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
