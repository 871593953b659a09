import { randomUUIDv7 } from "node:crypto";
import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { addDays, type IsoDate, laterDate, shanghaiDate } from "@huimin/calendar";
import type { CommandMeta } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import {
  AllocateDividend,
  ApproveAllocation,
  DraftAllocation,
  OrderPoolPayout,
  PostPublicity,
  RecordPublicityBoards,
} from "@huimin/dividend";
import type { PayoutOrder } from "@huimin/dividend/events";
import { RefusalError } from "@huimin/http";
import type { Refusal } from "@huimin/outcome";
import { PAYOUT_EXTENSIONS } from "@huimin/service-dividends";
import { writeBoards } from "@huimin/service-publicity";
import { issueStatements, workFolder, writeArchive, writeWhole } from "@huimin/service-statements";
import { IssueStatements } from "@huimin/statement";
import { createBinder, createPrinterPool } from "@huimin/statements";
import { CloseYearEnd } from "@huimin/year-end-run";
import type { Decided } from "@huimin/year-end-run/events";
import { printingBoards, printingStatements } from "../compose/disclosures.ts";
import { give, postAllocation } from "../compose/long-lists.ts";
import { openPayoutFiles } from "../compose/payout-files.ts";
import { submitOrder } from "../compose/pool-payout.ts";
import { publicityOptionsOf } from "../compose/publicity.ts";
import { statementOptionsOf } from "../compose/statements.ts";
import type { Platform } from "../types.ts";
import { submittedBatches } from "./batches.ts";
import { archiveFolder, boardsFolder, filesFolder, issueReportFile } from "./folders.ts";
import { unpaidItems, unprintedItems } from "./items.ts";
import type { ItemError, ProgressKeeper } from "./progress.ts";
import { draftOf, findRun, goesOn, type OpenRun, onBehalf, ordersOf, payablePools, roundMark, SYSTEM } from "./read.ts";
import { readRoster, writeRoster } from "./roster.ts";
import type { StepName } from "./steps.ts";

/*
 * What each step does. A step looks at what is there and does what is missing, so it may break off anywhere and be begun again, by
 * this process or another; two at once do everything once. Nothing is done without the decision that it needs, and nothing
 * after the run was cancelled. What can't be done is noted with its item and the others go on.
 */

interface Work {
  readonly platform: Platform;
  readonly open: OpenRun;
  readonly progress: ProgressKeeper;
}

/** Thrown between two items when the run is over meanwhile. */
class Stopped extends Error {}

/** How long a step waits for the books to reach the cut-off. */
const WAIT_MS = 60_000;

const errorOf = (item: string, { code, details }: Refusal, household?: string): ItemError => {
  const named = household ?? (typeof details?.household === "string" && details.household !== "–" ? details.household : undefined);
  return { item, code, ...(named === undefined ? {} : { household: named }), ...(details ? { details } : {}) };
};

/** Does something for every pool; a refusal of one is noted. */
async function eachPool(work: Work, one: (pool: string) => Promise<void>): Promise<void> {
  const { pools } = work.open.run.plan.is;
  let done = 0;
  work.progress.update(0, pools.length);
  for (const { pool } of pools) {
    await stopIfOver(work);
    try {
      await one(pool);
    } catch (fault) {
      if (!(fault instanceof RefusalError)) throw fault;
      for (const refusal of fault.refusals) work.progress.error(errorOf(pool, refusal));
    }
    done += 1;
    work.progress.update(done, pools.length);
  }
}

async function stopIfOver({ platform, open }: Work): Promise<void> {
  if (!(await goesOn(platform, open))) throw new Stopped();
}

/**
 * Gives commands on behalf of a decision. Each has a key of its own: two processes at the same step, each of which sees that it
 * is still to be done, record it once, and the second gets the first one's answer.
 */
const commandOf =
  ({ platform, open }: Work, meta: CommandMeta) =>
  (definition: CommandDefinition, body: Readonly<Record<string, unknown>>, item: string) =>
    give(
      { platform, meta: { ...meta, keys: [{ client: "job", key: `year-end;${open.name};${definition.name};${item}` }] } },
      definition,
      body,
    );

const today = ({ platform }: Work): IsoDate => shanghaiDate(platform.clock());

