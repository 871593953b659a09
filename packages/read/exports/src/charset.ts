import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import iconv from "iconv-lite";
import { exportErrors as errors } from "./errors.ts";

/** Character sets that accounting packages read. GB 18030 has every character of Unicode; GBK has no rare ones. */
export type Charset = "utf-8" | "gbk" | "gb18030";

/** Thrown through a stream of pieces: a file is written whole or not at all. */
export class ExportRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/**
 * The bytes of a text; refuses EXPORT_CHARACTER instead of writing “?” for what the set lacks (domain 5.5). `place` names
 * the voucher or account that it stands in.
 */
export function encode(text: string, charset: Charset, place: string): Result<Uint8Array, Refusal> {
  if (charset === "utf-8") return ok(Buffer.from(text, "utf8"));
  const bytes = iconv.encode(text, charset);
  if (iconv.decode(bytes, charset) === text) return ok(bytes);
  const character = [...text].find((one) => iconv.decode(iconv.encode(one, charset), charset) !== one) ?? "";
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return refuse(errors.EXPORT_CHARACTER, { place, character, code, encoding: charset.toUpperCase() });
}

/** A piece of a file, and where in the books it comes from. */
export interface Piece {
  readonly text: string;
  readonly place: string;
}

/** Pieces as bytes; throws {@link ExportRefused} at the first character that the set lacks. */
export async function* encoded(pieces: AsyncIterable<Piece> | Iterable<Piece>, charset: Charset): AsyncGenerator<Uint8Array> {
  for await (const { text, place } of pieces) {
    const bytes = encode(text, charset, place);
    if (!bytes.ok) throw new ExportRefused(bytes.refusal);
    yield bytes.value;
  }
}
