import { execFile } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const script = path.resolve(import.meta.dirname, "../../../infra/scripts/restore-drill.mjs");
/** Some twenty processes, each with a server to start: a minute on a quiet machine. */
const DRILL_MS_MAX = 15 * 60_000;

interface Drill {
  readonly steps: readonly { readonly name: string; readonly holds: boolean; readonly found?: string }[];
  readonly failed: number;
}

it(
  "given the restore drill as an operator runs it, then every step holds",
  async () => {
    const out = await new Promise<string>((done) => {
      execFile(process.execPath, [script, "--json"], { maxBuffer: 16 << 20 }, (_, stdout, stderr) => done(stdout || stderr));
    });
    const drill = JSON.parse(out) as Drill;
    expect(drill.steps.filter(({ holds }) => !holds)).toEqual([]);
    expect([drill.failed, drill.steps.length]).toEqual([0, 17]);
  },
  DRILL_MS_MAX,
);
