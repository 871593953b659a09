import { generateKeyPairSync } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { WitnessedHead } from "@huimin/checkpoints";
import {
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  noteSigner,
  parseVerifierKey,
  SIGNATURE_TYPES,
  verifierKey,
} from "@huimin/proof-log";

/*
 * The folder of a witness: key.pem (who reads it can cosign in its name), logs.txt (public keys of logs, one a line), state.json
 * (the last head of each log) and evidence/ (signed checkpoints that did not extend it).
 */

/** The folder is not one of a witness, or not a whole one: the message says what to do. */
export class WitnessHomeFault extends Error {
  override readonly name = "WitnessHomeFault";
}

interface StoredHead {
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

export interface WitnessHome {
  readonly signer: NoteSigner;
  readonly logs: readonly NoteVerifier[];
  head(origin: string): WitnessedHead | undefined;
  /** On the disk when it answers. */
  keep(origin: string, head: WitnessedHead): Promise<void>;
  /** Keeps a request that shows another history. */
  witnessed(body: string): Promise<void>;
}

/** Requests kept as evidence; the first ones prove enough. */
const EVIDENCE_MAX = 1_000;
const LOGS_MAX = 10_000;

const readText = (file: string): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);

/** Writes a file whole, on the disk with its name. */
async function put(file: string, text: string): Promise<void> {
  const draft = `${file}.part`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, file);
  const folder = await open(path.dirname(file), "r");
  await folder.sync().finally(() => folder.close());
}

/**
 * Opens the folder. `init` makes key and state in a folder without; logs that are given are added to those it knows.
 * Throws {@link WitnessHomeFault}.
 */
export async function openWitnessHome(
  folder: string,
  options: { readonly name: string; readonly init?: boolean; readonly logs?: readonly string[] },
): Promise<WitnessHome> {
  const at = (name: string): string => path.join(folder, name);
  if (options.init) await initialise(folder);
  const [key, state] = [await readText(at("key.pem")), await readText(at("state.json"))];
  if (key === undefined) throw new WitnessHomeFault(`${folder} has no key.pem: begin with --init`);
  if (state === undefined)
    throw new WitnessHomeFault(
      `${folder} has a key and no state.json: what was cosigned is not known any more; begin with a new key and name`,
    );
  const signer = noteSigner(options.name, key, SIGNATURE_TYPES.cosignature);
  const heads = new Map(Object.entries(stateOf(state, at("state.json"), signer)));
  const logs = await logsOf(at("logs.txt"), options.logs ?? []);
  const save = (): Promise<void> =>
    put(
      at("state.json"),
      `${JSON.stringify({ format: 1, witness: verifierKey(signer.verifier), logs: Object.fromEntries(heads) }, null, 2)}\n`,
    );
  await save();
  return {
    signer,
    logs,
    head(origin) {
      const head = heads.get(origin);
      return head && { size: head.size, root: Buffer.from(head.root, "base64") };
    },
    async keep(origin, { size, root }) {
      heads.set(origin, { size, root: Buffer.from(root).toString("base64") });
      await save();
    },
    async witnessed(body) {
      await mkdir(at("evidence"), { recursive: true });
      const known = await readdir(at("evidence"));
      if (known.length < EVIDENCE_MAX)
        await put(path.join(at("evidence"), `request-${String(known.length + 1).padStart(4, "0")}.txt`), body);
    },
  };
}

async function initialise(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readText(path.join(folder, "key.pem"))) !== undefined)
    throw new WitnessHomeFault(`${folder} has a key already: leave --init out`);
  const { privateKey } = generateKeyPairSync("ed25519");
  await put(path.join(folder, "key.pem"), privateKey.export({ format: "pem", type: "pkcs8" }) as string);
  await put(path.join(folder, "state.json"), `${JSON.stringify({ format: 1, logs: {} })}\n`);
}

function stateOf(text: string, file: string, signer: NoteSigner): Record<string, StoredHead> {
  let state: { format?: unknown; witness?: string; logs?: Record<string, StoredHead> };
  try {
    state = JSON.parse(text) as typeof state;
  } catch {
    throw new WitnessHomeFault(`${file} is not JSON: restore it, or begin with a new key and name`);
  }
  if (state.format !== 1 || typeof state.logs !== "object") throw new WitnessHomeFault(`${file} is not the state of a witness`);
  if (state.witness !== undefined && state.witness !== verifierKey(signer.verifier))
    throw new WitnessHomeFault(`${file} is of ${state.witness}, not of ${verifierKey(signer.verifier)}`);
  return state.logs;
}

/** Keys of logs by line; `#` begins a remark. New ones are added to the file. */
async function logsOf(file: string, more: readonly string[]): Promise<NoteVerifier[]> {
  const lines = [...((await readText(file)) ?? "").split("\n"), ...more]
    .map((line) => line.replace(/^#.*/, "").trim())
    .filter((line) => line !== "");
  const all = [...new Set(lines)];
  if (all.length > LOGS_MAX) throw new WitnessHomeFault(`${file}: at most ${LOGS_MAX} logs`);
  try {
    const logs = all.map(parseVerifierKey);
    if (more.length > 0) await put(file, `${all.join("\n")}\n`);
    return logs;
  } catch (fault) {
    throw fault instanceof NoteError ? new WitnessHomeFault(`${file}: ${fault.message}`) : fault;
  }
}
