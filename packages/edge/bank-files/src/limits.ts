/* Every bound of a bank file, by name. A refusal says which one was passed. */

/** Bytes of one file: 100,000 entries of camt.053 are some 100 MB. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Rows or entries of one file. */
export const FILE_ROWS_MAX = 200_000;

/** Elements inside each other. The deepest place of the messages that are read is 14. */
export const XML_DEPTH_MAX = 32;
/** Characters of one text or attribute: the longest field of the messages has 500. */
export const XML_TEXT_MAX = 4_096;
/** Characters of one tag, comment or text before the parser must have reported something. */
export const XML_TOKEN_MAX = 65_536;
/** Elements that are held together: one transaction with all its parties. */
export const XML_ELEMENTS_HELD_MAX = 2_000;

/** Files in a workbook. */
export const ZIP_ENTRIES_MAX = 200;
/** Bytes of all files of a workbook together, unpacked. */
export const ZIP_UNPACKED_BYTES_MAX = 512 * 1024 * 1024;
/** Unpacked bytes for one packed byte. Sheets of numbers reach 20; deflate can do 1,032. */
export const ZIP_RATIO_MAX = 100;
/** Below this size the ratio of a file says nothing. */
export const ZIP_RATIO_FROM_BYTES = 1024 * 1024;
/** Characters of all shared texts of a workbook: they are the one thing that must be held. */
export const SHARED_TEXT_CHARACTERS_MAX = 32 * 1024 * 1024;
/** Different shared texts of a workbook. */
export const SHARED_TEXTS_MAX = 1_000_000;

/** Columns of a table. */
export const COLUMNS_MAX = 64;
/** Characters of one cell. */
export const CELL_CHARACTERS_MAX = 1_000;
/** Rows before the header: titles and the totals of a list. */
export const PREFACE_ROWS_MAX = 20;

/** Payments of one pain.001 or 代发 list. */
export const PAYMENTS_MAX = 5_000;
