/** How long a command waits for one that has right of way. Past it, it goes on: a race is lost, nothing else. */
export const RIGHT_OF_WAY_WAIT_MS_MAX = 15_000;

/** What one command has right of way over, until it gives it back. */
export interface Way {
  /** Covers these streams too. */
  over(streams: Iterable<string>): void;
  release(): void;
}

interface Written {
  readonly stream: string;
}

/**
 * A command that decides for a second or two over thousands of streams (a bulk booked as a whole) loses every race against
 * steady short ones: by the time it appends, one of its streams has moved on. After some lost races it gets right of way
 * over the streams that it read: short commands that write to one of them wait with their append until it is through.
 *
 * One command has it at a time, and while it has it it waits for nobody who waits for it, so nobody waits in a circle.
 * Handlers that share a log in one process share it. Between processes there is none: there a long command has its bounded
 * number of tries and is then answered CONTENTION.
 */
export class RightOfWay {
  readonly #waitMsMax: number;
  #holder: { readonly way: Way; readonly streams: Set<string>; readonly over: Promise<void> } | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor({ waitMsMax = RIGHT_OF_WAY_WAIT_MS_MAX }: { readonly waitMsMax?: number } = {}) {
    this.#waitMsMax = waitMsMax;
  }

  /** Resolves when it is this caller's turn. */
  async claim(): Promise<Way> {
    const before = this.#last;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.#last = over;
    await before;
    const streams = new Set<string>();
    const way: Way = {
      over: (more) => {
        for (const stream of more) streams.add(stream);
      },
      release: () => {
        if (this.#holder?.way === way) this.#holder = undefined;
        resolve();
      },
    };
    this.#holder = { way, streams, over };
    return way;
  }

  /** Resolves when another command's right of way over one of the streams is over; undefined where there is none. */
  held(writes: readonly Written[], mine?: Way): Promise<void> | undefined {
    const holder = this.#holder;
    if (!holder || holder.way === mine || !writes.some(({ stream }) => holder.streams.has(stream))) return undefined;
    return holder.over;
  }

  /** Waits, within bounds, until nobody else has right of way over one of the streams. */
  async pass(writes: readonly Written[], mine?: Way): Promise<void> {
    let held = this.held(writes, mine);
    if (!held) return;
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        resolve();
      }, this.#waitMsMax);
    });
    for (; held && !late; held = this.held(writes, mine)) await Promise.race([held, tooLong]);
    clearTimeout(timer);
  }
}
