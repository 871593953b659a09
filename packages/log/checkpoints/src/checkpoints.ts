import type { EventStore } from "@huimin/event-store";
import {
  type CheckpointBody,
  consistencyProof,
  emptyRoot,
  inclusionProof,
  type NoteSigner,
  type NoteVerifier,
  openCheckpoint,
  rootAt,
  signCheckpoint,
  verifyConsistency,
  writeReceipt,
} from "@huimin/proof-log";
import type { Pool } from "pg";
import type { CheckpointFolder } from "./folder.ts";
import { LogForked } from "./forked.ts";
import { Subtrees } from "./subtrees.ts";
import { askWitness, type Witness } from "./witness-client.ts";

/*
 * The log's own side of the proof. A checkpoint is signed only when the log extends the last checkpoint that was signed, in
 * the database and in the folder outside it: whoever replaces the database by an older or another one finds no signature.
 */

export interface SignedCheckpoint extends CheckpointBody {
  /** The signed note. */
  readonly note: string;
}

export interface CheckpointOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly district: string;
  readonly signer: NoteSigner;
  /** Outside the database's trust domain; absent only where a caller has said so. */
  readonly folder?: CheckpointFolder | undefined;
}

/** Under which a witness's cosignatures are kept. */
const keyName = ({ name, keyId }: NoteVerifier): string => `${name}+${keyId}`;

/** Checkpoints of a district as the database has them, with cosignatures; for whoever may read it, with or without a key. */
export async function storedCheckpoints(
  pool: Pick<Pool, "query">,
  district: string,
): Promise<{ readonly size: number; readonly note: string }[]> {
  const { rows } = await pool.query<{ size: string; note: string }>(
    `SELECT c.size, c.note || coalesce((SELECT string_agg(w.line, '' ORDER BY w.witness) FROM proof.cosignature w
       WHERE w.district = c.district AND w.size = c.size), '') AS note
     FROM proof.checkpoint c WHERE c.district = $1 ORDER BY c.size`,
    [district],
  );
  return rows.map(({ size, note }) => ({ size: Number(size), note }));
}

