export { readCamt } from "./camt.ts";
export {
  CAMT_053,
  CAMT_054,
  type CamtAccount,
  type CamtDetail,
  type CamtEntry,
  type CamtHeader,
  type CamtStep,
  type CamtTotals,
} from "./camt-types.ts";
export { writeCsv } from "./csv.ts";
export { type BankFileFormat, formatOf } from "./detect.ts";
export { bankFileErrors } from "./errors.ts";
export { BankFileFault, type PlacedRefusal } from "./fault.ts";
export { FILE_BYTES_MAX, FILE_ROWS_MAX, PAYMENTS_MAX } from "./limits.ts";
export {
  endToEndId,
  ORDER_ID_CHARACTERS_MAX,
  orderOf,
  PAIN_001,
  type Payment,
  type PaymentOrder,
  paymentNumber,
  writePain001,
} from "./pain001.ts";
export { PAIN_002, type Pain002Header, type Pain002Payment, type Pain002Step, type PaymentOutcome, readPain002 } from "./pain002.ts";
export { REASON_CODES, reasonCodeOf } from "./reasons.ts";
export {
  type MessageReport,
  type MessageRow,
  REPORT_COLUMNS,
  type RowOutcome,
  type RowStatus,
  reportCells,
  STATUS_ZH,
  writeStatusReport,
} from "./report.ts";
export { bytesSource, type FileSource, fileSource, sha256Of } from "./source.ts";
export { type Column, type ColumnType, readTable, type TableFormat, type TableHeader, type TableRow, tableFormatOf } from "./table.ts";
export { writeXlsx } from "./xlsx.ts";
