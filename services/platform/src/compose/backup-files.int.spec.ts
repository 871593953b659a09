import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BackupFault, listingOf, type OpenBackup } from "@huimin/backup";
import { afterAll, describe, expect, it } from "vitest";
import { BANK_FILES, restoreBankFiles } from "./backup-files.ts";

const home = mkdtempSync(path.join(tmpdir(), "huimin-backup-files-"));
afterAll(() => rmSync(home, { recursive: true }));

/** A backup whose list of contents says what `listed` says, and whose stream of files holds none. */
const backupOf = (listed: object): OpenBackup =>
  ({
    file: "b.tar",
    manifest: { folders: [{ name: BANK_FILES, masterKey: "m1", parts: [], ...listed }] },
    async *bytes() {
      yield Buffer.alloc(1024); // the end of a tar stream
    },
  }) as unknown as OpenBackup;

describe("the banks' files of a backup that are not what its list says", () => {
  it("given a file that is not in the stream, then the folder is never put in its place", async () => {
    const target = path.join(home, "bank-files");
    const restoring = restoreBankFiles(backupOf({ files: 1, sha256: "0".repeat(64) }), new Uint8Array(32), target);
    const fault = await restoring.catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(BackupFault);
    expect((fault as BackupFault).refusal).toEqual({ code: "RESTORE_FILES_DIFFER", details: { folder: target } });
    expect(existsSync(target)).toBe(false);
  });

  it("given a list that says the same, then it is put there", async () => {
    const target = path.join(home, "as-listed");
    const nothing = await listingOf(path.join(home, "nothing"));
    expect(await restoreBankFiles(backupOf(nothing), new Uint8Array(32), target)).toBe(0);
    expect(existsSync(target)).toBe(true);
  });
});
