import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";

/* Writing messages: text is escaped, what XML cannot hold is refused and never dropped. */

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;

/** Text between tags. */
export function xmlText(text: string): string {
  if (NOT_XML.test(text))
    throw new BankFileFault(errors.BANK_FILE_FORMAT, { expected: "XML", whatZh: "含有控制字符", whatEn: "control characters" });
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);
}

/** `<name>text</name>`; nothing for undefined. */
export const tag = (name: string, text: string | number | undefined): string =>
  text === undefined ? "" : `<${name}>${xmlText(String(text))}</${name}>`;

/** `<name>…</name>` around elements that are written already. */
export const group = (name: string, ...inner: readonly string[]): string => `<${name}>${inner.join("")}</${name}>`;

/** Cut to the characters that a field of the message holds. */
export const cut = (text: string, max: number): string => [...text].slice(0, max).join("");
