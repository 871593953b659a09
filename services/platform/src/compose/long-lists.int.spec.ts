import {
  AllocateDividend,
  ApproveAllocation,
  DeclareDividend,
  PostPublicity,
  RecordAssetIncome,
  ReverseAllocation,
  ReverseAllocationParts,
} from "@huimin/dividend";
import { RefusalError } from "@huimin/http";
import { fen, formatAmount } from "@huimin/money";
import { RegisterEnterprise } from "@huimin/registry";
import { householdStream } from "@huimin/registry/events";
import { broken, checkInvariants } from "@huimin/service-ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict } from "../testing/live-district.ts";
import { runDividendsOverdue } from "./dividend-jobs.ts";
import { draftLongList, give, ListFile, PlannedList, postAllocation, type Runner, reverseAllocation } from "./long-lists.ts";

/** More parts than one command posts. */
const HOUSEHOLDS = 4_500;
const key = { pool: "PV", year: 2018 };
const bytes = (text: string) => new TextEncoder().encode(text);
const number = (nth: number) => `L${String(nth).padStart(6, "0")}`;

/** Registered without persons: the register's own rules are not what is shown here. */
async function register(district: LiveDistrict): Promise<void> {
  const { store } = district.platform;
  const recordedAt = new Date(district.now).toISOString();
  for (let from = 0; from < HOUSEHOLDS; from += 500) {
    const writes = Array.from({ length: 500 }, (_, nth) => ({
      stream: householdStream(number(from + nth)),
      expect: { kind: "none" as const },
      events: [
        {
          eventId: `e-${from + nth}`,
          type: "HouseholdRegistered",
          schemaVersion: 1,
          valueDate: "2016-12-01",
          recordedAt,
          period: "2017-03",
          actor: "spec",
          role: "POV" as const,
          channel: "import" as const,
          commandId: "spec",
          correlationId: "spec",
          payload: { household: number(from + nth), village: "410803009204", head: "p", members: [] },
        },
      ],
    }));
    await store.append(DISTRICT, { writes, asserts: [], keys: [], answer: {} });
  }
}

