import { BackupFault, readState, writeState } from "@huimin/backup";
import { shanghaiInstant } from "@huimin/calendar";
import type { CheckpointFile, LogReport } from "@huimin/checkpoints";
import { openPool } from "@huimin/database";
import { supersedeCheckpoints } from "./backup.ts";
import { shredAgain } from "./shredded.ts";

export interface VerifiedCopy {
  /** Database as its owner. */
  readonly url: string;
  /** Folder of the checkpoints outside. */
  readonly folder: string;
  readonly found: LogReport;
  readonly outside: readonly CheckpointFile[];
  /** Why a copy that is older than a checkpoint may serve. */
  readonly reason: string | undefined;
}

/**
 * After the verification of a database: a copy that may not serve yet is let serve when nothing is wrong with it, or when
 * it is merely older than a checkpoint and that was accepted. What was erased since it was made is erased first. Answers
 * what is still wrong; another database than a copy is left as it is.
 */
export async function settleCopy(
  context: { readonly terminal: { readonly err: (text: string) => void } },
  copy: VerifiedCopy,
): Promise<LogReport> {
  const { url, folder, found, outside, reason } = copy;
  const pool = openPool({ url, max: 1, applicationName: "huimin verify" });
  const client = await pool.connect();
  try {
    const state = await readState(client);
    if (!state || state.state === "verified") return found;
    if (state.state === "loading") throw new BackupFault("DATABASE_NOT_VERIFIED", { state: state.state, why: state.why });
    const older = found.faults.filter(
      ({ kind, what }) => kind === "truncated" && outside.some(({ place }) => what.startsWith(`${place}: `)),
    );
    const wrong = found.faults.length - older.length;
    if (wrong > 0 || (older.length > 0 && reason === undefined)) return found;
    if (found.checkpoints === 0 && found.events > 0) {
      context.terminal.err("没有可比对的检查点,副本仍不得提供服务 there is no checkpoint to compare with: the copy still may not serve");
      return found;
    }
    await shredAgain(client, folder);
    const accepted = older.length > 0 ? `events after ${found.events} lost: ${reason}` : null;
    if (older.length > 0) await supersedeCheckpoints(folder, found.events, shanghaiInstant(Date.now()));
    await writeState(client, { state: "verified", backup: state.backup, why: "verified against the checkpoints", accepted });
    context.terminal.err("副本已核验,可以提供服务 the copy was verified and may serve");
    return { ...found, faults: [] };
  } finally {
    client.release();
    await pool.end();
  }
}
