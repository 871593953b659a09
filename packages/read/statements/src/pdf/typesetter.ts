import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NodeCompiler, type NodeTypstDocument } from "@myriaddreamin/typst-ts-node-compiler";
import type { FontSet } from "../fonts/fonts.ts";

/** A paper as a file: PDF/A-2b with tagged text, fonts embedded, no clock in it: the same data give the same bytes. */
export interface PaperPdf {
  readonly bytes: Buffer;
  readonly pages: number;
}

/** What is beside a template when it is compiled. */
const BLOCKS = fileURLToPath(new URL("../template/blocks.typ", import.meta.url));

export interface Typesetter {
  /** Data that the template reads, by file name. */
  put(name: string, data: Buffer): void;
  /** Throws when the template refuses the data: a broken invariant, because they were checked before. `what` names the paper. */
  compile(what: string): NodeTypstDocument;
  pdf(document: NodeTypstDocument): PaperPdf;
  /** Drops what was not used since so many calls: its memory stays flat, and the speed too. */
  forget(age: number): void;
}

/** Compiles one Typst template, with the blocks of the house beside it as `blocks.typ`. One per thread. */
export function createTypesetter(template: string, fonts: Pick<FontSet, "data">): Typesetter {
  const workspace = path.dirname(template);
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontBlobs: [...fonts.data()] }] });
  compiler.addSource(template, readFileSync(template, "utf8"));
  compiler.mapShadow(path.join(workspace, "blocks.typ"), readFileSync(BLOCKS));
  return {
    put: (name, data) => compiler.mapShadow(path.join(workspace, name), data),
    compile(what) {
      const compiled = compiler.compile({ mainFilePath: template });
      const document = compiled.result;
      if (document) return document;
      const error = compiled.takeError();
      throw new Error(`${what} could not be set: ${error ? JSON.stringify(error.shortDiagnostics) : "no document"}`);
    },
    pdf: (document) => ({ bytes: compiler.pdf(document, { pdfStandard: "a-2b", pdfTags: true }), pages: document.numOfPages }),
    forget: (age) => compiler.evictCache(age),
  };
}
