import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { camt053, camt054, pain002 } from "@huimin/test-support/bank-messages";
import { describe, expect, it } from "vitest";
import { writePain001, writeStatusReport } from "./index.ts";

/** Folder with the schemas of ISO 20022, which are not part of the product. */
const folder = process.env.HUIMIN_TEST_ISO20022 ?? "";
const xmllint = spawnSync("xmllint", ["--version"]).status === 0;
const possible = xmllint && folder !== "" && existsSync(path.join(folder, "pain.001.001.09.xsd"));

/** What xmllint says about a message; empty when it is valid. */
function invalid(message: string, schema: string): string {
  const result = spawnSync("xmllint", ["--noout", "--nonet", "--schema", path.join(folder, `${schema}.xsd`), "-"], {
    input: message,
    encoding: "utf8",
  });
  return result.status === 0 ? "" : result.stderr;
}

describe.skipIf(!possible)("messages against the XSD of ISO 20022 (needs xmllint and HUIMIN_TEST_ISO20022)", () => {
  const order = {
    id: "PB-2018-01",
    createdAt: "2018-12-28T09:00:00+08:00",
    on: "2018-12-28",
    initiator: "中站区财政局",
    debtor: "中站区财政局",
    debtorAccount: "410803-1002.03",
    debtorScheme: "LEDGER",
    bank: "K1",
  };

  it("what is written: pain.001 with long names, pain.002 reports", async () => {
    const payments = [{ amount: 270_271n, name: `张三<&>${"长".repeat(200)}`, account: "6217001", purpose: "分红" }];
    expect(invalid([...writePain001(order, payments)].join(""), "pain.001.001.09")).toBe("");
    const report = { id: "R1", createdAt: order.createdAt, originalId: "M1", originalName: "camt.054.001.08", outcome: "partly" } as const;
    const rows = [
      { row: 1, status: "booked", endToEndId: "PB-1", serial: "S1" },
      { row: 2, status: "refused", code: "C", reason: "原因".repeat(80), remedy: "处理" },
    ] as const;
    expect(invalid((await Array.fromAsync(writeStatusReport(report, rows))).join(""), "pain.002.001.10")).toBe("");
    const refused = { ...report, outcome: "refused", refusal: { code: "BANK_FILE_TOTAL", reason: "合计", remedy: "核对" } } as const;
    expect(invalid((await Array.fromAsync(writeStatusReport(refused, []))).join(""), "pain.002.001.10")).toBe("");
  });

  it("what the specs read is what banks may send", () => {
    const entries = [
      { amount: "300.00", serial: "S1", details: [{ id: "PB1-1", amount: "300.00", serial: "R1", reason: "AC04" }], batchCount: 1 },
      { amount: "120.50", direction: "DBIT" },
    ] as const;
    expect(invalid(camt053({ entries }), "camt.053.001.08")).toBe("");
    expect(invalid(camt054({ entries }), "camt.054.001.08")).toBe("");
    const payments = [{ id: "PB1-1", status: "RJCT", reason: "AC04", serial: "T1", amount: "1.00" }];
    expect(invalid(pain002("PB1", payments, { group: "PART", counts: { RJCT: 1 } }), "pain.002.001.10")).toBe("");
  });
});
