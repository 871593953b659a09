import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findAccount } from "@huimin/books";
import { startEmbedded } from "@huimin/database";
import { beancountAccount, hledgerAccount } from "@huimin/exports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * The demo as a user runs it, in a folder of its own; then what it leaves behind, judged by programs that are not ours. The
 * product is asked through its command line only, in processes of their own.
 */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const home = path.join(root, ".huimin/test-demo");
const out = path.join(home, "out");
const schema = path.join(root, "packages/read/exports/schema/gbt24589.xsd");
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

/** Heap flags of `npm run demo`. */
const DEMO = ["--no-warnings", "--max-old-space-size=160", "--max-semi-space-size=2", "services/platform/src/demo/main.ts"];

interface Summary {
  readonly households: number;
  readonly events: number;
  readonly position: number;
  readonly statementsIssued: number;
  readonly trialBalance: Readonly<Record<string, { readonly debit: string; readonly credit: string }>>;
  readonly invariants: { readonly checked: number; readonly failed: number };
  readonly merkleRoot: string;
}

interface TrialRow {
  readonly code: string;
  readonly closing: string;
}

let summary: Summary;
let demo: { code: number | null; text: string };
let server: Awaited<ReturnType<typeof startEmbedded>>;

function node(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}

const huimin = (...args: string[]) =>
  node(["--no-warnings", "services/platform/src/huimin.ts", ...args], {
    HUIMIN_HOME: home,
    DATABASE_URL: server.url("huimin_demo"),
  });
const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
const trialBalance = async (...args: string[]): Promise<readonly TrialRow[]> =>
  (JSON.parse(lastLine((await huimin("trial-balance", "--json", ...args)).text)) as { rows: TrialRow[] }).rows;
const exported = async (...args: string[]): Promise<void> => {
  const { code, text } = await huimin("export", "--out", out, ...args);
  expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
};

beforeAll(async () => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  demo = await node(DEMO, { HUIMIN_HOME: home, DATABASE_URL: "" });
  if (demo.code === 0) summary = JSON.parse(readFileSync(path.join(home, "demo/summary.json"), "utf8")) as Summary;
  server = await startEmbedded({ dataDirectory: path.join(home, "postgres") });
});
afterAll(async () => {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

describe("npm run demo", () => {
  it("ends well: four years of five models, balanced books, no failed invariant", () => {
    expect([demo.code, demo.code === 0 ? "" : demo.text.slice(-4_000)]).toEqual([0, ""]);
    expect(summary.households).toBe(1_006);
    expect(summary.statementsIssued).toBeGreaterThan(4_000);
    expect(summary.invariants.failed).toBe(0);
    expect(summary.invariants.checked).toBeGreaterThan(30);
    for (const { debit, credit } of Object.values(summary.trialBalance)) expect(debit).toBe(credit);
  });
});

describe("the demo's books for other software", () => {
  it.skipIf(!isThere("hledger"))("hledger accepts the journal, and its balances are ours, account by account, book by book", async () => {
    await exported("--format", "hledger");
    const file = path.join(out, "huimin.journal");
    const hledger = (...args: string[]): string =>
      execFileSync("hledger", ["-f", file, ...args], {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
        maxBuffer: 64 * 1024 * 1024,
      });
    hledger("check", "accounts", "commodities");
    const found = new Map(
      hledger("balance", "--flat", "-N", "-E", "-O", "csv")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.slice(1, -1).split('","') as [string, string]),
    );
    let compared = 0;
    for (const book of ["G", "M", "Q"]) {
      for (const { code, closing } of await trialBalance("--book", book)) {
        const account = findAccount(code);
        const amount = found.get(account ? hledgerAccount(account) : "")?.replace(/ (CNY|SHARE)$/, "");
        expect([book, code, amount]).toEqual([book, code, /^0(\.00)?$/.test(closing) ? "0" : closing]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });

  it.skipIf(!isThere("bean-check"))("bean-check accepts the journal, and every balance that it asserts is ours", async () => {
    await exported("--format", "beancount");
    const file = path.join(out, "huimin.beancount");
    expect(execFileSync("bean-check", [file], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })).toBe("");
    const asserted = new Map(
      [...readFileSync(file, "utf8").matchAll(/^\d{4}-\d{2}-\d{2} balance (\S+) {2}(\S+) /gm)].map(([, name, amount]) => [name, amount]),
    );
    for (const book of ["G", "M", "Q"]) {
      for (const { code, closing } of await trialBalance("--book", book)) {
        const account = findAccount(code);
        expect([code, asserted.get(account ? beancountAccount(account) : "")]).toEqual([code, closing]);
      }
    }
  });

  it.skipIf(!isThere("xmllint"))("GB/T 24589 is valid against the schema; U8 and KIS files are written", async () => {
    await exported("--format", "gbt24589");
    for (const name of ["公共档案.xml", "总账.xml"]) {
      const checked = spawnSync("xmllint", ["--noout", "--nonet", "--huge", "--schema", schema, path.join(out, name)], {
        encoding: "utf8",
      });
      expect([name, checked.status, checked.status === 0 ? "" : checked.stderr.slice(0, 2_000)]).toEqual([name, 0, ""]);
    }
    await exported("--format", "yonyou");
    await exported("--format", "kingdee");
  });
});

describe("the demo's log", () => {
  it("is verified from its database, with the root that the demo printed", async () => {
    expect((await huimin("checkpoint")).code).toBe(0);
    const { code, text } = await huimin("verify", "--json");
    expect([code, JSON.parse(lastLine(text))]).toMatchObject([0, { faults: [] }]);
  });
});
