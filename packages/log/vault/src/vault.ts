import { createHmac, randomBytes } from "node:crypto";
import { invariant } from "@huimin/outcome";
import type { VaultSecrets } from "./secrets.ts";
import { aes256Gcm, type CipherSuite } from "./suite.ts";
import type { KeyClass, KeyName, KeyStore, SealContext, SealRequest, StoredKey, UnsealRequest, Vault } from "./types.ts";

export interface VaultOptions {
  readonly secrets: VaultSecrets;
  readonly keys: KeyStore;
  /** The first seals; all of them unseal. */
  readonly suites?: readonly [CipherSuite, ...CipherSuite[]];
  /** Milliseconds on a clock that only moves forward; for specs. */
  readonly now?: () => number;
  /** A new data key. Default: random bytes; a demo that must be the same in every run derives it. */
  readonly newKey?: (name: KeyName & { readonly generation: number }, bytes: number) => Uint8Array;
}

/** Plain keys stay in memory at most this long: a key shredded by another process is forgotten then. */
const CACHE_AGE_MS_MAX = 60_000;
const CACHED_KEYS_MAX = 20_000;
/** Keys of one question that are kept: a list of thousands asks for each person once. */
const CACHED_TOGETHER_MAX = 200;
const SEALED_PATTERN = /^sealed:([a-z0-9]+):(K[12]):([1-9]\d*):([A-Za-z0-9_-]+)$/;
const ID_BYTES = 16;

interface OpenKey {
  readonly generation: number;
  readonly key: Uint8Array | undefined;
}

interface Cached {
  readonly generations: readonly OpenKey[];
  readonly at: number;
}

const nameOf = ({ district, personId, keyClass }: KeyName): string => `${district}|${personId}|${keyClass}`;
const associated = ({ district, personId, field }: SealContext): Uint8Array => Buffer.from(JSON.stringify([district, personId, field]));
const wrapContext = ({ district, personId, keyClass, generation }: KeyName & { readonly generation: number }): Uint8Array =>
  Buffer.from(JSON.stringify(["data key", district, personId, keyClass, generation]));