async function drafts(work: Work): Promise<void> {
  const { plan } = work.open.run;
  const { year, snapshot, pools } = plan.is;
  const give = commandOf(work, onBehalf(plan, "FIN-M"));
  await eachPool(work, async (pool) => {
    if (draftOf(work.open, pool)) return;
    const { total, method, residueRule } = pools.find((one) => one.pool === pool) ?? {};
    const terms = { ...(total ? { total } : {}), ...(method ? { method } : {}), ...(residueRule ? { residueRule } : {}) };
    await give(DraftAllocation, { pool, year, snapshot, ...terms, valueDate: plan.valueDate }, pool);
  });
}

async function publicity(work: Work): Promise<void> {
  const { platform, open } = work;
  const decided = open.run.publicity as Decided<"YearEndPublicityConfirmed">;
  const { year, from, to, place } = decided.is;
  const send = commandOf(work, onBehalf(decided));
  const options = publicityOptionsOf(platform);
  await eachPool(work, async (pool) => {
    const draft = draftOf(open, pool);
    if (!draft) return;
    if (draft.status === "drafted")
      await send(
        PostPublicity,
        { pool, year, from, to, ...(place === undefined ? {} : { place }), valueDate: decided.valueDate },
        `${pool};${draft.header.draft}`,
      );
    const out = boardsFolder(open, pool, draft.header.draft);
    if (await exists(path.join(out, "boards.csv"))) return;
    const part = `${out}.${randomUUIDv7()}.part`;
    const record = async (command: object) => {
      try {
        const value = await give({ platform, meta: SYSTEM }, RecordPublicityBoards, { ...command, valueDate: decided.valueDate });
        return { ok: true, value } as const;
      } catch (fault) {
        const [refusal] = fault instanceof RefusalError ? fault.refusals : [];
        if (!refusal) throw fault;
        return { ok: false, refusal } as const;
      }
    };
    const written = await printingBoards(platform, SYSTEM, { pool, year, place: out }, (onDisclose) =>
      writeBoards({ pool, year, out: part, rule: "full" }, options, record, undefined, onDisclose),
    );
    if (!written.ok) throw new RefusalError(written.refusal);
    // Whoever was first is right: the sheets are the same.
    await rename(part, out).catch(() => rm(part, { recursive: true, force: true }));
  });
}

async function approval(work: Work): Promise<void> {
  const decided = work.open.run.approval as Decided<"YearEndListsApproved">;
  const send = commandOf(work, onBehalf(decided, "FIN-R"));
  await eachPool(work, async (pool) => {
    const draft = draftOf(work.open, pool);
    if (draft?.status !== "published" || !draft.publicity) return;
    // Not before the last day is over, whenever it was decided.
    if (today(work) <= draft.publicity.to) return;
    const valueDate = laterDate(decided.valueDate, addDays(draft.publicity.to, 1));
    await send(
      ApproveAllocation,
      { pool, year: decided.is.year, draft: draft.header.draft, listHash: draft.header.listHash, valueDate },
      `${pool};${draft.header.draft}`,
    );
  });
}

async function allocation(work: Work): Promise<void> {
  const decided = work.open.run.allocation as Decided<"YearEndAllocationConfirmed">;
  const { year } = decided.is;
  const send = commandOf(work, onBehalf(decided, "FIN-M"));
  await eachPool(work, async (pool) => {
    const draft = draftOf(work.open, pool);
    if (draft?.status === "approved") {
      const valueDate = laterDate(decided.valueDate, draft.approvedOn ?? decided.valueDate);
      await send(AllocateDividend, { pool, year, draft: draft.header.draft, valueDate }, `${pool};${draft.header.draft}`);
    }
    if (draft?.status === "approved" || draft?.status === "allocated")
      await postAllocation({ platform: work.platform, meta: SYSTEM }, pool, year);
  });
}

