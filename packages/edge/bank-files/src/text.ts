import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import type { FileSource } from "./source.ts";

export type Encoding = "utf-8" | "gb18030" | "utf-16le" | "utf-16be";

/** What a table cannot contain: a picture may pass for GB 18030. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000e-\u001f]/;

async function isIn(source: FileSource, encoding: Encoding): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of source.read()) if (CONTROL.test(decoder.decode(chunk, { stream: true }))) return false;
    return !CONTROL.test(decoder.decode());
  } catch {
    return false;
  }
}

/** The encoding of a text file, by its mark or by trying UTF-8, then GB 18030, on all of it. Throws BANK_FILE_ENCODING. */
export async function encodingOf(source: FileSource): Promise<Encoding> {
  for await (const first of source.read(0, 2)) {
    const candidates: readonly Encoding[] =
      first[0] === 0xff && first[1] === 0xfe ? ["utf-16le"] : first[0] === 0xfe && first[1] === 0xff ? ["utf-16be"] : ["utf-8", "gb18030"];
    for (const encoding of candidates) if (await isIn(source, encoding)) return encoding;
  }
  throw new BankFileFault(errors.BANK_FILE_ENCODING);
}

/** The text of a file in pieces, without its byte order mark. Throws BANK_FILE_ENCODING. */
export async function* decoded(source: FileSource, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of source.read()) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (fault) {
    if (fault instanceof TypeError) throw new BankFileFault(errors.BANK_FILE_ENCODING);
    throw fault;
  }
}
