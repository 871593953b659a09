export { type CodePiece, checkCode, codeText, contentHash, contentOf, type StatementBasics, type StatementContent } from "./content.ts";
export { type EntryKind, entriesOf, type StatementEntry, type StatementEvent } from "./figures/entries.ts";
export { dueOn, type LoanFacts, type StatementInput, statementFigures } from "./figures/figures.ts";
export { type FontSet, fallbackFontsOf, loadFonts } from "./fonts/fonts.ts";
export { type Block, type Cell, type Column, facts, line, rows, type Section } from "./page/blocks.ts";
export { DENSITIES } from "./page/density.ts";
export { dateInWords, METHOD_NAMES, MODEL_NAMES, modelName, RESIDUE_NAMES } from "./page/labels.ts";
export { createMeasure, type Measure } from "./page/measure.ts";
export { codeModules, createPager, type IssueMark, type PrintedPage, type PrintOptions, type StatementPage, textsOf } from "./page/page.ts";
export { createPress, type PrintJob } from "./pdf/job.ts";
export { createPrinterPool, type PrinterPool, type PrinterPoolOptions } from "./pdf/pool.ts";
export { pdfText } from "./pdf/text.ts";
export { createTypesetter, type PaperPdf, type Typesetter } from "./pdf/typesetter.ts";
export { createPrinter, type StatementPdf, type StatementPrinter } from "./pdf/typst.ts";
export { type PoolRights, type PoolRightsQuestion, readPoolRights } from "./pool-rights.ts";
export {
  readStatementSource,
  type SourceQuestion,
  type StatementHousehold,
  type StatementSource,
  statusInWords,
} from "./source.ts";
export { type Binder, createBinder } from "./volume/binder.ts";
export { createVolumePress, VOLUME_STATEMENTS_MAX, type VolumeEntry, type VolumeJob } from "./volume/volume.ts";
