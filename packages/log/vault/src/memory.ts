import type { KeyName, KeyStore, Lookup, LookupStore, StoredKey } from "./types.ts";

const nameOf = ({ district, personId, keyClass }: KeyName): string => `${district}|${personId}|${keyClass}`;

/** Wrapped keys in memory: specs and scenarios. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, StoredKey[]>();
  return {
    find: async (names) => names.flatMap((name) => keys.get(nameOf(name)) ?? []),
    async create(created) {
      for (const key of created) {
        const held = keys.get(nameOf(key)) ?? [];
        if (!held.some(({ generation }) => generation === key.generation)) keys.set(nameOf(key), [...held, key]);
      }
      return created.flatMap((key) => keys.get(nameOf(key)) ?? []);
    },
    async shred(name, generation = Number.POSITIVE_INFINITY) {
      const held = keys.get(nameOf(name)) ?? [];
      keys.set(
        nameOf(name),
        held.map((key) => (key.generation <= generation ? { ...key, wrapped: undefined } : key)),
      );
      return held.filter((key) => key.wrapped && key.generation <= generation).length;
    },
  };
}

/** Lookups in memory: specs and scenarios. */
export function memoryLookupStore(): LookupStore {
  const known = new Map<string, Lookup & { readonly district: string }>();
  return {
    find: async (district, wanted) =>
      [...known.values()].filter((one) =>
        wanted.some((w) => one.district === district && w.purpose === one.purpose && w.pepper === one.pepper && w.digest === one.digest),
      ),
    async add(district, lookups) {
      for (const one of lookups)
        known.set(JSON.stringify([district, one.purpose, one.pepper, one.digest, one.personId]), { ...one, district });
    },
    async remove(district, personId) {
      const gone = [...known].filter(([, one]) => one.district === district && one.personId === personId);
      for (const [key] of gone) known.delete(key);
      return gone.length;
    },
  };
}
