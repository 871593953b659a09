import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { shanghaiInstant } from "@huimin/calendar";
import {
  CheckpointFolder,
  Checkpoints,
  LogAltered,
  LogForked,
  type SignedCheckpoint,
  type Witness,
  WitnessFault,
} from "@huimin/checkpoints";
import type { Config } from "@huimin/config";
import type { JobKind } from "@huimin/jobs";
import { verifierKey } from "@huimin/proof-log";
import type { Platform } from "../types.ts";
import { witnessesOf } from "./auditor.ts";
import { fileLogSigner } from "./log-key.ts";

/* 定时检查点: the log signs itself, and its checkpoints leave this machine: folder, auditor's mail, witnesses. */

export type CheckpointPlaces = Pick<Config, "logKeyFile" | "checkpointFolder" | "checkpointMailFolder" | "checkpointEvery" | "witnesses">;

export interface PeriodicCheckpoint {
  readonly signed: SignedCheckpoint;
  /** Names of the witnesses that cosigned it. */
  readonly cosigned: readonly string[];
  /** Those that did not answer: they are asked again with the next one. */
  readonly silent: readonly string[];
}

const WHEN = { hour: "7 * * * *", day: "7 4 * * *" } as const;

/**
 * Signs, writes to folder and outbox, and asks the witnesses. Throws LogAltered and LogForked when the log is not what was
 * signed, by its own key or before a witness.
 */
export async function makeCheckpoint(
  { pool, store, district, clock, logger }: Pick<Platform, "pool" | "store" | "district" | "clock" | "logger">,
  places: CheckpointPlaces,
  witnesses: readonly Witness[] = witnessesOf(places.witnesses),
): Promise<PeriodicCheckpoint> {
  const signer = fileLogSigner(places.logKeyFile, district);
  const checkpoints = new Checkpoints({ pool, store, district, signer, folder: new CheckpointFolder(places.checkpointFolder) });
  const signed = await checkpoints.sign();
  const cosigned: string[] = [];
  const silent: string[] = [];
  for (const witness of witnesses) {
    const { name } = witness.verifier;
    try {
      if ((await checkpoints.cosignedUpTo(witness.verifier)) !== signed.size) await checkpoints.witness(signed, witness);
      cosigned.push(name);
    } catch (fault) {
      if (!(fault instanceof WitnessFault)) throw fault;
      silent.push(name);
      logger.warn({ err: fault, witness: name }, "a witness did not cosign: it is asked again with the next checkpoint");
    }
  }
  await mailOut(places.checkpointMailFolder, { signed, cosigned, silent }, verifierKey(signer.verifier), shanghaiInstant(clock()));
  return { signed, cosigned, silent };
}

/** One file a checkpoint, whole or not at all; whoever sends the mail moves it away. */
async function mailOut(folder: string, { signed, cosigned }: PeriodicCheckpoint, key: string, now: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `checkpoint-${String(signed.size).padStart(12, "0")}.txt`);
  const text = [
    `Subject: 惠民账本检查点 Huimin Ledger checkpoint: ${signed.origin}, ${signed.size}`,
    "",
    `${now}，日志共 ${signed.size} 条事件。请妥善保存本函；日后可据此证明日志未被更改：`,
    `At ${now} the log had ${signed.size} events. Keep this mail; with it anybody can show later whether the log was changed:`,
    "  huimin verify --export <folder> --checkpoint <this note as a file> --key <public key>",
    "",
    `公钥 public key: ${key}`,
    `见证 witnesses: ${cosigned.length === 0 ? "—" : cosigned.join(", ")}`,
    "",
    "-----BEGIN CHECKPOINT-----",
    `${signed.note.trimEnd()}`,
    "-----END CHECKPOINT-----",
    "",
  ].join("\n");
  await writeFile(`${file}.part`, text, { flush: true });
  await rename(`${file}.part`, file);
}

/** The job; undefined where the configuration says never. */
export function checkpointJob(platform: Platform, places: CheckpointPlaces): JobKind | undefined {
  if (places.checkpointEvery === "never") return undefined;
  const witnesses = witnessesOf(places.witnesses);
  return {
    name: "checkpoint",
    daily: { pattern: WHEN[places.checkpointEvery], dataAt: () => ({ hour: shanghaiInstant(platform.clock()).slice(0, 13) }) },
    run: async () => {
      try {
        const { signed, cosigned, silent } = await makeCheckpoint(platform, places, witnesses);
        platform.logger.info({ size: signed.size, cosigned, silent }, "checkpoint signed");
      } catch (fault) {
        // Trying again changes nothing: this is for people.
        if (!(fault instanceof LogForked || fault instanceof LogAltered)) throw fault;
        platform.logger.fatal({ err: fault }, "the log is not what was signed: no checkpoint is made");
      }
    },
  };
}