/** The orders of a round: of every pool one for each bank. They are given before any batch, so that a broken run has the same ones. */
async function orderRound(work: Work, decided: Decided<"YearEndPayoutConfirmed">): Promise<void> {
  const { open } = work;
  const { year, round } = decided.is;
  const run = roundMark(open.name, round);
  const payable = new Set(payablePools(open));
  const [agency, ...others] = open.run.plan.is.banks;
  const send = commandOf(work, onBehalf(decided, "FIN-C"));
  await eachPool(work, async (pool) => {
    const state = open.pools.get(pool);
    const list = state?.years.get(year)?.allocated.at(-1);
    if (!state || !list || !payable.has(pool)) return;
    const valueDate = laterDate(decided.valueDate, list.on);
    const ordered = new Set(state.payouts.filter((order) => order.run === run).map(({ bank }) => bank));
    const banks = [...others.map((one) => ({ ...one, accountsOf: [one.bank] })), ...(agency ? [{ ...agency, ...rest(others) }] : [])];
    for (const bank of banks)
      if (!ordered.has(bank.bank)) await send(OrderPoolPayout, { pool, year, ...bank, run, valueDate }, `${pool};${bank.bank};${round}`);
  });
}
const rest = (others: readonly { readonly bank: string }[]) =>
  others.length === 0 ? {} : { accountsNotOf: others.map(({ bank }) => bank) };

async function payout(work: Work): Promise<void> {
  const { platform } = work;
  for (const decided of work.open.run.payouts) await orderRound(work, decided);
  const open = await findRun(platform, work.open.year, work.open.run.plan.is.run);
  const orders = ordersOf(open);
  const total = orders.reduce((sum, { order }) => sum + order.batches, 0);
  let before = 0;
  const now = { ...work, open };
  for (const { round, order } of orders) {
    await stopIfOver(now);
    await payOrder(now, order, round, (done) => work.progress.update(before + done, total));
    before += order.batches;
    work.progress.update(before, total);
  }
}

async function payOrder({ platform, open, progress }: Work, order: PayoutOrder, round: number, onProgress: (done: number) => void) {
  const runner = { platform, meta: SYSTEM, onProgress, goOn: () => goesOn(platform, open) };
  try {
    for (const error of unpaidItems(order, await submitOrder(runner, order))) progress.error(error);
  } catch (fault) {
    if (!(fault instanceof RefusalError)) throw fault;
    for (const refusal of fault.refusals) progress.error(errorOf(order.pool, refusal));
    return;
  }
  const folder = filesFolder(open, round, order.bank);
  const batches = await submittedBatches(platform, order);
  const missing: string[] = [];
  const format = open.run.plan.is.banks.find(({ bank }) => bank === order.bank)?.format ?? "csv";
  const ending = PAYOUT_EXTENSIONS[format];
  for (const batch of batches) if (!(await exists(path.join(folder, `${batch}.${ending}`)))) missing.push(batch);
  if (missing.length === 0) return;
  const by = open.run.payouts[round - 1] as Decided<"YearEndPayoutConfirmed">;
  const files = openPayoutFiles(platform, { actor: by.actor, role: by.role });
  try {
    const part = `${folder}.${randomUUIDv7()}.part`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(part, { recursive: true, mode: 0o700 });
    await files.writeAll(
      missing,
      part,
      async (batch, write) => {
        try {
          const file = await write();
          await rename(file, path.join(folder, path.basename(file)));
        } catch (fault) {
          if (!(fault instanceof RefusalError)) throw fault;
          for (const refusal of fault.refusals) progress.error(errorOf(batch, refusal));
        }
      },
      format,
    );
    await rm(part, { recursive: true, force: true });
  } finally {
    await files.close();
  }
}

/** What is kept of an issue: the same whether it was done at once or in several tries. */
export interface YearEndIssue {
  readonly covered: number;
  readonly nil: number;
  readonly refused: number;
}

