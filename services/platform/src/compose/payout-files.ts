import { randomUUIDv7 } from "node:crypto";
import { open, rename } from "node:fs/promises";
import path from "node:path";
import { openPool } from "@huimin/database";
import { RefusalError } from "@huimin/http";
import { makePayoutFile } from "@huimin/service-dividends";
import { createAccessLog } from "@huimin/service-registry";
import type { Platform } from "../types.ts";

/** Who takes the files; noted in the access log before a name or number is in clear (domain 5.6). */
export interface FileTaker {
  readonly actor: string;
  readonly role: string;
}

export interface PayoutFiles {
  /** Writes the bank's file of a batch into a folder and answers its path. Readable by its owner only. */
  write(payoutBatch: string, folder: string): Promise<string>;
  close(): Promise<void>;
}

/** The bank's files of payout batches (代发文件), written to disk one by one: a file is in memory, never a run of them. */
export function openPayoutFiles(platform: Platform, { actor, role }: FileTaker): PayoutFiles {
  const pool = openPool({ url: platform.databaseUrl, role: "huimin_registry", max: 1, applicationName: "payout files" });
  const accessLog = createAccessLog(pool);
  return {
    async write(payoutBatch, folder) {
      const made = await makePayoutFile(payoutBatch, platform);
      if (!made.ok) throw new RefusalError(made.refusal);
      await accessLog.record(platform.district, {
        actor,
        role,
        subjectKind: "payout-file",
        subject: payoutBatch,
        place: folder,
        households: made.value.households,
        fields: ["name", "account"],
        reason: `代发文件 ${made.value.households.length}户`,
        correlation: randomUUIDv7(),
      });
      const file = path.join(folder, made.value.name);
      const handle = await open(`${file}.part`, "w", 0o600);
      try {
        await handle.writeFile(made.value.content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.part`, file); // a file that is there is whole
      return file;
    },
    close: () => pool.end(),
  };
}
