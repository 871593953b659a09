import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./documents.ts";

/** Named limits of the house (docs in ARCHITECTURE.md). */
const FILE_LINES_MAX = 400;
const PACKAGE_README_LINES_MAX = 40;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((name) => name !== "" && statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile());
/** Code that a tool has written (`npm run docs`) is as long as it is. */
const generated = /\/src\/generated\//;
const source = files.filter((name) => /^(packages|services|test|infra)\/.*\.ts$/.test(name) && !generated.test(name));
const read = (name: string): string => readFileSync(path.join(root, name), "utf8");
/** This file names what it forbids. */
const others = source.filter((name) => !name.endsWith("tidy.unit.spec.ts"));

describe("the house is tidy", () => {
  it("keeps every source file under its limit of lines", () => {
    expect(source.filter((name) => read(name).split("\n").length > FILE_LINES_MAX + 1)).toEqual([]);
  });

  it("leaves nothing to do by its own words", () => {
    expect(others.filter((name) => /\b(TODO|FIXME|XXX|HACK)\b/.test(read(name)))).toEqual([]);
  });

  it("leaves no test narrowed to itself", () => {
    expect(others.filter((name) => /\b(it|test|describe)\.only\b/.test(read(name)))).toEqual([]);
  });

  it("never uses a binary floating point number for money", () => {
    const suspicious = others.filter(
      (name) => /\b(parseFloat|toFixed\(2\))/.test(read(name).replaceAll(/^\s*(\/\/|\*).*$/gm, "")) && name.startsWith("packages/"),
    );
    expect(suspicious).toEqual([]);
  });

  it("gives each package a short README that begins with its purpose", () => {
    const packages = new Set(
      files.filter((name) => /^packages\/[^/]+\/[^/]+\/package\.json$/.test(name)).map((name) => path.dirname(name)),
    );
    const wrong = [...packages].filter((name) => {
      const readme = `${name}/README.md`;
      if (!files.includes(readme)) return true;
      const lines = read(readme).trim().split("\n");
      return lines.length > PACKAGE_README_LINES_MAX;
    });
    expect(wrong).toEqual([]);
  });

  it("carries no path of a machine and no address of a registry", () => {
    const texts = files.filter((name) => /\.(ts|mjs|cjs|json|md|sql|yml|yaml|sh)$/.test(name) && !name.endsWith("tidy.unit.spec.ts"));
    expect(texts.filter((name) => /registry\.npmjs\.org|\/(home|Users)\/[a-z]+\//.test(read(name)))).toEqual([]);
  });
});
