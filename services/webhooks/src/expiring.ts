import { type BankAccess, bankAccessFold, expiringKeys } from "@huimin/bank-client/events";
import { daysBetween } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { Message } from "./messages.ts";

/** Days before the end of a key on which its bank is told, the farthest first. */
export const WARN_DAYS = [30, 14, 7, 1] as const;
const [FIRST_WARNING] = WARN_DAYS;
const READ_MAX = 1_000;

/** A warning, and the position of the event that gave the key its present end. */
export interface ExpiryWarning {
  readonly message: Message;
  readonly position: number;
}

interface Known {
  access: BankAccess;
  /** Where each key got the end that it has now: another end is another warning. */
  readonly positions: Map<string, number>;
}

/**
 * Keys that end within a month, each with the nearest of the warnings that are due: a day on which nothing ran is made up
 * for, and none is sent for a mark that is long past. The same key and mark give the same id. Read from where the last look ended.
 */
export class ExpiringKeys {
  readonly #store: Pick<EventStore, "head" | "readAll">;
  readonly #district: string;
  readonly #banks = new Map<string, Known>();
  #position = 0;

  constructor(store: Pick<EventStore, "head" | "readAll">, district: string) {
    this.#store = store;
    this.#district = district;
  }

  async on(today: string): Promise<ExpiryWarning[]> {
    await this.#read();
    return [...this.#banks].flatMap(([bank, { access, positions }]) =>
      expiringKeys(access.keys, today, FIRST_WARNING).map(({ keyId, validTo }) => {
        const daysLeft = daysBetween(today, validTo);
        const mark = WARN_DAYS.findLast((days) => days >= daysLeft) ?? FIRST_WARNING;
        return {
          position: positions.get(keyId) ?? 1,
          message: { kind: "key.expiring", bank, mark: `${mark}d`, data: { keyId, validTo, daysLeft } },
        };
      }),
    );
  }

  async #read(): Promise<void> {
    const head = await this.#store.head(this.#district);
    while (this.#position < head) {
      const events = await this.#store.readAll(this.#district, this.#position, READ_MAX, ["bank-client"]);
      for (const event of events) this.#fold(event);
      this.#position = events.length < READ_MAX ? Math.max(head, events.at(-1)?.position ?? 0) : (events.at(-1) as StoredEvent).position;
    }
  }

  #fold(event: StoredEvent): void {
    const { bank, keyId } = event.payload as { bank: string; keyId?: string };
    const known = this.#banks.get(bank) ?? { access: bankAccessFold.initialState, positions: new Map<string, number>() };
    known.access = bankAccessFold.evolve(known.access, event as RecordedEvent);
    if (keyId !== undefined && (event.type === "BankKeyAdded" || event.type === "BankKeyEndSet"))
      known.positions.set(keyId, event.position);
    this.#banks.set(bank, known);
  }
}
