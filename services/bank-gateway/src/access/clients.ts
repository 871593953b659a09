import { BlockList, isIPv6 } from "node:net";
import type { BankAccess } from "@huimin/bank-client/events";
import {
  bankAccessFold,
  bankClientStream,
  type ClientState,
  type ExpiringKey,
  expiringKeys,
  type KeyState,
} from "@huimin/bank-client/events";
import { shanghaiDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import { parsePublicKey, type SigningKey } from "@huimin/signing";

/** A revocation, suspension or restriction counts at the latest after this time, in every process. */
const AGE_MS_MAX = 2_000;
const READ_MAX = 1_000;

/** A client as requests meet it: its terms, and the list of its addresses made ready. */
export interface KnownClient {
  readonly state: ClientState;
  readonly allows: (address: string) => boolean;
}

interface KnownKey {
  readonly signing: SigningKey;
  readonly client: string;
}

const nameOf = (bank: string, client: string): string => `${bank}\u0001${client}`;

/** IPv6 sockets show an IPv4 sender as ::ffff:a.b.c.d, which `BlockList` knows as the IPv4 address. */
function blockListOf(addresses: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of addresses) {
    const [base = "", prefix] = text.split("/");
    const family = isIPv6(base) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Clients and keys of all banks of a district, folded from the banks' streams. Read from where the last look ended, so a
 * look costs what has happened since.
 */
export class BankClients {
  readonly #store: EventStore;
  readonly #district: string;
  readonly #now: () => number;
  readonly #banks = new Map<string, BankAccess>();
  readonly #keys = new Map<string, KnownKey>();
  readonly #clients = new Map<string, KnownClient>();
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
    if (this.#isFresh()) return this.#keys.get(keyId)?.signing;
    return this.#look().then(() => this.#keys.get(keyId)?.signing);
  };

  /** The client of a key that {@link find} has found. */
  clientOf(keyId: string): KnownClient | undefined {
    const key = this.#keys.get(keyId);
    return key && this.#clients.get(nameOf(key.signing.owner, key.client));
  }

  /** Every client and key, by bank. */
  async all(): Promise<readonly BankAccess[]> {
    await this.refreshed();
    return [...this.#banks.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, access]) => access);
  }

  /** The access of one bank; of one without any, empty. */
  async ofBank(bank: string): Promise<BankAccess> {
    await this.refreshed();
    return this.#banks.get(bank) ?? bankAccessFold.initialState;
  }

  /** Keys that end within so many days. `now`: milliseconds since 1970. */
  async expiringKeys(now: number, days: number): Promise<ExpiringKey[]> {
    await this.refreshed();
    return expiringKeys(
      [...this.#banks.values()].flatMap(({ keys }) => keys),
      shanghaiDate(now),
      days,
    );
  }

  /** Looks at the log once more, whatever the age of the last look: for lists that people ask for. */
  async refreshed(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  #isFresh(): boolean {
    return this.#now() - this.#lookedAt <= AGE_MS_MAX;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const began = this.#now();
    const head = await this.#store.head(this.#district);
    const touched = new Set<string>();
    while (this.#position < head) {
      const events = await this.#store.readAll(this.#district, this.#position, READ_MAX, ["bank-client"]);
      for (const event of events) touched.add(this.#fold(event));
      this.#position = events.length < READ_MAX ? head : (events.at(-1) as StoredEvent).position;
    }
    for (const bank of touched) this.#makeReady(this.#banks.get(bank) as BankAccess);
    this.#lookedAt = began;
  }

  #fold(event: StoredEvent): string {
    const bank = event.stream.slice(bankClientStream("").length);
    this.#banks.set(bank, bankAccessFold.evolve(this.#banks.get(bank) ?? bankAccessFold.initialState, event as RecordedEvent));
    return bank;
  }

  #makeReady({ clients, keys }: BankAccess): void {
    for (const state of clients) this.#clients.set(nameOf(state.bank, state.client), { state, allows: blockListOf(state.addresses) });
    for (const key of keys) {
      const signing = signingKeyOf(key, this.#keys.get(key.keyId)?.signing);
      if (signing) this.#keys.set(key.keyId, { signing, client: key.client });
    }
  }
}

/** Public keys are parsed once: their objects remember what was found out about them. */
function signingKeyOf(
  { keyId, bank, publicKey, validFrom, validTo, revokedAt }: KeyState,
  known: SigningKey | undefined,
): SigningKey | undefined {
  const parsed = known?.publicKey ?? parsePublicKey(publicKey);
  return parsed && { keyId, owner: bank, publicKey: parsed, validFrom, validTo, revoked: revokedAt !== undefined };
}
