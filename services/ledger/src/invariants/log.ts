import { ACCOUNTS, linesOf } from "@huimin/books";
import type { StoredEvent } from "@huimin/event-store";
import { formatAmount } from "@huimin/money";
import { PERIOD_STREAM } from "@huimin/period";
import { leafHash } from "@huimin/proof-log";
import { type CheckSources, Finding, type InvariantResult } from "./types.ts";

/** Events held in memory at a time. */
const PAGE = 2_000;

interface Sums {
  debit: bigint;
  credit: bigint;
}

/**
 * One walk over the log up to its head: positions without gaps, hashes over the exact bytes, versions of streams, closed
 * periods (2.7 no. 9), each event balanced in each book (2.7 no. 1), and the same sums in the books as in the log.
 */
export async function checkLog(sources: CheckSources, onProgress: (done: number, total: number) => void): Promise<InvariantResult[]> {
  const { store, district, books } = sources;
  const head = await store.head(district);
  const walk = new Walk();
  for (let position = 0; position < head; ) {
    const [leaves, events] = await Promise.all([store.readLeaves(district, position, PAGE), store.readAll(district, position, PAGE)]);
    for (const [index, leaf] of leaves.entries()) {
      if (leaf.position > head) break;
      walk.leaf(leaf, position + index + 1);
    }
    for (const event of events) if (event.position <= head) walk.event(event);
    const last = events.at(-1)?.position;
    if (last === undefined) break;
    position = last;
    onProgress(Math.min(position, head), head);
  }
  walk.end(head);
  const trial = await books.trialBalance({ district, knownAt: { position: head } });
  const agree = new Finding("books-agree-with-log", "the books hold, account by account, exactly what the log's events post");
  const inBooks = new Map(trial.rows.map((row) => [row.account.id, row]));
  for (const account of ACCOUNTS) {
    const log = walk.sums.get(account.id) ?? { debit: 0n, credit: 0n };
    const row = inBooks.get(account.id);
    const same = log.debit === (row?.debit ?? 0n) && log.credit === (row?.credit ?? 0n);
    agree.look(
      same
        ? undefined
        : `${account.id}: log ${formatAmount(log.debit)} / ${formatAmount(log.credit)}, books ${formatAmount(row?.debit ?? 0n)} / ${formatAmount(row?.credit ?? 0n)}`,
    );
  }
  return [...walk.results(), agree.result()];
}

class Walk {
  readonly #positions = new Finding("log-positions", "positions are 1, 2, 3 … without gaps");
  readonly #hashes = new Finding("log-hashes", "each leaf hash is that of the stored bytes, and the bytes are the event's");
  readonly #versions = new Finding("stream-versions", "versions of a stream are 1, 2, 3 … without gaps");
  readonly #periods = new Finding("closed-periods", "no event is recorded in a period that was closed before it (2.7 no. 9)");
  readonly #balanced = new Finding("events-balanced", "debits equal credits in each book, for each event (2.7 no. 1)");
  readonly #versionOf = new Map<string, number>();
  readonly sums = new Map<string, Sums>();
  #closedThrough = "";
  #positionSeen = 0;

  leaf(leaf: { readonly position: number; readonly canonical: string; readonly leafHash: Uint8Array }, expected: number): void {
    const hash = leafHash(Buffer.from(leaf.canonical));
    const right = Buffer.from(hash).equals(leaf.leafHash);
    const said = (JSON.parse(leaf.canonical) as { position?: number }).position;
    this.#hashes.look(right && said === leaf.position ? undefined : `position ${expected}`);
  }

  event(event: StoredEvent): void {
    this.#positions.look(
      event.position === this.#positionSeen + 1 ? undefined : `position ${event.position} follows ${this.#positionSeen}`,
    );
    this.#positionSeen = event.position;
    const version = (this.#versionOf.get(event.stream) ?? 0) + 1;
    this.#versionOf.set(event.stream, event.streamVersion);
    this.#versions.look(
      event.streamVersion === version
        ? undefined
        : `position ${event.position}: version ${event.streamVersion} of ${event.stream}, expected ${version}`,
    );
    this.#periods.look(
      event.period > this.#closedThrough
        ? undefined
        : `position ${event.position} is in ${event.period}, closed through ${this.#closedThrough}`,
    );
    if (event.stream === PERIOD_STREAM && event.type === "PeriodClosed") this.#closedThrough = (event.payload as { period: string }).period;
    this.#post(event);
  }

  #post(event: StoredEvent): void {
    const difference: Record<string, bigint> = {};
    for (const { account, debit, credit } of linesOf(event)) {
      difference[account.book] = (difference[account.book] ?? 0n) + debit - credit;
      const sums = this.sums.get(account.id) ?? { debit: 0n, credit: 0n };
      sums.debit += debit;
      sums.credit += credit;
      this.sums.set(account.id, sums);
    }
    const books = Object.entries(difference);
    if (books.length === 0) return;
    const wrong = books.filter(([, amount]) => amount !== 0n).map(([book, amount]) => `${book} by ${formatAmount(amount)}`);
    this.#balanced.look(wrong.length === 0 ? undefined : `position ${event.position} (${event.type}): ${wrong.join(", ")}`);
  }

  end(head: number): void {
    if (this.#positionSeen !== head) this.#positions.look(`the log ends at ${this.#positionSeen}, its head says ${head}`);
  }

  results(): InvariantResult[] {
    return [this.#positions, this.#hashes, this.#versions, this.#periods, this.#balanced].map((finding) => finding.result());
  }
}
