import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { BankKeyAdded, BankKeyRevoked } from "@huimin/registry/events";
import { parsePublicKey, type SigningKey } from "@huimin/signing";
import type { Static } from "typebox";

/** A revocation counts at the latest after this time, in every process. */
const AGE_MS_MAX = 2_000;
const READ_MAX = 1_000;

/**
 * Keys of all banks of a district, folded from the banks' streams. Read from where the last look ended, so a look costs
 * what has happened since; a key id belongs to the bank that registered it first.
 */
export class BankKeys {
  readonly #store: EventStore;
  readonly #district: string;
  readonly #now: () => number;
  readonly #keys = new Map<string, SigningKey>();
  #position = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  /** `now`: milliseconds on a clock that only moves forward. */
  constructor(store: EventStore, district: string, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#district = district;
    this.#now = now;
  }

  /** The key, as it is known within the last {@link AGE_MS_MAX}. */
  readonly find = (keyId: string): SigningKey | undefined | Promise<SigningKey | undefined> => {
    if (this.#now() - this.#lookedAt <= AGE_MS_MAX) return this.#keys.get(keyId);
    return this.#look().then(() => this.#keys.get(keyId));
  };

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const began = this.#now();
    const head = await this.#store.head(this.#district);
    while (this.#position < head) {
      const events = await this.#store.readAll(this.#district, this.#position, READ_MAX, ["bank"]);
      for (const event of events) this.#fold(event);
      this.#position = events.length < READ_MAX ? head : (events.at(-1) as StoredEvent).position;
    }
    this.#lookedAt = began;
  }

  #fold(event: StoredEvent): void {
    if (event.type === "BankKeyAdded") {
      const { bank, keyId, publicKey, validTo } = event.payload as Static<typeof BankKeyAdded>;
      const key = parsePublicKey(publicKey);
      if (!key || this.#keys.has(keyId)) return;
      this.#keys.set(keyId, { keyId, owner: bank, publicKey: key, ...(validTo === undefined ? {} : { validTo }) });
    }
    if (event.type === "BankKeyRevoked") {
      const { bank, keyId } = event.payload as Static<typeof BankKeyRevoked>;
      const key = this.#keys.get(keyId);
      if (key?.owner === bank) this.#keys.set(keyId, { ...key, revoked: true });
    }
  }
}
