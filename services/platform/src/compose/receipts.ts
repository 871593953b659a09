import path from "node:path";
import { CheckpointFolder, Checkpoints, LogAltered, LogForked } from "@huimin/checkpoints";
import { openCheckpoint, parseReceipt, verifierKey } from "@huimin/proof-log";
import type { ShownReceipt } from "@huimin/service-statements";
import type { Platform } from "../types.ts";
import { fileLogSigner } from "./log-key.ts";

/** Where the log's key and its checkpoints outside the database are kept; by default in the platform's home. */
export interface ProofPlaces {
  readonly logKeyFile?: string | undefined;
  readonly checkpointFolder?: string | undefined;
  /** What the auditor of this machine keeps. */
  readonly auditFolder?: string | undefined;
}

export interface Receipts {
  /** Undefined, and a line in the process's log, where the log is not what was signed. */
  readonly receiptOf: (position: number) => Promise<ShownReceipt | undefined>;
  readonly publicKey: () => string;
}

/** Receipts of events for everybody (验真页). The key is read at the first one. */
export function receiptsOf({ pool, store, district, home, logger }: Platform, places: ProofPlaces): Receipts {
  const { logKeyFile = path.join(home, "log-key.pem"), checkpointFolder = path.join(home, "checkpoints") } = places;
  let opened: { readonly checkpoints: Checkpoints; readonly signer: ReturnType<typeof fileLogSigner> } | undefined;
  const open = () => {
    if (opened) return opened;
    const signer = fileLogSigner(logKeyFile, district);
    opened = { signer, checkpoints: new Checkpoints({ pool, store, district, signer, folder: new CheckpointFolder(checkpointFolder) }) };
    return opened;
  };
  return {
    async receiptOf(position) {
      const { checkpoints, signer } = open();
      try {
        const text = await checkpoints.receipt(position);
        const { origin, size } = openCheckpoint(parseReceipt(text).checkpoint, [signer.verifier]);
        return { text, origin, size };
      } catch (fault) {
        if (!(fault instanceof LogForked || fault instanceof LogAltered)) throw fault;
        logger.fatal({ err: fault, position }, "the log is not what was signed: no receipt is given");
        return undefined;
      }
    },
    publicKey: () => verifierKey(open().signer.verifier),
  };
}
