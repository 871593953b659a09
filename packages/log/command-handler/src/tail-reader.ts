import type { Fold, Loaded, RecordedEvent, Shape } from "@huimin/decider";
import { type EventStore, type FoldSources, foldManyStreams } from "@huimin/event-store";
import type { StateCache } from "./state-cache.ts";

/** Streams of one round trip. */
const STREAMS_PER_READ_MAX = 512;

export interface FoldedState {
  readonly version: number;
  readonly state: unknown;
}

interface Wanted {
  readonly folds: Set<Fold<unknown>>;
  readonly waiting: {
    readonly fold: Fold<unknown>;
    readonly resolve: (folded: FoldedState) => void;
    readonly reject: (fault: unknown) => void;
  }[];
}

/**
 * Brings cached states up to date. Streams that concurrent commands want are gathered into one read; only what is
 * missing of each is read. What is asked for while a read is under way waits for the next one, so an answer is never
 * older than its question.
 */
export class TailReader {
  readonly #store: EventStore;
  readonly #district: string;
  readonly #cache: StateCache;
  readonly #kept: FoldSources["kept"];
  #wanted = new Map<string, Wanted>();
  #reading = false;

  constructor(store: EventStore, district: string, cache: StateCache, kept?: FoldSources["kept"]) {
    this.#store = store;
    this.#kept = kept;
    this.#district = district;
    this.#cache = cache;
  }

  /** The state of the stream at a version that was current after this call. */
  read(stream: string, fold: Fold<unknown>): Promise<FoldedState> {
    return new Promise((resolve, reject) => {
      const wanted = this.#wanted.get(stream) ?? { folds: new Set(), waiting: [] };
      wanted.folds.add(fold);
      wanted.waiting.push({ fold, resolve, reject });
      this.#wanted.set(stream, wanted);
      if (!this.#reading) {
        this.#reading = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  /** Whole streams folded, in the order of the question and without the cache. */
  aside(streams: readonly string[], shape: Shape<unknown>, take: (loaded: Loaded<unknown>) => void): Promise<void> {
    return foldManyStreams({ store: this.#store, kept: this.#kept }, this.#district, streams, shape, take);
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0) {
      const batch = [...this.#wanted].slice(0, STREAMS_PER_READ_MAX);
      for (const [stream] of batch) this.#wanted.delete(stream);
      await this.#readBatch(batch);
    }
    this.#reading = false;
  }

  async #readBatch(batch: readonly (readonly [string, Wanted])[]): Promise<void> {
    try {
      const asked = batch.map(([stream, { folds }]) => ({
        stream,
        afterVersion: Math.min(...[...folds].map((fold) => this.#cache.versionFor(stream, fold))),
      }));
      const slices = await this.#store.readStreams(this.#district, asked);
      batch.forEach(([stream, { folds, waiting }], i) => {
        const slice = slices[i];
        if (!slice) throw new Error(`the log did not answer for ${stream}`);
        const after = asked[i]?.afterVersion ?? 0;
        this.#cache.absorb(stream, folds, after, slice.version, slice.events as readonly RecordedEvent[]);
        for (const { fold, resolve, reject } of waiting) {
          const folded = this.#cache.find(stream, fold);
          // The cache moved past the read by an own append while a new fold was being added: read again.
          if (folded) resolve(folded);
          else this.read(stream, fold).then(resolve, reject);
        }
      });
    } catch (fault) {
      for (const [, { waiting }] of batch) for (const { reject } of waiting) reject(fault);
    }
  }
}
