/**
 * Lets the commands that lost a race for a stream try again one after the other, instead of losing to each other once
 * more. A command holds at most one place and takes none while it holds one, so nobody waits in a circle.
 */
export class Turnstile {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when it is this caller's turn; the function that it gives must be called to let the next one in. */
  async enter(stream: string): Promise<() => void> {
    const before = this.#last.get(stream);
    let leave: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last.set(stream, mine);
    await before;
    return () => {
      if (this.#last.get(stream) === mine) this.#last.delete(stream);
      leave();
    };
  }
}
