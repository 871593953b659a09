import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { issuedFor, type StatementState } from "./evolve.ts";
import { changedLines, isNil, type StatementFigures } from "./figures.ts";
import { type Cutoff, type Notice, type StatementIssued, statementNumber } from "./schema.ts";

/** What all statements of a run share. */
export interface StatementRun {
  readonly year: number;
  readonly issuedOn: IsoDate;
  readonly cutoff: Cutoff;
  readonly notice: Notice;
}

/** One household of the run. */
export interface StatementItem {
  readonly household: string;
  readonly holder: string;
  /** 户基本情况, sealed under the holder's key. */
  readonly basics: string;
  readonly figures: StatementFigures;
  readonly contentHash: string;
  /** The household asked for a statement although there is nothing to say. */
  readonly requested?: boolean;
  /** Why a supplement is issued although no figure changed. */
  readonly reason?: string;
}

/** Refuses STATEMENT_YEAR_NOT_ENDED and STATEMENT_ISSUED_BEFORE_CUTOFF. */
export function checkRun(run: StatementRun): Result<StatementRun, Refusal> {
  const cutoffDay = shanghaiDate(run.cutoff.recordedAt);
  if (cutoffDay <= `${run.year}-12-31`)
    return refuse(errors.STATEMENT_YEAR_NOT_ENDED, { year: run.year, cutoff: cutoffDay }, { path: "/cutoff" });
  if (run.issuedOn < cutoffDay) {
    return refuse(errors.STATEMENT_ISSUED_BEFORE_CUTOFF, { issuedOn: run.issuedOn, cutoff: cutoffDay }, { path: "/issuedOn" });
  }
  return ok(run);
}

/**
 * 出具 (D12): the statement of a household and year, or a supplement to the one before with the changed lines. Refuses
 * STATEMENT_NIL, STATEMENT_UNCHANGED, STATEMENT_CUTOFF_OLDER. Source: domain 6.1.
 */
export function issueStatement(
  state: StatementState,
  run: StatementRun,
  item: StatementItem,
): Result<DomainEvent<"StatementIssued", StatementIssued>, Refusal> {
  const { household } = item;
  const last = issuedFor(state, run.year).at(-1);
  if (last === undefined && isNil(item.figures) && item.requested !== true)
    return refuse(errors.STATEMENT_NIL, { household, year: run.year });
  if (last !== undefined && run.cutoff.position <= last.cutoff.position) {
    return refuse(errors.STATEMENT_CUTOFF_OLDER, { household, position: run.cutoff.position, last: last.cutoff.position });
  }
  const changed = last === undefined ? [] : changedLines(last.figures, item.figures);
  if (last !== undefined && changed.length === 0 && item.reason === undefined) {
    return refuse(errors.STATEMENT_UNCHANGED, { household, year: run.year, number: last.number });
  }
  const supplement = last === undefined ? 0 : last.supplement + 1;
  return ok({
    type: "StatementIssued",
    valueDate: run.issuedOn,
    payload: {
      household,
      year: run.year,
      number: statementNumber(run.notice.prefix, run.year, household, supplement),
      supplement,
      contentHash: item.contentHash,
      cutoff: run.cutoff,
      issuedOn: run.issuedOn,
      notice: run.notice,
      figures: item.figures,
      holder: item.holder,
      basics: item.basics,
      ...(last === undefined ? {} : { changed }),
      ...(item.reason === undefined ? {} : { reason: item.reason }),
    },
  });
}
