import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { checkRun, type IssueStatementsBody, STATEMENTS_PER_COMMAND_MAX, type StatementItem, type StatementRun } from "@huimin/statement";
import { type Cutoff, changedLines, type IssuedStatement, isNil, issuedFor, statementNumber } from "@huimin/statement/events";
import {
  contentHash,
  createPager,
  readStatementSource,
  type StatementContent,
  type StatementHousehold,
  statementFigures,
  textsOf,
} from "@huimin/statements";
import type { Static } from "typebox";
import { openBasics } from "./basics.ts";
import { type BooksControl, controlOf, disagreement } from "./control.ts";
import { readIssued } from "./documents.ts";
import { errors } from "./errors.ts";
import type { CoverageLine, IssueReport, OnProgress, StatementsOptions } from "./types.ts";

/** Which statements to issue. Without `households`: all of the register, supplements included. */
export interface IssueRequest {
  readonly year: number;
  readonly households?: readonly string[];
  /** The households asked for it: a nil statement is issued too. */
  readonly requested?: boolean;
  /** A supplement also where only the household's own data changed. */
  readonly reason?: string;
  /** Default: the day of the cut-off. */
  readonly issuedOn?: string;
  /** Cut-off: position of the log. Default: its last one, now. */
  readonly position?: number;
  /** Only finds out what would become of every household: nothing is sealed or sent. */
  readonly dryRun?: boolean;
}

/** Records a command of the write side; resolves to a refusal, never throws one. */
export type SendIssue = (command: Static<typeof IssueStatementsBody>) => Promise<Result<unknown, Refusal>>;

/**
 * Issues the statements of a year (D12): figures of all households from one pass over the log up to the cut-off, compared
 * with the books, then one command per {@link STATEMENTS_PER_COMMAND_MAX} households. What was issued before and has not
 * changed is left alone, so a run that broke off is simply run again. A household that can't be printed (a character that
 * no font has), disagrees with the books or has no head is reported and not issued; the others are.
 */
export async function issueStatements(
  request: IssueRequest,
  options: StatementsOptions,
  send: SendIssue,
  onProgress: OnProgress = () => undefined,
): Promise<Result<IssueReport, Refusal>> {
  const { store, district, notice } = options;
  const cutoff = await cutoffOf(request, options);
  if (!cutoff.ok) return cutoff;
  const run: StatementRun = {
    year: request.year,
    cutoff: cutoff.value,
    issuedOn: request.issuedOn ?? shanghaiDate(cutoff.value.recordedAt),
    notice,
  };
  const allowed = checkRun(run);
  if (!allowed.ok) return allowed;
  const { position } = run.cutoff;
  const { households, bankNames } = await readStatementSource({
    store,
    district,
    year: run.year,
    position,
    ...(request.households ? { households: new Set(request.households) } : {}),
    onProgress: (done) => onProgress({ phase: "read", done, total: position }),
  });
  const lines: CoverageLine[] = (request.households ?? [])
    .filter((wanted) => !households.some(({ household }) => household === wanted))
    .map((household) => refusedLine(household, "", { code: errors.STATEMENT_HOUSEHOLD_UNKNOWN, details: { household, year: run.year } }));
  const control = await controlOf(run, options);
  for (let first = 0; first < households.length; first += STATEMENTS_PER_COMMAND_MAX) {
    const chunk = households.slice(first, first + STATEMENTS_PER_COMMAND_MAX);
    const outcome = await issueChunk(chunk, bankNames, run, request, options, send, control);
    if (!outcome.ok) return outcome;
    lines.push(...outcome.value);
    onProgress({ phase: "issue", done: first + chunk.length, total: households.length });
  }
  return { ok: true, value: { year: run.year, cutoff: run.cutoff, issuedOn: run.issuedOn, lines } };
}

async function cutoffOf(request: IssueRequest, { store, district, clock }: StatementsOptions): Promise<Result<Cutoff, Refusal>> {
  const head = await store.head(district);
  const { position } = request;
  if (position === undefined) return { ok: true, value: { position: head, recordedAt: shanghaiInstant(clock()) } };
  const [event] = position > head || position < 1 ? [] : await store.readAll(district, position - 1, 1);
  if (!event) return refuse(errors.STATEMENT_CUTOFF_AHEAD, { position, head }, { path: "/position" });
  return { ok: true, value: { position, recordedAt: event.recordedAt } };
}

interface Candidate {
  readonly of: StatementHousehold;
  readonly figures: StatementItem["figures"];
  readonly before: IssuedStatement | undefined;
}

