import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fen, formatAmount } from "@huimin/money";
import { createPlatform, type Platform } from "@huimin/platform";
import { runCli } from "@huimin/platform/cli";
import { testDatabase } from "@huimin/test-support";
import { generateVaultSecrets, parseVaultSecrets } from "@huimin/vault";
import { afterAll, describe, expect, it } from "vitest";
import { type Clock, District } from "./district.ts";
import { type BalanceRow, type Checkpoint, readScenario, type Scenario } from "./format.ts";
import { Recording } from "./run.ts";

/*
 * T4 (a back-dated correction after the close) and T5 (a payout returned in the next year) of domain 8, recorded by the
 * product's own commands, then asked on both axes at every point of the story that the domain names: over the API, on the
 * command line and in an export, to the fen.
 */

const folder = mkdtempSync(path.join(tmpdir(), "huimin-axes-"));
if (process.getuid?.() === 0) chmodSync(folder, 0o755);
const data = (name: string): string => readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8");
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true });
});

interface Told {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly platform: Platform;
  readonly token: string;
}

/** The story of a file in a database of its own, and an auditor who is signed in. */
async function told(name: string): Promise<Told> {
  const database = await testDatabase();
  closing.push(() => database.drop());
  const clock: Clock = { now: Date.parse("2014-01-01T08:00:00+08:00") };
  const platform = await createPlatform({
    district: "900001",
    home: path.join(folder, name),
    databaseUrl: database.url,
    clock: () => clock.now,
    vaultSecrets: parseVaultSecrets(generateVaultSecrets()),
    logLevel: "fatal",
    eventLoopDelayMsMax: 0,
  });
  closing.push(() => platform.close());
  const scenario = readScenario(data(`${name}.json`), `${name}.json`);
  const recording = new Recording(new District(platform, clock), scenario, scenario.facts);
  await recording.play(true);
  const password = "a-long-enough-phrase";
  await platform.people.create({ login: "audit", displayName: "审计", roles: ["AUD"], password }, "spec");
  const signedIn = await platform.app.inject({ method: "POST", url: "/api/v1/sign-in", payload: { login: "audit", password } });
  return { scenario, recording, platform, token: signedIn.json().token };
}

type Axis = readonly (readonly [name: string, value: string])[];

