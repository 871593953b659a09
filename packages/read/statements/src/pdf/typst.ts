import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NodeCompiler, type NodeTypstDocument } from "@myriaddreamin/typst-ts-node-compiler";
import type { FontSet } from "../fonts/fonts.ts";
import { DENSITIES } from "../page/density.ts";
import type { PrintedPage, StatementPage } from "../page/page.ts";

/** A statement as a file: PDF/A-2b, fonts embedded, no clock in it: the same page gives the same bytes. */
export interface StatementPdf {
  readonly bytes: Buffer;
  readonly pages: number;
}

/** After so many statements what the typesetter remembers is dropped: its memory stays flat, and the speed too. */
const STATEMENTS_BETWEEN_EVICTIONS = 10;
/** Results not used since so many evictions are dropped. */
const EVICTION_AGE = 2;

export interface StatementPrinter {
  /** Throws when the template refuses the page: a broken invariant, because the page was checked before. */
  print(printed: PrintedPage): StatementPdf;
}

/** Sets statements with Typst. One per thread; use {@link createPrinterPool} for many. */
export function createPrinter(fonts: Pick<FontSet, "data">): StatementPrinter {
  const workspace = fileURLToPath(new URL("../template", import.meta.url));
  const main = `${workspace}/statement.typ`;
  const compiler = NodeCompiler.create({ workspace, fontArgs: [{ fontBlobs: [...fonts.data] }] });
  compiler.addSource(main, readFileSync(main, "utf8"));
  let evictable = 0;

  const compile = (page: StatementPage): NodeTypstDocument => {
    compiler.mapShadow(`${workspace}/page.json`, Buffer.from(JSON.stringify({ ...page, gaps: DENSITIES[page.density] })));
    const compiled = compiler.compile({ mainFilePath: main });
    const document = compiled.result;
    if (!document) {
      const error = compiled.takeError();
      throw new Error(`statement ${page.number} could not be set: ${error ? JSON.stringify(error.shortDiagnostics) : "no document"}`);
    }
    return document;
  };

  /** One sheet a copy: set closer until it fits; where none is close enough, the widest with the fewest sheets. */
  const fit = (page: StatementPage): NodeTypstDocument => {
    let best = compile(page);
    for (let density = page.density + 1; density < DENSITIES.length && best.numOfPages > page.copies.length; density++) {
      const closer = compile({ ...page, density });
      if (closer.numOfPages < best.numOfPages) best = closer;
    }
    // It takes more sheets anyway: then they need not be crowded. Large print begins wide already.
    for (let density = 0; density < page.density && best.numOfPages > page.copies.length && !page.large; density++) {
      const wider = compile({ ...page, density });
      if (wider.numOfPages <= best.numOfPages) return wider;
    }
    return best;
  };

  return {
    print({ page, code }) {
      compiler.mapShadow(`${workspace}/code.raw`, code);
      const document = fit(page);
      const bytes = compiler.pdf(document, { pdfStandard: "a-2b", pdfTags: false });
      evictable += 1;
      if (evictable % STATEMENTS_BETWEEN_EVICTIONS === 0) compiler.evictCache(EVICTION_AGE);
      return { bytes, pages: document.numOfPages };
    },
  };
}