describe("a list of any length", () => {
  const district = new LiveDistrict();
  const as = (role: "FIN-M" | "FIN-R" | "VIL" | "BANK" | "SYS"): Runner => ({
    platform: district.platform,
    meta: {
      actor: role === "BANK" ? "bank:K1" : "u1",
      role,
      channel: "file",
      ...(role === "BANK" || role === "SYS" ? {} : { checker: "u2" }),
    },
  });
  beforeAll(async () => {
    await district.start({ project: false });
    await register(district);
  }, 120_000);
  afterAll(() => district.stop());

  it("is drawn up from a file, recorded, publicised, approved and posted, and every step can be run again", async () => {
    const file = ListFile.read(bytes(Array.from({ length: HOUSEHOLDS }, (_, nth) => `${number(nth)},${1 + (nth % 9)}.5\n`).join("")));
    const total = fen("1234567.89");
    district.now = Date.UTC(2018, 11, 1, 2);
    await give(as("BANK"), RecordAssetIncome, { pool: "PV", amount: formatAmount(total), serial: "S1" });
    const terms = { ...key, method: "by-post", residueRule: "LARGEST_REMAINDER", total } as const;
    const drafted = await draftLongList(as("FIN-M"), file, terms);
    expect(drafted).toMatchObject({ draft: 1, households: HOUSEHOLDS, parts: 15, allocated: "1234567.89", carried: "0.00" });
    await give(as("VIL"), PostPublicity, { ...key, from: "2018-12-01", to: "2018-12-10" });
    district.now = Date.UTC(2018, 11, 11, 2);
    await give(as("FIN-R"), ApproveAllocation, { ...key, listHash: drafted.listHash });
    expect(await give(as("FIN-M"), AllocateDividend, key)).toMatchObject({ pendingParts: 15 });
    expect(await postAllocation(as("SYS"), "PV", 2018)).toBe(15);
    expect(await postAllocation(as("SYS"), "PV", 2018)).toBe(0);
    const { projector, books } = district.platform;
    await projector.drain();
    const balance = async (account: string, dims = {}) => formatAmount((await books.balance({ district: DISTRICT, account, dims })).amount);
    expect([await balance("2901.02"), await balance("2901.01")]).toEqual(["1234567.89", "0.00"]);
    const plan = new PlannedList(file, total, "LARGEST_REMAINDER");
    expect(await balance("2901.02", { household: number(7) })).toBe(formatAmount(plan.allocation.amount(7)));
  }, 120_000);

  it("given it is posted and nothing is paid, when it is taken back, then in red part by part, and again drawn up (C1, C2)", async () => {
    const reversed = await give(as("FIN-R"), ReverseAllocation, { ...key, reason: "名单有误" });
    expect(reversed).toMatchObject({ draft: 1, households: HOUSEHOLDS, amount: "1234567.89", pendingParts: 15 });
    await expect(give(as("FIN-R"), ReverseAllocation, { ...key, reason: "名单有误" })).rejects.toMatchObject({
      refusals: [{ code: "REVERSAL_UNFINISHED" }],
    });
    // Broken off after the first parts.
    await give(as("SYS"), ReverseAllocationParts, { ...key, draft: 1, parts: [0, 3], reason: "名单有误" });
    expect([await reverseAllocation(as("SYS"), "PV", 2018), await reverseAllocation(as("SYS"), "PV", 2018)]).toEqual([13, 0]);
    const { projector, books } = district.platform;
    await projector.drain();
    const balance = async (account: string, dims = {}) => formatAmount((await books.balance({ district: DISTRICT, account, dims })).amount);
    expect([await balance("2901.02"), await balance("2901.01"), await balance("2901.02", { household: number(7) })]).toEqual([
      "0.00",
      "1234567.89",
      "0.00",
    ]);
    expect(broken(await checkInvariants(district.platform))).toEqual([]);
    const file = ListFile.read(bytes(Array.from({ length: HOUSEHOLDS - 1 }, (_, nth) => `${number(nth)},1\n`).join("")));
    const terms = { ...key, method: "by-post", residueRule: "LARGEST_REMAINDER", total: fen("1234567.89") } as const;
    expect(await draftLongList(as("FIN-M"), file, terms)).toMatchObject({ draft: 2, households: HOUSEHOLDS - 1 });
  }, 120_000);

  it("given an open claim, when the run of the day is over, then it is marked once", async () => {
    district.now = Date.UTC(2018, 11, 12, 2);
    const { handler } = district.platform;
    const enterprise = {
      enterprise: "E1",
      name: "测试合作社",
      creditCode: "91410803MA3X0000X0",
      roles: ["partner" as const],
      valueDate: "2016-12-01",
    };
    await handler.execute(RegisterEnterprise, enterprise, { actor: "spec", role: "FOF", channel: "ui" });
    await give(as("FIN-R"), DeclareDividend, { pool: "P1", year: 2018, enterprise: "E1", total: "5.00", dueOn: "2018-12-11" });
    const run = async (day: string) => {
      await district.platform.projector.drain();
      return runDividendsOverdue(district.platform, day);
    };
    expect([await run("2018-12-11"), await run("2018-12-12"), await run("2018-12-12")]).toEqual([0, 1, 0]);
  });
});

describe("the file of a list", () => {
  it("may have a heading, a byte order mark, blank lines and no last line end", () => {
    const file = ListFile.read(bytes("\uFEFF户编号,权数\r\nH1,1\r\n\r\nH2, 2.5 "));
    expect([file.households, file.at(0), file.at(1)]).toEqual([2, { household: "H1", weight: "1" }, { household: "H2", weight: "2.5" }]);
  });

  it.each([["H2,1\nH1,1"], ["H1,1\nH1,2"], ["H0,1\nH1,x"], ["H1,1\nH2,-1"], ["H1,1\n,2"]])("refuses %j with its row", (text) => {
    expect(() => ListFile.read(bytes(text))).toThrow(RefusalError);
  });
});
