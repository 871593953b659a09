export { checkCode, codeText, contentHash, contentOf, type StatementBasics, type StatementContent } from "./content.ts";
export { type EntryKind, entriesOf, type StatementEntry, type StatementEvent } from "./figures/entries.ts";
export { dueOn, type LoanFacts, type StatementInput, statementFigures } from "./figures/figures.ts";
export { type FontSet, fallbackFontsOf, loadFonts } from "./fonts/fonts.ts";
export { createPager, type IssueMark, type PrintedPage, type PrintOptions, type StatementPage, textsOf } from "./page/page.ts";
export { createPress, type PrintJob } from "./pdf/job.ts";
export { createPrinterPool, type PrinterPool, type PrinterPoolOptions } from "./pdf/pool.ts";
export { createPrinter, type StatementPdf, type StatementPrinter } from "./pdf/typst.ts";
export {
  readStatementSource,
  type SourceQuestion,
  type StatementHousehold,
  type StatementSource,
  statusInWords,
} from "./source.ts";
