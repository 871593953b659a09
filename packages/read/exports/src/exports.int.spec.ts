import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type FactLog, prepaidInMidQuarter, wrongRateAfterClose } from "@huimin/books/testing";
import { afterAll, describe, expect, it } from "vitest";
import { Balances, beancountAccount, beancountJournal, hledgerAccount, hledgerJournal, type VoucherSource, vouchersOf } from "./index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "huimin-exports-"));
afterAll(() => rmSync(folder, { recursive: true }));

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const sourceOf = (log: FactLog): VoucherSource =>
  async function* () {
    yield* vouchersOf(log.events);
  };

async function write(name: string, pieces: AsyncIterable<string>): Promise<string> {
  const file = path.join(folder, name);
  let text = "";
  for await (const piece of pieces) text += piece;
  writeFileSync(file, text);
  return file;
}

const balancesOf = (log: FactLog): Balances => {
  const balances = new Balances();
  for (const voucher of vouchersOf(log.events)) balances.add(voucher);
  return balances;
};

const yuan = (amount: bigint): string =>
  `${amount < 0n ? "-" : ""}${(amount < 0n ? -amount : amount) / 100n}.${String((amount < 0n ? -amount : amount) % 100n).padStart(2, "0")}`;

const STORIES: readonly (readonly [string, () => FactLog])[] = [
  ["prepaid in mid-quarter (T2)", prepaidInMidQuarter],
  ["wrong rate after a close (T4)", wrongRateAfterClose],
];

describe.skipIf(!isThere("hledger"))("hledger reads the journal and finds our balances", () => {
  const hledger = (file: string, ...args: string[]): string =>
    execFileSync("hledger", ["-f", file, ...args], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } });
  const balances = (file: string): Map<string, string> =>
    new Map(
      hledger(file, "balance", "--flat", "-N", "-E", "-O", "csv")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.slice(1, -1).split('","') as [string, string]),
    );

  it.each(STORIES)("%s", async (name, story) => {
    const log = story();
    const file = await write(
      `${name.slice(0, 7)}.journal`,
      hledgerJournal(sourceOf(log), { district: "410803", position: log.events.length }),
    );
    hledger(file, "check", "accounts", "commodities", "ordereddates");
    const found = balances(file);
    for (const { account, net } of balancesOf(log).list()) {
      expect([hledgerAccount(account), found.get(hledgerAccount(account))?.replace(/ CNY$/, "")]).toEqual([
        hledgerAccount(account),
        net === 0n ? "0" : yuan(net),
      ]);
    }
  });

  it("a span begins with the balances before it and ends with the same as the whole", async () => {
    const log = wrongRateAfterClose();
    const options = { district: "410803", position: log.events.length };
    const whole = balances(await write("whole.journal", hledgerJournal(sourceOf(log), options)));
    const part = balances(await write("part.journal", hledgerJournal(sourceOf(log), { ...options, from: "2018-02" })));
    for (const [account, amount] of whole) if (amount !== "0") expect([account, part.get(account)]).toEqual([account, amount]);
  });

  it("a lost line is found by the reader", async () => {
    const log = prepaidInMidQuarter();
    const file = await write("lost.journal", hledgerJournal(sourceOf(log), { district: "410803", position: log.events.length }));
    const lines = execFileSync("cat", [file], { encoding: "utf8" }).split("\n\n");
    writeFileSync(file, lines.filter((_, i) => i !== 3).join("\n\n"));
    expect(() => hledger(file, "check")).toThrow();
  });
});

describe.skipIf(!isThere("bean-check"))("bean-check accepts the journal with our balances", () => {
  it.each(STORIES)("%s", async (name, story) => {
    const log = story();
    const options = { district: "410803", position: log.events.length };
    const file = await write(`${name.slice(0, 7)}.beancount`, beancountJournal(sourceOf(log), options));
    expect(execFileSync("bean-check", [file], { encoding: "utf8" })).toBe("");
    const later = await write("later.beancount", beancountJournal(sourceOf(log), { ...options, from: "2018-02" }));
    expect(execFileSync("bean-check", [later], { encoding: "utf8" })).toBe("");
  });

  it("an account has a name that Beancount takes, and a wrong balance is refused", async () => {
    const log = prepaidInMidQuarter();
    const file = await write("wrong.beancount", beancountJournal(sourceOf(log), { district: "410803", position: log.events.length }));
    const text = execFileSync("cat", [file], { encoding: "utf8" });
    const [first] = balancesOf(log).list();
    expect(first && beancountAccount(first.account)).toBe("Assets:G:1002-01");
    writeFileSync(
      file,
      text.replace(/(balance Assets:G:1002-01 {2}-?)(\d)/, (_, head: string, digit: string) => `${head}${(Number(digit) + 1) % 10}`),
    );
    expect(() => execFileSync("bean-check", [file], { stdio: "pipe" })).toThrow();
  });
});
