import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { apartFrom, runHuimin } from "../testing/command-line.ts";

describe("huimin export, asked for two spans at once", () => {
  const directory = path.join(tmpdir(), "huimin-no-such-folder");
  const huimin = (...more: string[]) =>
    runHuimin(["export", "--format", "beancount", "--out", "books", ...more, "--json"], { directory, environment: apartFrom(directory) });

  it("given a value date and a first month, then it is refused with what to do, before a database is asked or a file made", async () => {
    const told = await huimin("--as-of", "2018-06-30", "--from", "2018-01");
    expect(told.code).toBe(1);
    expect(told.json.refused).toMatchObject([{ code: "EXPORT_SPAN_MIXED" }]);
    expect(existsSync(directory)).toBe(false);
  });
});
