import { randomBytes } from "node:crypto";
import { invariant } from "@huimin/outcome";
import type { VaultSecrets } from "./secrets.ts";
import { type CipherSuite, DATA_KEY_BYTES } from "./suite.ts";
import type { KeyName, KeyStore, StoredKey } from "./types.ts";

/** Plain keys stay in memory at most this long: a key shredded by another process is forgotten then. */
const CACHE_AGE_MS_MAX = 60_000;
const CACHED_KEYS_MAX = 20_000;
/** Keys of one question that are kept: a list of thousands asks for each person once. */
const CACHED_TOGETHER_MAX = 200;

export interface KeyRingOptions {
  readonly keys: KeyStore;
  /** As they are now; `again` looks at once whether they were changed. */
  readonly secrets: (again?: boolean) => VaultSecrets;
  readonly suites: ReadonlyMap<string, CipherSuite>;
  readonly now: () => number;
  readonly newKey: ((name: KeyName & { readonly generation: number }, bytes: number) => Uint8Array) | undefined;
}

export interface OpenKey {
  readonly generation: number;
  /** Undefined when it was shredded. */
  readonly key: Uint8Array | undefined;
}

interface Cached {
  readonly generations: readonly OpenKey[];
  readonly at: number;
}

export const nameOf = ({ district, personId, keyClass }: KeyName): string => `${district}|${personId}|${keyClass}`;
const wrapContext = ({ district, personId, keyClass, generation }: KeyName & { readonly generation: number }): Uint8Array =>
  Buffer.from(JSON.stringify(["data key", district, personId, keyClass, generation]));

/** Master keys at work: which suite wraps under which, and the same key wrapped under another. */
export class Wrapping {
  readonly #secrets: KeyRingOptions["secrets"];
  readonly #suites: ReadonlyMap<string, CipherSuite>;

  constructor(secrets: KeyRingOptions["secrets"], suites: ReadonlyMap<string, CipherSuite>) {
    this.#secrets = secrets;
    this.#suites = suites;
  }

  wrap(name: KeyName & { readonly generation: number }, key: Uint8Array): StoredKey {
    const { current } = this.#secrets();
    const { suite, key: master } = this.#master(current);
    return { ...name, masterKey: current, wrapped: suite.encrypt(master, key, wrapContext(name)) };
  }

  unwrap(stored: StoredKey): Uint8Array | undefined {
    if (!stored.wrapped) return undefined;
    const { suite, key: master } = this.#master(stored.masterKey);
    const key = suite.decrypt(master, stored.wrapped, wrapContext(stored));
    invariant(key, "a data key does not open under its master key: the secrets are not those of this database");
    return key;
  }

  #master(id: string): { readonly suite: CipherSuite; readonly key: Uint8Array } {
    // Another process may have rotated a moment ago: the file is looked at again before a key counts as missing.
    const master = this.#secrets().masterKeys.get(id) ?? this.#secrets(true).masterKeys.get(id);
    invariant(master, `the vault secrets have no master key ${id}`);
    const suite = this.#suites.get(master.suite);
    invariant(suite, `no cipher suite ${master.suite} for master key ${id}`);
    return { suite, key: master.key };
  }
}

export type OpenKeys = ReadonlyMap<string, readonly OpenKey[]>;

/** Unwrapped keys of the persons of late, bounded in age and number. What a batch needs is answered, not looked up again. */
export class KeyRing {
  readonly #cache = new Map<string, Cached>();
  readonly #options: KeyRingOptions;
  readonly #wrapping: Wrapping;
  readonly #newKey: NonNullable<KeyRingOptions["newKey"]>;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#wrapping = new Wrapping(options.secrets, options.suites);
    this.#newKey = options.newKey ?? ((_, bytes) => randomBytes(bytes));
  }

  forget(name: KeyName): void {
    this.#cache.delete(nameOf(name));
  }

  /** All generations of the named keys by name; one round trip for those that are not in memory. */
  async open(names: readonly KeyName[]): Promise<OpenKeys> {
    const oldest = this.#options.now() - CACHE_AGE_MS_MAX;
    const opened = new Map<string, readonly OpenKey[]>();
    const wanted = new Map<string, KeyName>();
    for (const name of names) {
      const id = nameOf(name);
      const cached = this.#cache.get(id);
      if (cached && cached.at >= oldest) opened.set(id, cached.generations);
      else wanted.set(id, { district: name.district, personId: name.personId, keyClass: name.keyClass });
    }
    if (wanted.size === 0) return opened;
    const found = await this.#options.keys.find([...wanted.values()]);
    const remembered = this.#remember(found);
    return opened.size === 0 ? remembered : new Map([...opened, ...remembered]);
  }

  /** As {@link open}; a generation that another process has made since is looked up again. */
  async openUpTo(wanted: readonly { readonly name: KeyName; readonly generation: number }[]): Promise<OpenKeys> {
    const opened = await this.open(wanted.map(({ name }) => name));
    const newer = wanted.filter(({ name, generation }) => (opened.get(nameOf(name))?.at(-1)?.generation ?? 0) < generation);
    if (newer.length === 0) return opened;
    for (const { name } of newer) this.forget(name);
    return new Map([...opened, ...(await this.open(newer.map(({ name }) => name)))]);
  }

  /**
   * All generations of each, the last one not shredded. Asks the store and not the memory: what is sealed under a key that
   * another process has just destroyed would be lost.
   */
  async openOrCreate(names: readonly KeyName[]): Promise<OpenKeys> {
    for (const name of names) this.forget(name);
    const opened = await this.open(names);
    const missing = new Map(
      names.filter((name) => opened.get(nameOf(name))?.at(-1)?.key === undefined).map((name) => [nameOf(name), name]),
    );
    if (missing.size === 0) return opened;
    const fresh = [...missing.values()].map(({ district, personId, keyClass }): StoredKey => {
      const generation = (opened.get(nameOf({ district, personId, keyClass }))?.at(-1)?.generation ?? 0) + 1;
      const named = { district, personId, keyClass, generation };
      return this.#wrapping.wrap(named, this.#newKey(named, DATA_KEY_BYTES));
    });
    return new Map([...opened, ...this.#remember(await this.#options.keys.create(fresh))]);
  }

  #remember(stored: readonly StoredKey[]): OpenKeys {
    const opened = new Map<string, OpenKey[]>();
    for (const one of stored) {
      const name = nameOf(one);
      const key = { generation: one.generation, key: this.#wrapping.unwrap(one) };
      const known = opened.get(name);
      if (known) known.push(key);
      else opened.set(name, [key]);
    }
    for (const keys of opened.values()) if (keys.length > 1) keys.sort((a, b) => a.generation - b.generation);
    if (opened.size > CACHED_TOGETHER_MAX) return opened;
    if (this.#cache.size + opened.size > CACHED_KEYS_MAX) this.#cache.clear();
    const at = this.#options.now();
    for (const [name, generations] of opened) this.#cache.set(name, { generations, at });
    return opened;
  }
}