async function statements(work: Work): Promise<void> {
  const { platform, open, progress } = work;
  const decided = open.run.statements as Decided<"YearEndStatementsConfirmed">;
  const reached = await platform.projector.waitFor(decided.position, WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the cut-off in time");
  const meta = onBehalf(decided, "FIN-R");
  const request = { year: open.year, position: decided.position, issuedOn: decided.is.issuedOn };
  const issued = await issueStatements(
    request,
    statementOptionsOf(platform),
    async (body) => {
      await stopIfOver(work);
      const outcome = await platform.table.handlerOf(IssueStatements.name).execute(IssueStatements, body, meta);
      if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { ok: false, refusal: outcome.refusal };
      return { ok: true, value: outcome.answer };
    },
    ({ phase, done, total }) => {
      if (phase === "issue") progress.update(done, total);
    },
  );
  platform.projector.wake();
  if (!issued.ok) throw new RefusalError(issued.refusal);
  const { lines } = issued.value;
  for (const { household, village, refusal } of lines) if (refusal) progress.error(errorOf(village, refusal, household));
  const refused = lines.filter(({ coverage }) => coverage === "refused").length;
  const nil = lines.filter(({ coverage }) => coverage === "nil").length;
  const report: YearEndIssue = { covered: lines.length - nil - refused, nil, refused };
  await writeWhole(issueReportFile(open), JSON.stringify(report));
}

/** The last step. A second process at it finds the run closed under its hands: what it holds is put away, and nothing is wrong. */
async function archive(work: Work): Promise<void> {
  const { platform, open } = work;
  const isOver = async (): Promise<boolean> => !(await goesOn(platform, open));
  try {
    await archiveAll(work);
  } catch (fault) {
    if (fault instanceof Stopped || !(await isOver())) throw fault;
  }
  if (await isOver()) await rm(workFolder(archiveFolder(open)), { recursive: true, force: true });
}

/** What processes left half-written that ended in the middle of it. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const step of ["3-publicity", "6-payout"])
    for (const name of await readdir(path.join(folder, step)).catch(() => []))
      if (name.endsWith(".part")) await rm(path.join(folder, step, name), { recursive: true, force: true });
}

async function archiveAll(work: Work): Promise<void> {
  const { platform, open, progress } = work;
  const decided = open.run.statements as Decided<"YearEndStatementsConfirmed">;
  const { year } = open;
  const options = statementOptionsOf(platform);
  const fallbackFonts = options.fonts().fallback;
  const printer = createPrinterPool({ threads: Math.max(1, availableParallelism() - 1), fallbackFonts });
  const binder = createBinder({ fallbackFonts });
  try {
    const { largePrint = false, twoCopies = false } = decided.is;
    const out = archiveFolder(open);
    const request = { year, position: decided.position, out, largePrint, twoCopies, goOn: () => goesOn(platform, open) };
    const made = await printingStatements(platform, SYSTEM, { year, place: out }, (onUnmask) =>
      writeArchive(request, { ...options, onUnmask }, { printer, binder }, (done, of) => progress.update(done, of)),
    );
    if (made.indexHash === undefined) throw new Stopped();
    for (const error of unprintedItems(made.lacking, year)) progress.error(error);
    if (made.lacking.some(({ lack }) => lack === "failed")) return;
    await removeLeftovers(open.folder);
    await give({ platform, meta: SYSTEM }, CloseYearEnd, {
      year,
      statements: made.statements,
      files: made.files,
      indexHash: made.indexHash,
    });
  } finally {
    await printer.close();
    await binder.close();
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

interface StepWork {
  /** Whether the people have decided what it needs, and it is not behind us. */
  readonly may: (open: OpenRun) => boolean | Promise<boolean>;
  readonly run: (work: Work) => Promise<void>;
}

const STEPS: Partial<Readonly<Record<StepName, StepWork>>> = {
  snapshot: {
    may: async (open) => (await readRoster(open)) === undefined,
    run: ({ platform, open, progress }) => writeRoster(platform, open, progress),
  },
  drafts: { may: () => true, run: drafts },
  publicity: { may: ({ run }) => run.publicity !== undefined, run: publicity },
  approval: { may: ({ run }) => run.approval !== undefined, run: approval },
  allocation: { may: ({ run }) => run.allocation !== undefined, run: allocation },
  payout: { may: ({ run }) => run.payouts.length > 0, run: payout },
  statements: { may: async (open) => open.run.statements !== undefined && !(await exists(issueReportFile(open))), run: statements },
  archive: { may: async (open) => open.run.statements !== undefined && (await exists(issueReportFile(open))), run: archive },
};

/** Does what a step may do now. Answers false when there was nothing that it may do, or the run is over. */
export async function workAt(
  platform: Platform,
  { year, run, step }: { readonly year: number; readonly run: number; readonly step: StepName },
  makeProgress: (folder: string) => ProgressKeeper,
): Promise<boolean> {
  const open = await findRun(platform, year, run);
  const todo = STEPS[step];
  if (!todo || open.run.cancelled || open.run.closed || !(await todo.may(open))) return false;
  const progress = makeProgress(open.folder);
  try {
    await todo.run({ platform, open, progress });
    return true;
  } catch (fault) {
    if (fault instanceof Stopped) return false;
    if (!(fault instanceof RefusalError)) throw fault;
    for (const refusal of fault.refusals) progress.error(errorOf(step, refusal));
    return true;
  } finally {
    progress.end();
  }
}
