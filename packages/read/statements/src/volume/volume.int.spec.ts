import { createHash } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import {
  checkCode,
  contentHash,
  createBinder,
  createPrinterPool,
  createVolumePress,
  loadFonts,
  type PrintJob,
  pdfText,
  type StatementContent,
} from "../index.ts";

const STATEMENTS = 30;

function job(n: number): PrintJob {
  const loans = Array.from({ length: n % 4 }, (_, index) => ({
    ...{ loan: `L${n}-${index}`, bank: "K1", bankName: "测试农商行", start: "50000.00", drawn: "0.00", renewed: "0.00" },
    ...{ repaid: `${n}.00`, end: `${50_000 - n}.00`, due: "2020-03-10" },
  }));
  const content: StatementContent = {
    household: `410803010207-${String(n).padStart(4, "0")}`,
    year: 2018,
    cutoff: { position: 9, recordedAt: "2019-01-18T23:59:59.999+08:00" },
    issuedOn: "2019-01-20",
    notice: {
      district: "中站区",
      issuer: "中站区财政局",
      seal: "扶贫资金专用章",
      prefix: "中站扶红",
      phones: ["12317"],
      objectionDays: 15,
    },
    basics: {
      ...{ head: "张三丰", idNumber: "410899********0013", size: 2, street: "龙翔街道", village: "栗井村" },
      ...{ status: "建档立卡（未脱贫）", salt: String(n) },
    },
    figures: { dividends: [], paidForEarlierYears: "0.00", loans, interest: [] },
  };
  const number = `中站扶红〔2018〕${content.household}`;
  return { content, mark: { number, supplement: 0, contentHash: contentHash(content), position: 100 + n } };
}
const jobs = Array.from({ length: STATEMENTS }, (_, n) => job(n));
const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Every statement by a pool of so many threads, given in this order. */
async function printed(threads: number, order: readonly PrintJob[]) {
  const pool = createPrinterPool({ threads });
  try {
    const pdfs = await Promise.all(order.map(async (one) => ({ one, pdf: await pool.print(one) })));
    return new Map(pdfs.map(({ one, pdf }) => [one.mark.number, { hash: hash(pdf.bytes), density: pdf.density }]));
  } finally {
    await pool.close();
  }
}

describe("the same statements", () => {
  const binder = createBinder();
  afterAll(() => binder.close());

  it("have the same bytes on one thread and on three, whatever is printed before them", async () => {
    const alone = await printed(1, jobs);
    const many = await printed(3, jobs.toReversed());
    expect([...many].sort()).toEqual([...alone].sort());
  }, 120_000);

  it("bound as a volume have a cover, contents with masked names and right pages, and the same bytes on any thread", async () => {
    const known = await printed(1, jobs);
    const entries = jobs.map((one) => ({ job: one, density: known.get(one.mark.number)?.density ?? 0 }));
    const volume = { year: 2018, village: "栗井村", street: "龙翔街道", part: 2, parts: 3, entries };
    const [first, second] = [await binder.bind(volume), await binder.bind(volume)];
    expect(hash(second.bytes)).toBe(hash(first.bytes));
    expect(hash(createVolumePress(() => loadFonts())(volume).bytes)).toBe(hash(first.bytes));
    expect(first.bytes.toString("latin1")).toContain("pdfaid:part>2<");
    const pages = pdfText(first.bytes);
    expect(pages[0]).toContain("第 2 册，共 3 册");
    expect(pages[0]).toContain(`${STATEMENTS} 份`);
    expect(pages[1]).toContain("张**");
    expect(pages[1]).not.toContain("张三丰");
    for (const [index, { content, mark }] of jobs.entries()) {
      const page = pages[2 + index] as string;
      expect(page).toContain(content.household);
      expect(page).toContain(checkCode(mark.contentHash));
      expect(page).toContain(`第 ${3 + index} 页，共 ${2 + STATEMENTS} 页`);
      expect(pages[1]).toContain(content.household);
    }
  }, 120_000);

  it("that can't be bound are told, and the next volume is bound", async () => {
    const volume = { year: 2018, village: "栗井村", street: "龙翔街道", part: 1, parts: 1 };
    const broken = { job: { ...job(1), content: { ...job(1).content, issuedOn: "2019-13-41" } }, density: 0 };
    await expect(binder.bind({ ...volume, entries: [broken] })).rejects.toThrow(/could not be set/);
    expect((await binder.bind({ ...volume, entries: [{ job: job(1), density: 0 }] })).pages).toBe(3);
  }, 60_000);
});
