/*
 * A proposal's body is stored in the log in clear, and nothing leaves the log: so it may refer to people only by id or
 * by sealed fields. Names can't be told from other text; numbers that identify a person can, and so can the fields
 * that the registry seals.
 */

/** Fields that hold personal data wherever they occur (domain 5.6): sealed, or refused. */
const SEALED_FIELDS: ReadonlySet<string> = new Set(["idNumber", "phone", "cardNumber", "accountNumber", "holderName", "personName"]);

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** An 18-character 居民身份证 number with a right check character and a plausible birth month and day (GB 11643-1999). */
function holdsIdNumber(text: string): boolean {
  for (const [candidate] of text.matchAll(/(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])/g)) {
    const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(candidate[index]), 0);
    if ("10X98765432"[sum % 11] === candidate[17]?.toUpperCase()) return true;
  }
  return false;
}

/** JSON pointer of the first personal datum in clear, or undefined. */
export function personalDataInClear(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") return holdsIdNumber(value) ? path || "/" : undefined;
  if (Array.isArray(value))
    return firstOf(
      value.map((item, index) => [String(index), item] as const),
      path,
    );
  if (typeof value === "object" && value !== null) return firstOf(Object.entries(value), path);
  return undefined;
}

function firstOf(entries: readonly (readonly [string, unknown])[], path: string): string | undefined {
  for (const [key, item] of entries) {
    const at = `${path}/${key}`;
    if (SEALED_FIELDS.has(key) && typeof item === "string" && !item.startsWith("sealed:")) return at;
    const found = personalDataInClear(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
