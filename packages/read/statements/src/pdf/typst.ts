import { fileURLToPath } from "node:url";
import type { NodeTypstDocument } from "@myriaddreamin/typst-ts-node-compiler";
import type { FontSet } from "../fonts/fonts.ts";
import { DENSITIES } from "../page/density.ts";
import type { PrintedPage, StatementPage } from "../page/page.ts";
import { createTypesetter, type PaperPdf } from "./typesetter.ts";

export interface StatementPdf extends PaperPdf {
  /** Index of {@link DENSITIES} at which it was set: a village's volume sets it alike. */
  readonly density: number;
}

interface Fitted {
  readonly document: NodeTypstDocument;
  readonly density: number;
}

/**
 * After so many statements what the typesetter remembers is dropped: its memory stays flat, and the speed too. Side by side:
 * every 10 costs a tenth more processor time than every 60, which takes 70 MB more a thread.
 */
const STATEMENTS_BETWEEN_EVICTIONS = 40;
/** Results not used since so many evictions are dropped: an older age only makes each eviction walk a longer list. */
const EVICTION_AGE = 1;

export interface StatementPrinter {
  /** Throws when the template refuses the page: a broken invariant, because the page was checked before. */
  print(printed: PrintedPage): StatementPdf;
}

/** Sets statements with Typst. One per thread; use {@link createPrinterPool} for many. */
export function createPrinter(fonts: Pick<FontSet, "data">): StatementPrinter {
  const typesetter = createTypesetter(fileURLToPath(new URL("../template/statement.typ", import.meta.url)), fonts);
  let evictable = 0;

  const compile = (page: StatementPage, numbered = false): Fitted => {
    typesetter.put("page.json", Buffer.from(JSON.stringify({ ...page, numbered, gaps: DENSITIES[page.density] })));
    return { document: typesetter.compile(`statement ${page.number}`), density: page.density };
  };
  const pagesOf = ({ document }: Fitted): number => document.numOfPages;

  /** One sheet a copy: set closer until it fits; where none is close enough, the widest with the fewest sheets. */
  const closest = (page: StatementPage): Fitted => {
    let best = compile(page);
    for (let density = page.density + 1; density < DENSITIES.length && pagesOf(best) > page.copies.length; density++) {
      const closer = compile({ ...page, density });
      if (pagesOf(closer) < pagesOf(best)) best = closer;
    }
    // It takes more sheets anyway: then they need not be crowded. Large print begins wide already.
    for (let density = 0; density < page.density && pagesOf(best) > page.copies.length && !page.large; density++) {
      const wider = compile({ ...page, density });
      if (pagesOf(wider) <= pagesOf(best)) return wider;
    }
    return best;
  };

  const fit = (page: StatementPage): Fitted => {
    const best = closest(page);
    return pagesOf(best) > page.copies.length ? compile({ ...page, density: best.density }, true) : best;
  };

  return {
    print({ page, code }) {
      typesetter.put("code.raw", code);
      const { document, density } = fit(page);
      const pdf = typesetter.pdf(document);
      evictable += 1;
      if (evictable % STATEMENTS_BETWEEN_EVICTIONS === 0) typesetter.forget(EVICTION_AGE);
      return { ...pdf, density };
    },
  };
}
