import { randomUUIDv7 } from "node:crypto";
import { openPool } from "@huimin/database";
import type { PayoutRouteOptions } from "@huimin/service-dividends";
import type { PublicityRouteOptions } from "@huimin/service-publicity";
import { type Access, type AccessLog, createAccessLog } from "@huimin/service-registry";
import type { StatementsOptions } from "@huimin/service-statements";
import type { Platform } from "../types.ts";

/*
 * What leaves the product with names in clear, as lines of the access log: who took it, what for, which households were in
 * it, and where it went. The erasure plan of a person is made from these lines: shredding does not reach paper and files.
 */

export interface Disclosures {
  readonly payoutFile: PayoutRouteOptions["onDisclose"];
  readonly publicity: NonNullable<PublicityRouteOptions["onDisclose"]>;
  readonly statement: NonNullable<StatementsOptions["onDownload"]>;
}

const download = "下载 download";

/** The lines of downloads over HTTP. */
export function disclosuresTo(accessLog: AccessLog, district: string): Disclosures {
  const record = (access: Access): Promise<void> => accessLog.record(district, access);
  return {
    payoutFile: ({ actor, roles, payoutBatch, households, format, correlation }) =>
      record({
        ...{ actor, role: roles.join(" "), correlation, households },
        ...{ subjectKind: "payout-file", subject: payoutBatch, fields: ["name", "account"] },
        ...{ reason: `代发文件 ${format} ${households.length}户`, place: download },
      }),
    publicity: ({ actor, roles, pool, year, village, households, correlation }) =>
      record({
        ...{ actor, role: roles.join(" "), correlation, households },
        ...{ subjectKind: "publicity", subject: `${pool} ${year} ${village}`, fields: ["name"] },
        ...{ reason: `公示表 ${pool} ${year} ${households.length}户`, place: download },
      }),
    statement: ({ actor, roles, household, year, correlation }) =>
      record({
        ...{ actor, role: roles.join(" "), correlation, households: [household] },
        ...{ subjectKind: "statement", subject: household, fields: ["name"] },
        ...{ reason: `告知书 ${year}`, place: download },
      }),
  };
}

/** Who writes files with names in clear on this machine. */
export interface FileTaker {
  readonly actor: string;
  readonly role: string;
}

/** The access log of a command line that writes such files. */
async function withDisclosures<T>(
  platform: Pick<Platform, "databaseUrl" | "district">,
  { actor, role }: FileTaker,
  work: (record: (access: Omit<Access, "actor" | "role" | "correlation">) => Promise<void>) => Promise<T>,
): Promise<T> {
  const pool = openPool({ url: platform.databaseUrl, role: "huimin_registry", max: 1, applicationName: "access log" });
  const accessLog = createAccessLog(pool);
  const correlation = randomUUIDv7();
  try {
    return await work((access) => accessLog.record(platform.district, { ...access, actor, role, correlation }));
  } finally {
    await pool.end();
  }
}

/** Prints statements of a year into a folder: logged before it begins, and after it with every household whose name was opened. */
export const printingStatements = <T>(
  platform: Pick<Platform, "databaseUrl" | "district">,
  taker: FileTaker,
  { year, place }: { readonly year: number; readonly place: string },
  work: (onUnmask: NonNullable<StatementsOptions["onUnmask"]>) => Promise<T>,
): Promise<T> =>
  withDisclosures(platform, taker, async (record) => {
    const line = { subjectKind: "statements", subject: String(year), fields: ["name"], place } as const;
    await record({ ...line, reason: `年度告知书 ${year}：开始 begun` });
    const opened = new Set<string>();
    const result = await work(({ household }) => opened.add(household));
    await record({ ...line, reason: `年度告知书 ${year} ${opened.size}户`, households: [...opened] });
    return result;
  });

/** Writes sheets of a publicity into a folder: each village's is logged before it is written. */
export const printingBoards = <T>(
  platform: Pick<Platform, "databaseUrl" | "district">,
  taker: FileTaker,
  { pool, year, place }: { readonly pool: string; readonly year: number; readonly place: string },
  work: (onDisclose: (village: string, households: readonly string[]) => Promise<void>) => Promise<T>,
): Promise<T> =>
  withDisclosures(platform, taker, (record) =>
    work((village, households) =>
      record({
        ...{ subjectKind: "publicity", subject: `${pool} ${year} ${village}`, fields: ["name"] },
        ...{ reason: `公示表 ${pool} ${year} ${households.length}户`, place, households },
      }),
    ),
  );
