import { invariant } from "@huimin/outcome";
import { KeyRing, type KeyRingOptions, nameOf } from "./key-ring.ts";
import { findNumbers, freshId, idOf, rememberNumbers } from "./lookup.ts";
import type { VaultSecrets } from "./secrets.ts";
import { type CipherSuite, keyFor, SUITES } from "./suite.ts";
import type { KeyClass, KeyStore, LookupStore, SealContext, SealRequest, UnsealRequest, Vault } from "./types.ts";

export interface VaultOptions {
  /** As they are, or a question for them as they are now (`liveVaultSecrets`). */
  readonly secrets: VaultSecrets | KeyRingOptions["secrets"];
  readonly keys: KeyStore;
  /** Without it nobody is found who was recorded under an older pepper. */
  readonly lookups?: LookupStore | undefined;
  /** The first seals; all of them unseal. */
  readonly suites?: readonly [CipherSuite, ...CipherSuite[]];
  /** Milliseconds on a clock that only moves forward; for specs. */
  readonly now?: () => number;
  /** A new data key. Default: random bytes; a demo that must be the same in every run derives it. */
  readonly newKey?: KeyRingOptions["newKey"];
}

const SEALED_PATTERN = /^sealed:([a-z0-9]+):(K[12]):([1-9]\d*):([A-Za-z0-9_-]+)$/;

const associated = ({ district, personId, field }: SealContext): Uint8Array => Buffer.from(JSON.stringify([district, personId, field]));

/** The vault over a store of wrapped keys. */
export function createVault(options: VaultOptions): Vault {
  const [suite, ...others] = options.suites ?? SUITES;
  const suites = new Map([suite, ...others].map((one) => [one.tag, one]));
  const given = options.secrets;
  const secrets = typeof given === "function" ? given : () => given;
  const { keys, lookups, newKey, now = () => performance.now() } = options;
  const ring = new KeyRing({ keys, secrets, suites, now, newKey });

  async function unsealMany(requests: readonly UnsealRequest[]): Promise<(string | undefined)[]> {
    const parts = requests.map(({ sealed, district, personId }) => {
      const match = SEALED_PATTERN.exec(sealed);
      invariant(match, "a sealed field does not have the form of one");
      const [, tag, keyClass, generation, body] = match as unknown as [string, string, KeyClass, string, string];
      const name = { district, personId, keyClass };
      return { tag, id: nameOf(name), name, generation: Number(generation), body };
    });
    // Fields of one person lie under one key, which is asked for once, up to the newest generation that any of them needs.
    const newest = new Map<string, (typeof parts)[number]>();
    for (const part of parts) if (part.generation > (newest.get(part.id)?.generation ?? 0)) newest.set(part.id, part);
    const held = await ring.openUpTo([...newest.values()]);
    return parts.map(({ tag, id, generation, body }, index) => {
      const chosen = suites.get(tag);
      invariant(chosen, `no cipher suite ${tag} for a sealed field`);
      const one = held.get(id)?.find((candidate) => candidate.generation === generation);
      invariant(one, "a field is sealed under a key that this vault never had");
      if (!one.key) return undefined;
      const text = chosen.decrypt(keyFor(chosen, one.key), Buffer.from(body, "base64url"), associated(requests[index] as UnsealRequest));
      invariant(text, "a sealed field was altered or belongs to another person or field");
      return Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("utf8");
    });
  }

  const knownAs = async (purpose: "person" | "account", district: string, numbers: readonly string[]): Promise<string[]> => {
    const found = await findNumbers(secrets(), lookups, purpose, district, numbers);
    return numbers.map((text, index) => found[index] ?? freshId(secrets(), purpose, district, text));
  };

  return {
    personId: (district, idNumber) => freshId(secrets(), "person", district, idNumber),
    fingerprint: (district, purpose, text) => idOf(secrets().pepper, `fingerprint ${purpose}`, district, text),
    personIds: (district, idNumbers) => knownAs("person", district, idNumbers),
    accountFingerprints: (district, numbers) => knownAs("account", district, numbers),
    findPerson: async (district, idNumber) =>
      lookups
        ? (await findNumbers(secrets(), lookups, "person", district, [idNumber]))[0]
        : freshId(secrets(), "person", district, idNumber),
    async seal(requests: readonly SealRequest[]) {
      const held = await ring.openOrCreate(requests);
      if (lookups) await rememberNumbers(secrets(), lookups, requests);
      return requests.map((request) => {
        const { generation, key } = held.get(nameOf(request))?.at(-1) ?? {};
        invariant(key, "no open data key");
        const bytes = suite.encrypt(keyFor(suite, key), Buffer.from(request.text), associated(request));
        return `sealed:${suite.tag}:${request.keyClass}:${generation}:${Buffer.from(bytes).toString("base64url")}`;
      });
    },
    unsealMany,
    unseal: async (request) => (await unsealMany([request]))[0],
    async shred(district, personId, keyClass, generation) {
      const name = { district, personId, keyClass };
      const shredded = await keys.shred(name, generation);
      ring.forget(name);
      // Found by number again only when something new is sealed for the person.
      if (keyClass === "K1" && lookups && (await keys.find([name])).every(({ wrapped }) => wrapped === undefined))
        await lookups.remove(district, personId);
      return shredded;
    },
    async keyState(district, personId, keyClass) {
      const held = await keys.find([{ district, personId, keyClass }]);
      return {
        generation: Math.max(0, ...held.map(({ generation }) => generation)),
        readable: held.some(({ wrapped }) => wrapped !== undefined),
      };
    },
  };
}
