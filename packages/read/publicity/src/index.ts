export { type BoardContent, type BoardRow, boardHash, type NameRule, shownName } from "./board.ts";
export { boardCells, boardHeads, boardTitle, bottomLines, topLines } from "./page.ts";
export { type BoardPdf, type BoardPrintOptions, createBoardPress } from "./press.ts";
export { ADDRESS_DIGITS, type FoundBoard, findBoard, PUBLICITY_SCHEMA, publicityProjection } from "./projection.ts";
export {
  dayOf,
  type PublicityLine,
  type PublicitySource,
  readAllVersions,
  readHouseholds,
  readLines,
  readVersions,
  readVillages,
} from "./source.ts";
export {
  type MadeBoard,
  type PublicityEvidence,
  type PublicityObjection,
  type PublicityStatus,
  type PublicityVersion,
  PublicityVersions,
  statusOn,
} from "./versions.ts";
