import { CAMT_053, CAMT_054 } from "./camt-types.ts";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { PAIN_002 } from "./pain002.ts";
import { type FileSource, readBytes } from "./source.ts";
import { type TableFormat, tableFormatOf } from "./table.ts";
import { rootNamespace } from "./xml.ts";

export type BankFileFormat = TableFormat | "camt.053" | "camt.054" | "pain.002";

const MESSAGES: Readonly<Record<string, BankFileFormat>> = { [CAMT_053]: "camt.053", [CAMT_054]: "camt.054", [PAIN_002]: "pain.002" };

/** What a file is, by its bytes and never by its name. Throws BANK_FILE_NAMESPACE, BANK_FILE_FORMAT, BANK_FILE_UNSAFE_XML. */
export async function formatOf(source: FileSource): Promise<BankFileFormat> {
  const head = (await readBytes(source, 0, 256)).toString("latin1").replaceAll("\0", "");
  if (!/^(\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)?\s*</.test(head)) return tableFormatOf(source);
  const found = await rootNamespace(source);
  const format = found === undefined ? undefined : MESSAGES[found];
  if (format) return format;
  throw new BankFileFault(errors.BANK_FILE_NAMESPACE, {
    found: (found || "–").replace(/[^\x20-\x7e]/g, "?").slice(0, 100),
    expected: Object.keys(MESSAGES).join(", "),
  });
}
