/*
 * Tables and elements of GB/T 24589 in its 2010 style, as the expert's list has them (domain 4.3, from an implementer's
 * file). The standard itself could not be read: names that the list lacks follow the same pattern, and there is no
 * namespace. schema/gbt24589.xsd says the same for a validator.
 */

/** One row: element and text, in the order of the schema. */
export type Row = readonly (readonly [element: string, text: string])[];

const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");

/** `<table><element>text</element>…</table>` on one line. */
export const rowXml = (table: string, row: Row): string =>
  `  <${table}>${row.map(([element, text]) => `<${element}>${escaped(text)}</${element}>`).join("")}</${table}>\n`;

/** Dates are YYYYMMDD. */
export const compactDate = (date: string): string => date.replaceAll("-", "");

export const directionOf = (net: bigint): "借" | "贷" | "平" => (net > 0n ? "借" : net < 0n ? "贷" : "平");
