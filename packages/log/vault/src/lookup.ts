import { createHmac } from "node:crypto";
import type { VaultSecrets } from "./secrets.ts";
import type { Lookup, LookupStore, SealRequest } from "./types.ts";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const ID_BYTES = 16;

/** 128 bits of an HMAC in 26 characters. */
export function idOf(pepper: Uint8Array, purpose: string, district: string, text: string): string {
  const digest = createHmac("sha256", pepper)
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

/** What events carry for a number that nobody has been recorded with. */
export const freshId = ({ pepper }: VaultSecrets, purpose: Lookup["purpose"], district: string, text: string): string =>
  idOf(pepper, purpose === "person" ? "person" : "fingerprint account", district, text);

/** The fields by whose number people are found. */
const FOUND_BY: Readonly<Record<string, Lookup["purpose"] | undefined>> = { idNumber: "person", account: "account" };

/** The lookup of a datum under the current pepper. `value`: what events carry for it. */
export function lookupOf(
  { pepper, pepperId }: VaultSecrets,
  district: string,
  of: { readonly purpose: Lookup["purpose"]; readonly personId: string; readonly value: string; readonly text: string },
): Lookup {
  const { purpose, personId, value, text } = of;
  return { purpose, pepper: pepperId, digest: idOf(pepper, `lookup ${purpose}`, district, text), personId, value };
}

/** What each number is known as, under the current pepper and those before it. */
export async function findNumbers(
  secrets: VaultSecrets,
  lookups: LookupStore | undefined,
  purpose: Lookup["purpose"],
  district: string,
  numbers: readonly string[],
): Promise<(string | undefined)[]> {
  if (!lookups || numbers.length === 0) return numbers.map(() => undefined);
  const peppers = [[secrets.pepperId, secrets.pepper] as const, ...secrets.olderPeppers];
  const digests = numbers.map((text) =>
    peppers.map(([id, pepper]) => ({ purpose, pepper: id, digest: idOf(pepper, `lookup ${purpose}`, district, text) })),
  );
  const found = await lookups.find(district, digests.flat());
  const known = new Map(found.map(({ pepper, digest, value }) => [`${pepper} ${digest}`, value]));
  return digests.map((each) => each.map(({ pepper, digest }) => known.get(`${pepper} ${digest}`)).find((value) => value !== undefined));
}

/** Remembers how the numbers among these fields are found. What is known already is left as it is. */
export async function rememberNumbers(secrets: VaultSecrets, lookups: LookupStore, requests: readonly SealRequest[]): Promise<void> {
  const numbers = requests.flatMap((request) => {
    const purpose = FOUND_BY[request.field];
    return purpose === undefined ? [] : [{ ...request, purpose }];
  });
  for (const [district, group] of Map.groupBy(numbers, (one) => one.district)) {
    const accounts = group.filter(({ purpose }) => purpose === "account");
    const texts = accounts.map(({ text }) => text);
    const known = await findNumbers(secrets, lookups, "account", district, texts);
    const values = new Map(texts.map((text, index) => [text, known[index] ?? freshId(secrets, "account", district, text)]));
    await lookups.add(
      district,
      group.map(({ purpose, personId, text }) =>
        lookupOf(secrets, district, { purpose, personId, text, value: purpose === "person" ? personId : (values.get(text) as string) }),
      ),
    );
  }
}