async function overApi({ platform, token }: Told, address: string, query: Axis) {
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const answer = await platform.app.inject({ url: `/api/v1/${address}?${text}`, headers: { authorization: `Bearer ${token}` } });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

async function onCommandLine({ platform }: Told, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCli(args, { terminal, environment: {}, directory: folder, platform });
  expect(code, err.join("\n")).toBe(0);
  return JSON.parse(out.join("\n"));
}

/** Sums of the journal's own postings by `book code`: the reader shares no code with the product. */
async function inExport(story: Told, axes: Axis): Promise<ReadonlyMap<string, bigint>> {
  const out = path.join(folder, `export-${axes.map(([, value]) => value).join("-")}`);
  await onCommandLine(
    story,
    "export",
    "--format",
    "hledger",
    "--out",
    out,
    "--json",
    ...axes.flatMap(([name, value]) => [`--${name}`, value]),
  );
  const sums = new Map<string, bigint>();
  for (const line of readFileSync(path.join(out, "huimin.journal"), "utf8").split("\n")) {
    const [, book, code, amount] = /^ {4}([GMQ]):(\S+) .*? {2}(-?[\d.]+) (?:CNY|SHARE)(?! =)(?:\s|$)/.exec(line) ?? [];
    if (book === undefined || code === undefined || amount === undefined || line.includes(" = ")) continue;
    const units = book === "Q" ? BigInt(amount) : fen(amount);
    sums.set(`${book} ${code}`, (sums.get(`${book} ${code}`) ?? 0n) + units);
  }
  return sums;
}

const axesOf = ({ recording }: Told, { afterFact, asOf, knownAt }: Checkpoint): Axis => [
  ...(asOf === undefined ? [] : [["as-of", asOf] as const]),
  ["known-at", String(recording.positionAfter(knownAt ?? afterFact))],
];

const saidOf = ({ side, amount }: { readonly side: string; readonly amount: string }): string =>
  Number(amount) === 0 ? "zero 0.00" : `${side} ${amount}`;
const nameOf = ({ book, account, aux, year }: BalanceRow): string => `${book} ${account} ${JSON.stringify(aux ?? {})} ${year ?? ""}`;

async function compareAll(story: Told): Promise<number> {
  let asked = 0;
  for (const checkpoint of story.scenario.checkpoints) {
    const axes = axesOf(story, checkpoint);
    const exported = await inExport(story, axes);
    for (const row of checkpoint.balances) {
      const dims = Object.entries(row.aux ?? {}).map(([name, value]) => [name, String(value)] as const);
      const year = row.year === undefined ? [] : [["fiscal-year", String(row.year)] as const];
      const api = await overApi(story, "balances", [["account", row.account], ...year, ...dims, ...axes]);
      const options = [...year, ...axes].flatMap(([name, value]) => [`--${name}`, value]);
      const dim = dims.length === 0 ? [] : ["--dim", ...dims.map(([name, value]) => `${name}=${value}`)];
      const cli = (await onCommandLine(story, "balances", "--account", row.account, "--json", ...options, ...dim)).rows[0];
      const expected = [nameOf(row), saidOf(row)];
      expect([nameOf(row), saidOf(api.balance)]).toEqual(expected);
      expect([nameOf(row), saidOf(cli)]).toEqual(expected);
      asked += 1;
      if (row.year !== undefined) continue;
      // An export has whole accounts: the same account without dimensions over the API.
      const whole = (await overApi(story, "balances", [["account", row.account], ...axes])).balance;
      const net = exported.get(`${row.book} ${row.account}`) ?? 0n;
      const side = net > 0n ? "debit" : "credit";
      expect([nameOf(row), saidOf({ side, amount: formatAmount(net < 0n ? -net : net) })]).toEqual([nameOf(row), saidOf(whole)]);
    }
  }
  return asked;
}

describe("T4: a back-dated correction after the close of a year", () => {
  it("every balance at every point, as of and as known, over the API, on the command line and in an export", async () => {
    const story = await told("T04");
    expect(await compareAll(story)).toBeGreaterThan(30);

    const { facts, checkpoints } = story.scenario;
    const closed = checkpoints[0]?.afterFact ?? 0;
    const household = String(Object.keys(checkpoints.find(({ sheet }) => sheet)?.sheet ?? { H102: 1 })[0]);
    const [before, after] = [closed, facts.at(-1)?.n ?? 0].map((n) => String(story.recording.positionAfter(n))) as [string, string];
    const quarter = (sheet: { subsidies: { claim?: string; quarter?: string; accrued: string; clawedBack: string }[] }): string => {
      const found = sheet.subsidies.find((one) => (one.claim ?? one.quarter) === "2017Q4");
      return formatAmount(fen(found?.accrued ?? "") - fen(found?.clawedBack ?? ""));
    };
    for (const [knownAt, right] of [
      [before, "360.21"],
      [after, "329.88"],
    ] as const) {
      expect(quarter(await overApi(story, `households/${household}/sheet`, [["known-at", knownAt]]))).toBe(right);
      expect(quarter(await onCommandLine(story, "sheet", household, "--known-at", knownAt, "--json"))).toBe(right);
    }
    // 结账后不变: December 2017 printed then and printed now.
    const december = (knownAt: Axis) => overApi(story, "trial-balance", [["from", "2017-12"], ["through", "2017-12"], ...knownAt]);
    const { knownAt: _, ...then } = await december([["known-at", before]]);
    const { knownAt: __, ...now } = await december([]);
    expect(now).toEqual(then);
  });
});

describe("T5: a payout that the bank returns in the next year", () => {
  it("every balance at every point, as of and as known, over the API, on the command line and in an export", async () => {
    const story = await told("T05");
    expect(await compareAll(story)).toBeGreaterThan(50);
  });
});
