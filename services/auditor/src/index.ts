export {
  Auditor,
  type AuditorOptions,
  isClean,
  type RoundOptions,
  type RoundResult,
  SWEEP_EVENTS_MAX,
  TAIL_EVENTS_MAX,
} from "./auditor.ts";
export { errors as auditErrors } from "./errors.ts";
export { FINDINGS_MAX, openFindings } from "./findings.ts";
export { LeafBook } from "./leaf-book.ts";
export { auditGauges } from "./metrics.ts";
export { verifyReport, type WrittenReport, writeReport } from "./report.ts";
export { type Language, markdownOf } from "./report-text.ts";
export { type AuditRouteOptions, auditRoutes } from "./routes.ts";
export { boundedStore, withSnapshot } from "./snapshot.ts";
export { AuditBusy, AuditFolderFault, auditorName, auditorSigner, readState } from "./state.ts";
export type {
  AuditCheck,
  AuditSources,
  AuditState,
  BooksPicture,
  Finding,
  Found,
  OpenDifference,
  ReportContent,
  ScopeMonth,
  Severity,
} from "./types.ts";
