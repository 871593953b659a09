import { NoteError, type NoteVerifier, openCheckpoint, verifierKey } from "@huimin/proof-log";
import { LogForked } from "./forked.ts";
import { writeAddCheckpoint } from "./witness.ts";

/** A checkpoint to be cosigned. */
interface Signed {
  readonly size: number;
  readonly note: string;
}

/** What of the log is asked for: how far a witness has come, and the proof from there. */
export interface ProvingLog {
  cosignedUpTo(witness: NoteVerifier): Promise<number>;
  consistency(first: number, size: number): Promise<readonly Uint8Array[]>;
}

/** A witness that is asked: the prefix of its addresses, and its key. */
export interface Witness {
  readonly url: string;
  readonly verifier: NoteVerifier;
}

/** It did not answer, or not as the protocol says: asked again at the next checkpoint. */
export class WitnessFault extends Error {
  override readonly name = "WitnessFault";
}

const TIMEOUT_MS = 15_000;
/** A few signature lines. */
const ANSWER_BYTES_MAX = 16_384;

/** `url vkey`, separated by white space; several by commas. Undefined when it is not of this form. */
export function parseWitnesses(text: string, keyOf: (vkey: string) => NoteVerifier): readonly Witness[] | undefined {
  const witnesses: Witness[] = [];
  for (const one of text.split(",")) {
    const [url, vkey, ...rest] = one.trim().split(/\s+/);
    if (url === undefined || vkey === undefined || rest.length > 0 || !/^https?:\/\//.test(url) || !URL.canParse(url)) return undefined;
    try {
      witnesses.push({ url: url.replace(/\/+$/, ""), verifier: keyOf(vkey) });
    } catch (fault) {
      if (fault instanceof NoteError) return undefined;
      throw fault;
    }
  }
  return witnesses;
}

/**
 * Asks a witness to cosign a checkpoint, from the size that it cosigned last. Answers its signature line. Throws
 * {@link LogForked} when the witness has seen another history of this log, and {@link WitnessFault}.
 */
export async function askWitness({ url, verifier }: Witness, checkpoints: ProvingLog, signed: Signed): Promise<string> {
  let oldSize = await checkpoints.cosignedUpTo(verifier);
  for (let tries = 0; tries < 3; tries += 1) {
    const proof = oldSize === 0 ? [] : await checkpoints.consistency(oldSize, signed.size);
    const answer = await post(`${url}/add-checkpoint`, writeAddCheckpoint({ oldSize, proof, note: signed.note }));
    if (answer.status === 200) return ownLine(signed.note, answer.text, verifier);
    if (answer.status !== 409) throw refusal(verifier, signed, answer);
    const seen = Number(answer.text.trim());
    if (!Number.isSafeInteger(seen) || seen < 0) throw refusal(verifier, signed, answer);
    if (seen > signed.size) throw new LogForked(`witness ${verifier.name} has cosigned ${seen} events, and the log has ${signed.size}`);
    if (seen === oldSize) throw new LogForked(`witness ${verifier.name} has cosigned another log of ${seen} events`);
    oldSize = seen;
  }
  throw new WitnessFault(`witness ${verifier.name} names another size each time`);
}

function refusal(verifier: NoteVerifier, { size }: Signed, { status, text }: { status: number; text: string }): Error {
  const why = `witness ${verifier.name} answers ${status}: ${text.trim().slice(0, 200)}`;
  return status === 422 ? new LogForked(`${why}; it has seen another history than that of ${size} events`) : new WitnessFault(why);
}

/** Its signature over this checkpoint; what other keys have signed is passed over. */
function ownLine(note: string, lines: string, verifier: NoteVerifier): string {
  const line = lines
    .split("\n")
    .find(
      (one) =>
        one.startsWith(`— ${verifier.name} `) && Buffer.from(one.split(" ")[2] ?? "", "base64").toString("hex", 0, 4) === verifier.keyId,
    );
  if (line === undefined) throw new WitnessFault(`the answer has no signature of ${verifierKey(verifier)}`);
  try {
    openCheckpoint(`${note}${line}\n`, [verifier]);
  } catch (fault) {
    if (fault instanceof NoteError) throw new WitnessFault(fault.message);
    throw fault;
  }
  return `${line}\n`;
}

async function post(url: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": "text/plain; charset=utf-8" },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: (await response.text()).slice(0, ANSWER_BYTES_MAX) };
  } catch (fault) {
    throw new WitnessFault(`${url}: ${fault instanceof Error ? fault.message : String(fault)}`, { cause: fault });
  }
}
