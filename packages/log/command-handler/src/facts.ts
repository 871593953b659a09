import type { Ask, CommandContext, Fold, Gather, Loaded, Shape } from "@huimin/decider";
import { isStreamId } from "@huimin/event-store";
import type { StateCache } from "./state-cache.ts";
import type { FoldedState, TailReader } from "./tail-reader.ts";
import { HeadFact, type Resolver } from "./types.ts";

/** A command asked for a stream whose name cannot exist: an identifier from outside with control characters, or too long. */
export class UnusableIdentifier extends Error {
  override readonly name = "UnusableIdentifier";
}

type Preread = Map<string, Map<Fold<unknown>, FoldedState>>;

export interface FactSources {
  readonly cache: StateCache;
  readonly tails: TailReader;
  readonly resolvers: Readonly<Record<string, Resolver>>;
}

/**
 * The facts that one attempt of a command is decided on: versions of streams and, where a resolver says so, the head.
 * They are asserted by the append, so a decision on old facts is not recorded; a refusal on old facts is decided again.
 */
export class Facts {
  readonly versions = new Map<string, number>();
  readonly loads: { readonly stream: string; readonly fold: Fold<unknown> }[] = [];
  head: number | undefined;
  /** Some state came from the cache and may be behind the log. */
  cached = false;
  /** Two folds of one stream, or two facts about the head, were seen at different moments. */
  mixed = false;
  readonly #sources: FactSources;
  readonly #fresh: boolean;
  readonly #preread: Preread | undefined;

  private constructor(sources: FactSources, fresh: boolean, preread?: Preread) {
    this.#sources = sources;
    this.#fresh = fresh;
    this.#preread = preread;
  }

  /** Facts that may come from the cache. */
  static cached(sources: FactSources): Facts {
    return new Facts(sources, false);
  }

  /** Facts read from the log; what the last attempt asked for is read at once. */
  static async fresh(sources: FactSources, last?: Facts): Promise<Facts> {
    const preread: Preread = new Map();
    await Promise.all(
      (last?.loads ?? []).map(async ({ stream, fold }) => {
        const folded = await sources.tails.read(stream, fold);
        const states = preread.get(stream) ?? new Map<Fold<unknown>, FoldedState>();
        preread.set(stream, states.set(fold, folded));
      }),
    );
    return new Facts(sources, true, preread);
  }

  async gather<T>(gather: Gather<T>, context: CommandContext): Promise<T> {
    let step = gather.next();
    while (!step.done) {
      const answer = this.#answer(step.value, context);
      // What the cache knows is answered at once: most commands wait for nothing but their append.
      step = gather.next(answer instanceof Promise ? await answer : answer);
    }
    return step.value;
  }

  load<S>(stream: string, typed: Fold<S>): Loaded<S> | Promise<Loaded<S>> {
    const fold = typed as Fold<unknown>; // the cache holds states of all folds; each comes back to its own
    if (!isStreamId(stream)) throw new UnusableIdentifier(stream);
    this.loads.push({ stream, fold });
    const known = this.#preread?.get(stream)?.get(fold) ?? this.#fromCache(stream, fold);
    if (known) return this.#seen<S>(stream, known);
    return this.#sources.tails.read(stream, fold).then((folded) => this.#seen<S>(stream, folded));
  }

  /** Read from the log and not kept: what a command asks for in bulk it asks for once, and it would push out what is in use. */
  async #loadAside(streams: readonly string[], shape: Shape<unknown>): Promise<Loaded<unknown>[]> {
    const unusable = streams.find((stream) => !isStreamId(stream));
    if (unusable !== undefined) throw new UnusableIdentifier(unusable);
    const loaded: Loaded<unknown>[] = [];
    await this.#sources.tails.aside(streams, shape, (folded) => loaded.push(this.#seen(folded.stream, folded)));
    return loaded;
  }

  /** Notes the version that the append will assert. */
  #seen<S>(stream: string, folded: FoldedState): Loaded<S> {
    const before = this.versions.get(stream);
    if (before === undefined) this.versions.set(stream, folded.version);
    else if (before !== folded.version) this.mixed = true;
    return { stream, version: folded.version, state: folded.state as S };
  }

  #fromCache(stream: string, fold: Fold<unknown>): FoldedState | undefined {
    if (this.#fresh) return undefined;
    const found = this.#sources.cache.find(stream, fold);
    if (found) this.cached = true;
    return found;
  }

  #answer(ask: Ask, context: CommandContext): unknown {
    switch (ask.kind) {
      case "load":
        return this.load(ask.stream, ask.fold);
      case "load-all":
        return this.#loadAside(ask.streams, ask.shape);
      case "resolve":
        return this.#resolve(ask.name, ask.args, context);
    }
  }

  async #resolve(name: string, args: Readonly<Record<string, string>>, context: CommandContext): Promise<unknown> {
    const resolver = this.#sources.resolvers[name];
    if (!resolver) throw new Error(`no resolver ${name}`);
    const answer = await resolver(args, context);
    if (!(answer instanceof HeadFact)) return answer;
    if (this.head !== undefined && this.head !== answer.position) this.mixed = true;
    this.head = answer.position;
    return answer.value;
  }
}
