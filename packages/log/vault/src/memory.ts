import type { KeyName, KeyStore, StoredKey } from "./types.ts";

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
    async shred(name) {
      const held = keys.get(nameOf(name)) ?? [];
      keys.set(
        nameOf(name),
        held.map((key) => ({ ...key, wrapped: undefined })),
      );
      return held.filter(({ wrapped }) => wrapped).length;
    },
  };
}
