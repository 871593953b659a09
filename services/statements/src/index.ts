export {
  type ArchivedStatement,
  type ArchivePress,
  type ArchiveRequest,
  type ArchiveResult,
  workFolder,
  writeArchive,
} from "./archive/archive.ts";
export { type ArchiveContents, type ArchivedVillage, archiveContents } from "./archive/contents.ts";
export { readJson, sha256OfFile, writeWhole } from "./archive/files.ts";
export { type CheckFault, type CheckReport, checkStatements } from "./check.ts";
export { type CoverageEntry, coverageOf, type Lack, type VillageCoverage, type YearCoverage } from "./coverage.ts";
export { findStatement, openStatements, readIssued } from "./documents.ts";
export { errors as statementServiceErrors } from "./errors.ts";
export { fileNameOf, type WriteRequest, type WrittenFiles, writeStatements } from "./files.ts";
export { type IssueRequest, issueStatements, type SendIssue } from "./issue.ts";
export { noticeOf, ZHONGZHAN_NOTICE } from "./notice.ts";
export { statementRoutes } from "./routes.ts";
export { type RunRequest, type RunResult, runStatements } from "./run.ts";
export {
  type Coverage,
  type CoverageLine,
  countOf,
  type IssueReport,
  type OnProgress,
  type Progress,
  type StatementsOptions,
} from "./types.ts";
export { type Verdict, type VerifyQuestion, verify } from "./verify.ts";
export type { ShownReceipt, VerifyOptions } from "./verify-pages.ts";
export { verifyRoutes } from "./verify-routes.ts";