const refusedLine = (household: string, village: string, refusal: Refusal): CoverageLine => ({
  household,
  village,
  coverage: "refused",
  refusal,
});

async function issueChunk(
  chunk: readonly StatementHousehold[],
  bankNames: ReadonlyMap<string, string>,
  run: StatementRun,
  request: IssueRequest,
  options: StatementsOptions,
  send: SendIssue,
  control: BooksControl | undefined,
): Promise<Result<CoverageLine[], Refusal>> {
  const issued = await readIssued(
    chunk.map(({ household }) => household),
    options,
  );
  const lines: CoverageLine[] = [];
  const candidates: Candidate[] = [];
  for (const of of chunk) {
    const { household, village } = of;
    const figures = statementFigures(of.input);
    const before = issuedFor(issued.get(household) ?? { issued: [] }, run.year).at(-1);
    const wrong = control && disagreement(household, run.year, figures, control);
    if (wrong) lines.push(refusedLine(household, village, wrong));
    else if (
      before ? changedLines(before.figures, figures).length === 0 && request.reason === undefined : isNil(figures) && !request.requested
    ) {
      const ended = of.state.ended ? { ended: of.status } : {};
      lines.push({ household, village, coverage: before ? "unchanged" : "nil", ...(before ? { number: before.number } : ended) });
    } else candidates.push({ of, figures, before });
  }
  const items = await itemsOf(candidates, bankNames, run, request, options, lines);
  if (items.length > 0 && !request.dryRun) {
    const sent = await send({ ...run, items });
    if (!sent.ok) return sent;
  }
  for (const { household } of items) {
    const { of, before } = candidates.find((one) => one.of.household === household) as Candidate;
    const supplement = before ? before.supplement + 1 : 0;
    const number = statementNumber(run.notice.prefix, run.year, household, supplement);
    lines.push({ household, village: of.village, coverage: before ? "supplement" : "issued", number });
  }
  return { ok: true, value: lines.sort((a, b) => (a.household < b.household ? -1 : 1)) };
}

/** The items of the command; what can't be made goes to `lines` with its reason. */
async function itemsOf(
  candidates: readonly Candidate[],
  bankNames: ReadonlyMap<string, string>,
  run: StatementRun,
  request: IssueRequest,
  options: StatementsOptions,
  lines: CoverageLine[],
): Promise<StatementItem[]> {
  if (candidates.length === 0) return [];
  const { vault, district } = options;
  const saltOf = (household: string): string => vault.fingerprint(district, "statement", `${household}|${run.year}|${run.cutoff.position}`);
  const known = await openBasics(
    candidates.map(({ of }) => of),
    bankNames,
    saltOf,
    options,
  );
  const made: { readonly candidate: Candidate; readonly content: StatementContent; readonly holder: string }[] = [];
  const pager = createPager(options.fonts());
  for (const [index, candidate] of candidates.entries()) {
    const { household, village } = candidate.of;
    const basics = known[index];
    if (!basics) {
      lines.push(refusedLine(household, village, { code: errors.STATEMENT_HEAD_UNKNOWN, details: { household } }));
      continue;
    }
    const content: StatementContent = { ...run, household, basics: basics.basics, figures: candidate.figures };
    const { page } = pager(content, { number: household, supplement: 0, contentHash: "0".repeat(64), position: 0 });
    const characters = options.fonts().missing(textsOf(page));
    if (characters.length > 0) {
      const details = { household, characters: characters.map(codePointName).join(" ") };
      lines.push(refusedLine(household, village, { code: errors.STATEMENT_CHARACTERS_MISSING, details }));
      continue;
    }
    options.onUnmask?.({ household, year: run.year });
    made.push({ candidate, content, holder: basics.holder });
  }
  const sealed = await vault.seal(
    (request.dryRun ? [] : made).map(({ content, holder }) => ({
      district,
      personId: holder,
      field: "statement",
      keyClass: "K1" as const,
      text: JSON.stringify(content.basics),
    })),
  );
  return made.map(({ candidate, content, holder }, index) => ({
    household: content.household,
    holder,
    basics: sealed[index] ?? "",
    figures: candidate.figures,
    contentHash: contentHash(content),
    ...(request.requested ? { requested: true } : {}),
    ...(candidate.before && request.reason !== undefined ? { reason: request.reason } : {}),
  }));
}

/** A missing character alone is no personal data, but it can be a name's: its code point is enough to find a font. */
const codePointName = (character: string): string => `U+${(character.codePointAt(0) as number).toString(16).toUpperCase()}`;
