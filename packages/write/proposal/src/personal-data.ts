/*
 * The body of a proposal or command is stored in the log in clear, and nothing leaves the log: so it may refer to people only by id or
 * by sealed fields. Names can't be told from other text; numbers that identify a person can, and so can the fields
 * that the registry seals.
 */

/** Fields that hold personal data wherever they occur (domain 5.6): sealed, or refused. */
const SEALED_FIELDS: ReadonlySet<string> = new Set(["idNumber", "phone", "cardNumber", "accountNumber", "holderName", "personName"]);

/** Fields in which people write sentences: a telephone or card number in them belongs to somebody. Elsewhere it is a serial. */
const FREE_TEXT_FIELDS: ReadonlySet<string> = new Set(["reason", "note", "text", "remark", "title", "detail", "description", "decision"]);

/** A mobile number, or a card number whose check digit is right, in the middle of a sentence. */
const holdsPhoneOrCard = (text: string): boolean =>
  /(?<!\d)1[3-9]\d{9}(?!\d)/.test(text) || [...text.matchAll(/(?<!\d)\d{16,19}(?!\d)/g)].some(([digits]) => isCard(digits));

function isCard(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

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
    if (typeof item === "string" && SEALED_FIELDS.has(key) && !item.startsWith("sealed:")) return at;
    if (typeof item === "string" && FREE_TEXT_FIELDS.has(key) && holdsPhoneOrCard(item)) return at;
    const found = personalDataInClear(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
