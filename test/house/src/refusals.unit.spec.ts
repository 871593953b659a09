import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { errorEntries } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { errorDocument, root } from "./documents.ts";

/*
 * A refusal that nobody has ever seen may be unreachable, point at the wrong place, or lack the detail that its text asks for.
 * So every code that is declared is named where it is shown: in a spec, in what specs stand on, or in a scenario's data.
 */
const SHOWN_IN = [/\.(spec|contract|fixture)\.ts$/, /^test\/[^/]+\/data\/.*\.json$/];

const shown = (): ReadonlySet<string> =>
  new Set(
    execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 })
      .split("\n")
      .filter((name) => SHOWN_IN.some((place) => place.test(name)) && statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile())
      .flatMap((name) => readFileSync(path.join(root, name), "utf8").match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []),
  );

describe("every refusal of the product", () => {
  it("is named by a spec, a fixture or a scenario", async () => {
    // Makes every package and service declare what it refuses.
    await errorDocument();
    const declared = errorEntries().map(({ code }) => code);
    expect(declared.length).toBeGreaterThan(700);
    const named = shown();
    const missing = declared.filter((code) => !named.has(code));
    expect(missing, `declared, and shown nowhere: ${missing.join(", ")}`).toEqual([]);
  });
});
