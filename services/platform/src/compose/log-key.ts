import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type NoteSigner, noteSigner } from "@huimin/proof-log";

/** The name under which a district's log signs (the origin of its checkpoints). */
export const originOf = (district: string): string => `huimin-ledger/${district}`;

/** The key of the log, made on first use and readable by its owner only. Whoever has it can sign another history. */
export function fileLogSigner(file: string, district: string): NoteSigner {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "EEXIST") throw fault;
  }
  return noteSigner(originOf(district), readFileSync(file, "utf8"));
}
