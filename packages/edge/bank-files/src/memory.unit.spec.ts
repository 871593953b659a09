import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const directory = mkdtempSync(path.join(tmpdir(), "huimin-large-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Megabytes of old space that the process may have: 100,000 rows held together would need several times as much. */
const HEAP_MB = 32;
const ROWS = 100_000;

describe("a file of 100,000 rows", () => {
  it.each([
    ["csv", "100100000"],
    ["xlsx", "100100000"],
    ["camt.053", "10000000"],
  ])("streams through in flat memory: %s", { timeout: 120_000 }, async (format, sum) => {
    const script = path.join(import.meta.dirname, "large-file.fixture.ts");
    const file = path.join(directory, `large.${format}`);
    const { stdout } = await run(process.execPath, [
      "--no-warnings",
      `--max-old-space-size=${HEAP_MB}`,
      "--max-semi-space-size=4",
      script,
      format,
      file,
      String(ROWS),
    ]);
    const found = JSON.parse(stdout) as { rows: number; sum: string; heapBytes: number };
    expect(found).toMatchObject({ rows: ROWS, sum });
    expect(found.heapBytes).toBeLessThan((HEAP_MB + 16) * 1024 * 1024);
  });
});