/** The vault over a store of wrapped keys. */
export function createVault(options: VaultOptions): Vault {
  const [suite, ...others] = options.suites ?? [aes256Gcm];
  const suites = new Map([suite, ...others].map((one) => [one.tag, one]));
  const ring = new KeyRing(options, suite);

  async function unsealMany(requests: readonly UnsealRequest[]): Promise<(string | undefined)[]> {
    const parts = requests.map(({ sealed, district, personId }) => {
      const match = SEALED_PATTERN.exec(sealed);
      invariant(match, "a sealed field does not have the form of one");
      const [, tag, keyClass, generation, body] = match as unknown as [string, string, KeyClass, string, string];
      return { tag, name: { district, personId, keyClass }, generation: Number(generation), body };
    });
    const held = await ring.open(parts.map(({ name }) => name));
    return parts.map(({ tag, name, generation, body }, index) => {
      const chosen = suites.get(tag);
      invariant(chosen, `no cipher suite ${tag} for a sealed field`);
      const one = held.get(nameOf(name))?.find((candidate) => candidate.generation === generation);
      invariant(one, "a field is sealed under a key that this vault never had");
      if (!one.key) return undefined;
      const text = chosen.decrypt(one.key, Buffer.from(body, "base64url"), associated(requests[index] as UnsealRequest));
      invariant(text, "a sealed field was altered or belongs to another person or field");
      return Buffer.from(text).toString("utf8");
    });
  }

  return {
    personId: (district, idNumber) => lookupId(options.secrets, "person", district, idNumber),
    fingerprint: (district, purpose, text) => lookupId(options.secrets, `fingerprint ${purpose}`, district, text),
    async seal(requests: readonly SealRequest[]) {
      const held = await ring.openOrCreate(requests);
      return requests.map((request) => {
        const { generation, key } = held.get(nameOf(request))?.at(-1) ?? {};
        invariant(key, "no open data key");
        const body = Buffer.from(suite.encrypt(key, Buffer.from(request.text), associated(request))).toString("base64url");
        return `sealed:${suite.tag}:${request.keyClass}:${generation}:${body}`;
      });
    },
    unsealMany,
    unseal: async (request) => (await unsealMany([request]))[0],
    async shred(district, personId, keyClass) {
      const name = { district, personId, keyClass };
      const shredded = await options.keys.shred(name);
      ring.forget(name);
      return shredded;
    },
  };
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

function lookupId(secrets: VaultSecrets, purpose: string, district: string, text: string): string {
  const digest = createHmac("sha256", secrets.pepper)
    .update(JSON.stringify([purpose, district, text]))
    .digest()
    .subarray(0, ID_BYTES);
  let bits = BigInt(`0x${digest.toString("hex")}`) << 2n; // 128 bits in 26 characters of 5
  let id = "";
  for (let place = 0; place < 26; place++) {
    id = BASE32[Number(bits & 31n)] + id;
    bits >>= 5n;
  }
  return id;
}

type OpenKeys = ReadonlyMap<string, readonly OpenKey[]>;

/** Unwrapped keys of the persons of late, bounded in age and number. What a batch needs is answered, not looked up again. */
class KeyRing {
  readonly #cache = new Map<string, Cached>();
  readonly #keys: KeyStore;
  readonly #secrets: VaultSecrets;
  readonly #suite: CipherSuite;
  readonly #now: () => number;
  readonly #newKey: NonNullable<VaultOptions["newKey"]>;

  constructor(options: VaultOptions, suite: CipherSuite) {
    this.#keys = options.keys;
    this.#secrets = options.secrets;
    this.#suite = suite;
    this.#now = options.now ?? (() => performance.now());
    this.#newKey = options.newKey ?? ((_, bytes) => randomBytes(bytes));
  }

  forget(name: KeyName): void {
    this.#cache.delete(nameOf(name));
  }

  /** All generations of the named keys by name; one round trip for those that are not in memory. */
  async open(names: readonly KeyName[]): Promise<OpenKeys> {
    const oldest = this.#now() - CACHE_AGE_MS_MAX;
    const opened = new Map<string, readonly OpenKey[]>();
    const wanted = new Map<string, KeyName>();
    for (const name of names) {
      const cached = this.#cache.get(nameOf(name));
      if (cached && cached.at >= oldest) opened.set(nameOf(name), cached.generations);
      else wanted.set(nameOf(name), { district: name.district, personId: name.personId, keyClass: name.keyClass });
    }
    if (wanted.size === 0) return opened;
    const found = await this.#keys.find([...wanted.values()]);
    return new Map([...opened, ...this.#remember(found)]);
  }

  /** As {@link open}, and the last generation of each is one that was not shredded. */
  async openOrCreate(names: readonly KeyName[]): Promise<OpenKeys> {
    const opened = await this.open(names);
    const missing = new Map(
      names.filter((name) => opened.get(nameOf(name))?.at(-1)?.key === undefined).map((name) => [nameOf(name), name]),
    );
    if (missing.size === 0) return opened;
    const masterKey = this.#masterKey(this.#secrets.current);
    const fresh = [...missing.values()].map(({ district, personId, keyClass }): StoredKey => {
      const generation = (opened.get(nameOf({ district, personId, keyClass }))?.at(-1)?.generation ?? 0) + 1;
      const named = { district, personId, keyClass, generation };
      const wrapped = this.#suite.encrypt(masterKey, this.#newKey(named, this.#suite.keyBytes), wrapContext(named));
      return { ...named, masterKey: this.#secrets.current, wrapped };
    });
    return new Map([...opened, ...this.#remember(await this.#keys.create(fresh))]);
  }

  #remember(stored: readonly StoredKey[]): OpenKeys {
    const opened = new Map<string, readonly OpenKey[]>();
    for (const [name, keys] of Map.groupBy(stored, nameOf)) {
      opened.set(
        name,
        keys.sort((a, b) => a.generation - b.generation).map((key) => this.#unwrap(key)),
      );
    }
    if (opened.size > CACHED_TOGETHER_MAX) return opened;
    if (this.#cache.size + opened.size > CACHED_KEYS_MAX) this.#cache.clear();
    const at = this.#now();
    for (const [name, generations] of opened) this.#cache.set(name, { generations, at });
    return opened;
  }

  #unwrap(stored: StoredKey): OpenKey {
    if (!stored.wrapped) return { generation: stored.generation, key: undefined };
    const key = this.#suite.decrypt(this.#masterKey(stored.masterKey), stored.wrapped, wrapContext(stored));
    invariant(key, "a data key does not open under its master key: the secrets are not those of this database");
    return { generation: stored.generation, key };
  }

  #masterKey(id: string): Uint8Array {
    const key = this.#secrets.masterKeys.get(id);
    invariant(key, `the vault secrets have no master key ${id}`);
    return key;
  }
}
