import { generateKeyPairSync } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { emptyRoot, type NoteSigner, noteSigner } from "@huimin/proof-log";
import type { AuditState } from "./types.ts";

/* The auditor's folder: auditor-key.pem, state.json, leaves.bin, tiles.bin, checkpoints/. Nothing of it is in the database. */

/** Another auditor works with this folder at the moment. */
export class AuditBusy extends Error {
  override readonly name = "AuditBusy";
}

/** The folder is damaged, or of another district: the message says what to do. */
export class AuditFolderFault extends Error {
  override readonly name = "AuditFolderFault";
}

const STATE = "state.json";
const held = new Set<string>();

/** The name under which the auditor of a district signs. */
export const auditorName = (district: string): string => `huimin-auditor/${district}`;

/** The auditor's own key, made on first use; it is not the log's. */
export async function auditorSigner(folder: string, district: string): Promise<NoteSigner> {
  const file = path.join(folder, "auditor-key.pem");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  await writeFile(file, pem, { mode: 0o600, flag: "wx" }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== "EEXIST") throw fault;
  });
  return noteSigner(auditorName(district), await readFile(file, "utf8"));
}

export async function readState(folder: string): Promise<AuditState | undefined> {
  const text = await readFile(path.join(folder, STATE), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as AuditState;
    if (state.format === 1) return state;
  } catch {
    // said below
  }
  throw new AuditFolderFault(`${path.join(folder, STATE)} is not the state of an auditor: restore it, or begin with an empty folder`);
}

export const newState = (district: string, logKeys: readonly string[], now: string): AuditState => ({
  ...{
    format: 1,
    district,
    logKeys,
    since: now,
    auditorKey: "",
    rounds: 0,
    position: 0,
    root: Buffer.from(emptyRoot()).toString("base64"),
  },
  sweep: { cursor: 0, began: now, done: 0 },
  checkpoints: { good: 0, size: 0, witnessed: [] },
  findings: [],
});

/** Whole or not at all. */
export async function writeState(folder: string, state: AuditState): Promise<void> {
  const draft = path.join(folder, `${STATE}.part`);
  await writeFile(draft, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600, flush: true });
  await rename(draft, path.join(folder, STATE));
}

/** Holds the folder for one auditor. A lock of a process that is gone is taken over. */
export async function withFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const key = path.resolve(folder);
  if (held.has(key)) throw new AuditBusy(`${folder}: a round is under way`);
  held.add(key);
  const lock = path.join(folder, "lock");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await take(lock);
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    held.delete(key);
  }
}

async function take(lock: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      const file = await open(lock, "wx", 0o600);
      await file.writeFile(String(process.pid)).finally(() => file.close());
      return;
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== "EEXIST") throw fault;
    }
    const pid = Number(await readFile(lock, "utf8").catch(() => ""));
    if (tries > 0 || (pid !== process.pid && isAlive(pid))) throw new AuditBusy(`${lock}: process ${pid} audits with this folder`);
    await rm(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === "EPERM";
  }
}