export class Checkpoints {
  readonly #options: CheckpointOptions;
  readonly #subtrees: Subtrees;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#subtrees = new Subtrees(options.pool, options.district);
  }

  /** The name under which the log signs. */
  get origin(): string {
    return this.#options.signer.verifier.name;
  }

  /**
   * Signs the log as it is now, and keeps the checkpoint in the database and in the folder. The same size gives the same
   * checkpoint again. Throws LogAltered (an event does not fit its hash) and {@link LogForked}.
   */
  async sign(): Promise<SignedCheckpoint> {
    const { store, district, signer, folder } = this.#options;
    const size = await store.head(district);
    await this.#subtrees.extend(size);
    const root = await this.#rootAt(size);
    const body: CheckpointBody = { origin: this.origin, size, root };
    for (const [place, last] of await this.#known()) await this.#assertExtends(last, body, place);
    const known = await this.#stored(size);
    const note = known ?? signCheckpoint(body, [signer]);
    if (known === undefined) await this.#keep(size, note);
    await folder?.write(size, note);
    return { ...body, note };
  }

  /** The newest checkpoint of the database, if any. */
  async latest(): Promise<SignedCheckpoint | undefined> {
    const { rows } = await this.#options.pool.query<{ note: string }>(
      "SELECT note FROM proof.checkpoint WHERE district = $1 ORDER BY size DESC LIMIT 1",
      [this.#options.district],
    );
    const note = rows[0]?.note;
    return note === undefined ? undefined : { ...openCheckpoint(note, [this.#options.signer.verifier]), note };
  }

  /** All checkpoints of the database, oldest first, as they are stored, with the cosignatures of witnesses. */
  async notes(): Promise<string[]> {
    return (await storedCheckpoints(this.#options.pool, this.#options.district)).map(({ note }) => note);
  }

  /**
   * Asks a witness to cosign a checkpoint and keeps what it answers, in the database and in the folder. Throws
   * {@link LogForked} when it has seen another history, and WitnessFault when it gives no signature.
   */
  async witness(signed: SignedCheckpoint, witness: Witness): Promise<void> {
    const { pool, district, folder } = this.#options;
    const line = await askWitness(witness, this, signed);
    await pool.query("INSERT INTO proof.cosignature (district, size, witness, line) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", [
      ...[district, signed.size, keyName(witness.verifier), line],
    ]);
    await folder?.writeWitnessed(signed.size, await this.#withCosignatures(signed.size, signed.note));
  }

  /** Size of the last checkpoint that a witness cosigned; 0 when there is none. */
  async cosignedUpTo(witness: NoteVerifier): Promise<number> {
    const { rows } = await this.#options.pool.query<{ size: string }>(
      "SELECT coalesce(max(size), 0) AS size FROM proof.cosignature WHERE district = $1 AND witness = $2",
      [this.#options.district, keyName(witness)],
    );
    return Number(rows[0]?.size ?? 0);
  }

  async #withCosignatures(size: number, note: string): Promise<string> {
    const { rows } = await this.#options.pool.query<{ line: string }>(
      "SELECT line FROM proof.cosignature WHERE district = $1 AND size = $2 ORDER BY witness",
      [this.#options.district, size],
    );
    return note + rows.map(({ line }) => line).join("");
  }

  /** The newest checkpoint over a position that a witness has cosigned; without one, the newest; undefined when none covers it. */
  async #covering(position: number): Promise<SignedCheckpoint | undefined> {
    const { rows } = await this.#options.pool.query<{ size: string; note: string }>(
      `SELECT size, note FROM proof.checkpoint c WHERE district = $1 AND size >= $2
       ORDER BY EXISTS (SELECT FROM proof.cosignature w WHERE w.district = c.district AND w.size = c.size) DESC, size DESC LIMIT 1`,
      [this.#options.district, position],
    );
    const [found] = rows;
    if (found === undefined) return undefined;
    const note = await this.#withCosignatures(Number(found.size), found.note);
    return { ...openCheckpoint(found.note, [this.#options.signer.verifier]), note };
  }

  /**
   * The receipt (凭据) of an event under a checkpoint that covers it; without one, under a checkpoint signed now. Throws
   * RangeError for a position that the log does not have.
   */
  async receipt(position: number): Promise<string> {
    const { store, district } = this.#options;
    const checkpoint = (await this.#covering(position)) ?? (await this.sign());
    const path = await inclusionProof(position - 1, checkpoint.size, this.#subtrees.read);
    const [leaf] = await store.readLeaves(district, position - 1, 1);
    return writeReceipt({ index: position - 1, path, checkpoint: checkpoint.note, ...(leaf ? { canonical: leaf.canonical } : {}) });
  }

  /** Proof that the checkpoint of `size` extends that of `first`. */
  consistency(first: number, size: number): Promise<Uint8Array[]> {
    return consistencyProof(first, size, this.#subtrees.read);
  }

  async #rootAt(size: number): Promise<Uint8Array> {
    return size === 0 ? emptyRoot() : rootAt(size, this.#subtrees.read);
  }

  async #known(): Promise<[string, CheckpointBody][]> {
    const { signer, folder } = this.#options;
    const known: [string, CheckpointBody][] = [];
    const stored = await this.latest();
    if (stored) known.push(["the database", stored]);
    const outside = await folder?.latest();
    if (outside !== undefined) known.push([folder?.path ?? "the folder", openCheckpoint(outside, [signer.verifier])]);
    return known;
  }

  async #assertExtends(last: CheckpointBody, now: CheckpointBody, place: string): Promise<void> {
    if (last.size > now.size) {
      throw new LogForked(`a checkpoint of ${last.size} events was signed (${place}), and the log has ${now.size}: events are missing`);
    }
    const proof = last.size === 0 ? [] : await this.consistency(last.size, now.size);
    if (!verifyConsistency(last, now, proof)) {
      throw new LogForked(`the log does not extend the checkpoint of ${last.size} events that was signed (${place})`);
    }
  }

  async #stored(size: number): Promise<string | undefined> {
    const { rows } = await this.#options.pool.query<{ note: string }>(
      "SELECT note FROM proof.checkpoint WHERE district = $1 AND size = $2",
      [this.#options.district, size],
    );
    return rows[0]?.note;
  }

  async #keep(size: number, note: string): Promise<void> {
    await this.#options.pool.query("INSERT INTO proof.checkpoint (district, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [
      this.#options.district,
      size,
      note,
    ]);
  }
}
