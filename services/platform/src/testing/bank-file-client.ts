import { randomUUID } from "node:crypto";
import { type Answer, DISTRICT, type LiveDistrict } from "./live-district.ts";

/** Header of a table of repayments. */
export const HEAD = "贷款编号,还款日期,流水号,还款金额,本金";
export const csv = (...rows: string[]): string => `${[HEAD, ...rows].join("\r\n")}\r\n`;

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** A bank's client for files: signs them by hand and sends them with fetch. */
export const bankFileClient = (district: LiveDistrict) => ({
  /** A signed file. `send` replaces the bytes after they were signed. */
  async upload(query: string, body: string | Uint8Array, change: { keyId?: string; type?: string; send?: string } = {}): Promise<Answer> {
    const url = `${district.origin}/bank/v1/files${query}`;
    const usual = typeof body !== "string" ? XLSX : body.startsWith("<") ? "application/xml" : "text/csv";
    const headers = { "content-type": change.type ?? usual };
    const signed = district.signedHeaders(change.keyId ?? "k1", "POST", url, headers, body, randomUUID());
    const response = await fetch(url, { method: "POST", headers: signed, body: (change.send ?? body) as string });
    return { status: response.status, headers: response.headers, body: await response.json() };
  },
  async report(sha256: string, keyId = "k1"): Promise<string> {
    const url = `${district.origin}/bank/v1/files/${sha256}/report`;
    return (await fetch(url, { headers: district.signedHeaders(keyId, "GET", url, {}, undefined, randomUUID()) })).text();
  },
  head: (): Promise<number> => district.platform.store.head(DISTRICT),
  /** Types of the events since a position. */
  since: async (position: number): Promise<string[]> =>
    (await district.platform.store.readAll(DISTRICT, position, 1_000)).map(({ type }) => type),
});
