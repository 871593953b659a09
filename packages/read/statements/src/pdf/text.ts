import { inflateSync } from "node:zlib";

/*
 * Reads the text of a PDF as Typst writes it (plain objects, Identity-H fonts with ToUnicode): what a reader would copy from
 * the page, in the order of drawing. It shares nothing with what laid the page out, so it can tell what is really on it.
 */

interface PdfObject {
  readonly head: string;
  readonly stream: Buffer | undefined;
}

function objectsOf(pdf: Buffer): Map<number, PdfObject> {
  const objects = new Map<number, PdfObject>();
  const text = pdf.toString("latin1");
  for (const match of text.matchAll(/(\d+) 0 obj\s/g)) {
    const start = match.index + match[0].length;
    const end = text.indexOf("endobj", start);
    const body = text.slice(start, end);
    const at = body.indexOf("stream\n");
    const head = at < 0 ? body : body.slice(0, at);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const raw = at < 0 ? undefined : pdf.subarray(start + at + 7, start + at + 7 + length);
    objects.set(Number(match[1]), { head, stream: raw && (head.includes("/FlateDecode") ? inflateSync(raw) : raw) });
  }
  return objects;
}

const reference = (head: string, key: string): number | undefined => {
  const found = new RegExp(`/${key} (\\d+) 0 R`).exec(head)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Glyph → text of a ToUnicode map. */
function unicodeOf(map: string): Map<number, string> {
  const texts = new Map<number, string>();
  const decode = (hex: string): string => Buffer.from(hex, "hex").swap16().toString("utf16le");
  for (const [, body] of map.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, glyph, hex] of (body as string).matchAll(/<([0-9A-F]+)>\s*<([0-9A-F]+)>/gi))
      texts.set(Number.parseInt(glyph as string, 16), decode(hex as string));
  }
  for (const [, body] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, first, last, hex] of (body as string).matchAll(/<([0-9A-F]+)>\s*<([0-9A-F]+)>\s*<([0-9A-F]+)>/gi)) {
      const from = Number.parseInt(first as string, 16);
      const base = decode(hex as string).codePointAt(0) as number;
      for (let glyph = from; glyph <= Number.parseInt(last as string, 16); glyph++)
        texts.set(glyph, String.fromCodePoint(base + glyph - from));
    }
  }
  return texts;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** The bytes of a literal string `(…)` that begins at `start` (behind the bracket), and where it ends. */
function literal(content: string, start: number): { readonly bytes: number[]; readonly end: number } {
  const bytes: number[] = [];
  let at = start;
  for (let depth = 0; ; at++) {
    const character = content[at] as string;
    if (character === "\\") {
      const octal = /^[0-7]{1,3}/.exec(content.slice(at + 1, at + 4))?.[0];
      const next = content[at + 1] as string;
      bytes.push(octal === undefined ? (ESCAPES[next] ?? next.charCodeAt(0)) : Number.parseInt(octal, 8));
      at += octal?.length ?? 1;
      continue;
    }
    if (character === ")" && depth === 0) return { bytes, end: at };
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    bytes.push(character.charCodeAt(0));
  }
}

const NOTHING = { bytes: [], end: 0 };

function hexadecimal(content: string, start: number): { readonly bytes: number[]; readonly end: number } {
  const end = content.indexOf(">", start);
  return { bytes: [...Buffer.from(content.slice(start, end), "hex")], end };
}

/** Text of each page; `between` stands between runs, which are the pieces that were set on their own. */
export function pdfText(pdf: Buffer, between = ""): string[] {
  const objects = objectsOf(pdf);
  const root = [...objects.values()].find(({ head }) => /\/Type \/Pages\b/.test(head)) as PdfObject;
  const kids = /\/Kids \[([^\]]*)\]/.exec(root.head)?.[1] ?? "";
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => pageText(objects.get(Number(id)) as PdfObject, objects, between));
}

function pageText(page: PdfObject, objects: ReadonlyMap<number, PdfObject>, between: string): string {
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name, id] of page.head.matchAll(/\/(f\d+) (\d+) 0 R/g)) {
    const map = reference(objects.get(Number(id))?.head ?? "", "ToUnicode");
    fonts.set(name as string, unicodeOf(objects.get(map ?? -1)?.stream?.toString("latin1") ?? ""));
  }
  const content = objects.get(reference(page.head, "Contents") as number)?.stream?.toString("latin1") ?? "";
  let font: ReadonlyMap<number, string> | undefined;
  let text = "";
  for (let at = 0; at < content.length; at++) {
    const chosen = content[at] === "/" ? /^\/(f\d+) [\d.]+ Tf/.exec(content.slice(at, at + 24)) : null;
    if (chosen) {
      font = fonts.get(chosen[1] as string);
      text += between;
    }
    const { bytes, end } = content[at] === "(" ? literal(content, at + 1) : content[at] === "<" ? hexadecimal(content, at + 1) : NOTHING;
    if (end === 0) continue;
    for (let index = 0; index + 1 < bytes.length; index += 2)
      text += font?.get((bytes[index] as number) * 256 + (bytes[index + 1] as number)) ?? "\ufffd";
    at = end;
  }
  return text;
}

/** Objects of the PDF whose dictionary contains the text, for looking at fonts and metadata. */
export const pdfObjects = (pdf: Buffer, containing: string): readonly PdfObject[] =>
  [...objectsOf(pdf).values()].filter(({ head }) => head.includes(containing));
