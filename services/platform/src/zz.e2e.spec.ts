import { bankMessages, needsCurrency } from "@huimin/service-bank-gateway";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
beforeAll(() => district.start({ project: false }));
afterAll(() => district.stop());
const contract = { contractDate: "2017-02-20", annualRate: "4.75", yearBase: 360, method: "interest-only-then-bullet", due: "2020-02-22", penaltySurcharge: "50" };
let n = 0;
const put = async (stream: string, type: string, payload: object) => {
  n++;
  await district.platform.store.append(DISTRICT, { writes: [{ stream, bank: "K1", expect: { kind: "any" }, events: [{ eventId: `x${n}`, type, schemaVersion: 1, valueDate: "2017-02-22", recordedAt: "2017-02-22T10:00:00.000+08:00", period: "2017-02", actor: "bank:K1", role: "BANK", channel: "bank-api", commandId: `x${n}`, correlationId: "x", payload }] }], asserts: [], keys: [], answer: {} });
};
const ids = { loan: "L1", batch: "B1", ref: "C1", payoutBatch: "PB1" };
it("all", async () => {
  const of = { household: "HH1", bank: "K1", village: "410803009204" };
  await put("loan/L1", "LoanDisbursed", { loan: "L1", ...of, creditGroup: "HH1", borrower: district.borrower, amount: "20000.00", ...contract, serial: "D1" });
  await put("loan/E1", "EnterpriseLoanDisbursed", { loan: "E1", enterprise: "EN1", bank: "K1", amount: "20000.00", ...contract, floating: true, serial: "D2" });
  await put("batch/B1", "BatchProposed", { batch: "B1", enterprise: "EN1", bank: "K1", cap: "100000.00" });
  await put("compensation/C1", "CompensationApplied", { ref: "C1", bank: "K1", obligor: "HH1", model: 3, loans: [{ loan: "L1", principal: "20000.00", interest: "1.00", due: "2017-02-22", daysOverdue: 90 }], weights: { fund: 7, bank: 3 } });
  await put("payout/PB1", "PayoutBatchSubmitted", { payoutBatch: "PB1", bank: "K1", count: 1, total: "1.00", parts: [], fileHash: "0".repeat(64) });
  const value = (name: string, schema: any, ids: Record<string, string>): unknown => {
    if (name in ids) return ids[name];
    if (name === "newLoan") return "L-new";
    if (name === "loans" && schema.items?.type === "string") return [ids.loan];
    if (name === "bank") return "K2";
    if (name === "household") return "HH1";
    if (schema.anyOf) return value(name, schema.anyOf[0], ids);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    if (schema.type === "array") return [value("item", schema.items, ids)];
    if (schema.type === "object") return Object.fromEntries(Object.entries(schema.properties).filter(([k]) => schema.required?.includes(k)).map(([k, v]) => [k, value(k, v, ids)]));
    if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
    if (schema.type === "boolean") return true;
    if (/[dD]ate|due|newDue|from|toExcl|interestFrom|interestToExcl|validTo/.test(name) || schema.format === "date") return name === "toExcl" || name==="interestToExcl" ? "2017-03-01" : "2017-02-25";
    if (/[aA]mount|principal|interest|total|gross|cost|loss|cap|limit|price|deductible|penalty/.test(name)) return "10.00";
    if (/[rR]ate|kwh/.test(name)) return "4.75";
    if (name === "quarter") return "2017Q1";
    if (name === "serial") return "D1";
    return "S1";
  };
  for (const m of bankMessages) {
    const schema: any = (m as any).plain?.schema ?? m.definition.schema;
    const out: string[] = [];
    for (const which of [ids, { loan: "L404", batch: "B404", ref: "C404", payoutBatch: "PB404" }]) {
      const body: any = Object.fromEntries(Object.entries(schema.properties).filter(([k]) => schema.required?.includes(k) || ["principal","amount"].includes(k) ).map(([k, v]) => [k, value(k, v, which as any)]));
      if (m.path.startsWith("enterprise-") && which === ids) body.loan = "E1";
      if (needsCurrency(m.definition)) body.currency = "CNY";
      const head = await district.platform.store.head(DISTRICT);
      const a = await district.bank(m.path, body, { keyId: "k2" });
      const grew = (await district.platform.store.head(DISTRICT)) - head;
      out.push(`${a.status} ${a.body?.code ?? JSON.stringify(a.body)} ${a.body?.errors?.[0]?.pointer ?? ""} ${grew ? "RECORDED" : ""}`);
    }
    process.stdout.write(`${m.path.padEnd(40)} ${out[0]!.padEnd(60)} | ${out[1]}\n`);
  }
  expect(1).toBe(1);
}, 60000);
