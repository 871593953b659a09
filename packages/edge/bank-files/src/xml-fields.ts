import { parseDate, shanghaiDate } from "@huimin/calendar";
import { type Fen, fen, parseAmount } from "@huimin/money";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { childOf, textOf, type XmlElement } from "./xml.ts";

/* Typed fields of the messages. `item` names the entry in a refusal. */

const lacks = (item: string, element: string): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_ELEMENT, { item, element, whatZh: "缺少或为空", whatEn: "is missing or empty" });
const malformed = (item: string, element: string): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_ELEMENT, { item, element, whatZh: "格式不对", whatEn: "has the wrong form" });

/** A text of at most 35 characters (Max35Text) unless told otherwise. */
export function idText(item: string, element: XmlElement | undefined, path: readonly string[], max = 35): string | undefined {
  const text = textOf(element, ...path);
  if (text !== undefined && text.length > max) throw malformed(item, path.join("/"));
  return text;
}

export function neededText(item: string, element: XmlElement | undefined, path: readonly string[], max = 35): string {
  const text = idText(item, element, path, max);
  if (text === undefined) throw lacks(item, path.join("/"));
  return text;
}

/** An amount with `Ccy="CNY"` and two decimals. Throws BANK_FILE_AMOUNT. */
export function amountOf(item: string, element: XmlElement | undefined, path: readonly string[]): Fen | undefined {
  const found = childOf(element, ...path);
  if (!found) return undefined;
  const amount = parseAmount(found.text.trim());
  if (amount === undefined || amount < 0n || found.attributes.get("Ccy") !== "CNY")
    throw new BankFileFault(errors.BANK_FILE_AMOUNT, { item, element: path.join("/") });
  return amount;
}

export function neededAmount(item: string, element: XmlElement | undefined, path: readonly string[]): Fen {
  const amount = amountOf(item, element, path);
  if (amount === undefined) throw lacks(item, path.join("/"));
  return amount;
}

/** A control sum: a decimal number without currency, which may leave out zeros. */
export function sumOf(item: string, element: XmlElement | undefined, path: readonly string[]): Fen | undefined {
  const text = textOf(element, ...path);
  if (text === undefined) return undefined;
  const match = /^(-?\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(text);
  if (!match) throw new BankFileFault(errors.BANK_FILE_AMOUNT, { item, element: path.join("/") });
  return fen(`${BigInt(match[1] as string)}.${(match[2] ?? "").padEnd(2, "0")}`);
}

export function countOf(item: string, element: XmlElement | undefined, path: readonly string[]): number | undefined {
  const text = textOf(element, ...path);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw malformed(item, path.join("/"));
  return Number(text);
}

/** The civil date in China of a `Dt`, a `DtTm` or a plain date or time below `path`. */
export function dateOf(item: string, element: XmlElement | undefined, path: readonly string[]): string | undefined {
  const found = childOf(element, ...path);
  if (!found) return undefined;
  const text = (textOf(found, "Dt") ?? textOf(found, "DtTm") ?? found.text).trim();
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseDate(text) : dayOfInstant(text);
  if (day === undefined) throw malformed(item, path.join("/"));
  return day;
}

/** A time without an offset is the bank's own: China's. */
function dayOfInstant(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.test(text)) return undefined;
  if (!/(Z|[+-]\d{2}:\d{2})$/.test(text)) return parseDate(text.slice(0, 10));
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : shanghaiDate(at);
}

export function directionOf(item: string, element: XmlElement | undefined, path: readonly string[] = ["CdtDbtInd"]): "credit" | "debit" {
  const text = textOf(element, ...path);
  if (text === "CRDT") return "credit";
  if (text === "DBIT") return "debit";
  throw text === undefined ? lacks(item, path.join("/")) : malformed(item, path.join("/"));
}
