import { fileURLToPath } from "node:url";
import { checkCode, codeModules, createMeasure, createTypesetter, type FontSet, type PaperPdf } from "@huimin/statements";
import { type BoardContent, boardHash, type NameRule } from "./board.ts";
import { boardPage, ROW_GAPS, spelled } from "./page.ts";

export interface BoardPdf extends PaperPdf {
  /** Households whose head's name has a character that no font has: it is spelled by its code point. */
  readonly spelled: readonly string[];
}

export interface BoardPrintOptions {
  readonly rule: NameRule;
  /** Address of the web page of this sheet, for its QR code; none without. */
  readonly address?: string;
}

/** After so many sheets what the typesetter remembers is dropped. */
const BOARDS_BETWEEN_EVICTIONS = 10;
const EVICTION_AGE = 2;

/** From here on a list is set once: of 5,000 households four tries take 1.3 GB. What it took is given back at once. */
const LONG_LIST_ROWS = 400;

/** Lays out and sets sheets on this thread. The fonts are asked for at the first one. */
export function createBoardPress(fonts: () => FontSet): (board: BoardContent, options: BoardPrintOptions) => BoardPdf {
  let press: ((board: BoardContent, options: BoardPrintOptions) => BoardPdf) | undefined;
  const open = (): ((board: BoardContent, options: BoardPrintOptions) => BoardPdf) => {
    const set = fonts();
    const measure = createMeasure(set);
    const typesetter = createTypesetter(fileURLToPath(new URL("../template/board.typ", import.meta.url)), set);
    let printed = 0;
    return (board, { rule, address }) => {
      const check = checkCode(boardHash(board));
      const code = address === undefined ? { size: 0, modules: Buffer.alloc(0) } : codeModules([{ text: address, mode: "byte" }]);
      const page = boardPage(board, { fonts: set.families, measure, missing: set.missing, check, codeSize: code.size, rule });
      typesetter.put("code.raw", code.modules);
      const compile = (rowGap: number) => {
        typesetter.put("page.json", Buffer.from(JSON.stringify({ ...page, rowGap })));
        return typesetter.compile(`publicity of ${board.village}`);
      };
      // As wide as it can be on the fewest sheets that it can be on; a long list takes the fewest, without trying.
      const [widest, ...closer] = (board.rows.length > LONG_LIST_ROWS ? ROW_GAPS.slice(-1) : ROW_GAPS) as [number, ...number[]];
      let best = compile(widest);
      for (const rowGap of closer) {
        if (best.numOfPages === 1) break;
        const tried = compile(rowGap);
        if (tried.numOfPages < best.numOfPages) best = tried;
      }
      const pdf = typesetter.pdf(best);
      printed += 1;
      if (board.rows.length > LONG_LIST_ROWS) typesetter.forget(0);
      else if (printed % BOARDS_BETWEEN_EVICTIONS === 0) typesetter.forget(EVICTION_AGE);
      const rare = board.rows.filter(({ head }) => spelled(head, set.missing(head)) !== head);
      return { ...pdf, spelled: rare.map(({ household }) => household) };
    };
  };
  return (board, options) => {
    press ??= open();
    return press(board, options);
  };
}
