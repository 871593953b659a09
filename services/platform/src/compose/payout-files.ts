import { randomUUIDv7 } from "node:crypto";
import { open, rename } from "node:fs/promises";
import path from "node:path";
import { openPool } from "@huimin/database";
import { RefusalError } from "@huimin/http";
import { makePayoutFile, type PayoutFormat } from "@huimin/service-dividends";
import { createAccessLog } from "@huimin/service-registry";
import type { Platform } from "../types.ts";
import { inLanes } from "./lanes.ts";

/** Who takes the files; noted in the access log before a name or number is in clear (domain 5.6). */
export interface FileTaker {
  readonly actor: string;
  readonly role: string;
}

/** Files under way at once. */
const FILES_AT_ONCE = 2;

export interface PayoutFiles {
  /** Writes the bank's file of a batch into a folder and answers its path. Readable by its owner only. */
  write(payoutBatch: string, folder: string, format?: PayoutFormat): Promise<string>;
  /** The same of many: while the database answers for one file, another is opened and written. */
  writeAll(
    payoutBatches: readonly string[],
    folder: string,
    /** Given each file to be written, where a caller has more to do with it. */
    onFile?: (payoutBatch: string, write: () => Promise<string>) => Promise<unknown>,
    format?: PayoutFormat,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The bank's files of payout batches (代发文件), written to disk one by one: a file is in memory, never a run of them. */
export function openPayoutFiles(platform: Platform, { actor, role }: FileTaker): PayoutFiles {
  const pool = openPool({ url: platform.databaseUrl, role: "huimin_registry", max: FILES_AT_ONCE, applicationName: "payout files" });
  const accessLog = createAccessLog(pool);
  const files: PayoutFiles = {
    async write(payoutBatch, folder, format) {
      const made = await makePayoutFile(payoutBatch, platform, format);
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
    async writeAll(payoutBatches, folder, onFile = (_, write) => write(), format) {
      await inLanes(FILES_AT_ONCE, [...payoutBatches], async (batch) => {
        await onFile(batch, () => files.write(batch, folder, format));
      });
    },
    close: () => pool.end(),
  };
  return files;
}
