import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { shanghaiDate } from "@huimin/calendar";
import { orderedBatch, type PayoutOrder } from "@huimin/dividend/events";
import { readJson } from "@huimin/service-statements";
import { missingBatches } from "../compose/pool-payout.ts";
import type { Platform } from "../types.ts";
import { boardsFolder, filesFolder, issueReportFile } from "./folders.ts";
import { type BankResults, type Payments, paymentsOf } from "./payments.ts";
import { type ItemError, readProgress } from "./progress.ts";
import { draftOf, type OpenRun, ordersOf, payablePools } from "./read.ts";
import { readRoster } from "./roster.ts";
import { STEP_NAMES, STEP_TITLES, type StepName } from "./steps.ts";
import type { YearEndIssue } from "./work.ts";

/*
 * Where a run stands: every step with how far it is and, where it does not go on by itself, who has to do what. Computed from the
 * log and the files each time; only how fast a step goes comes from the process that works at it.
 */

/** `later`: what comes before is not done. `blocked`: it was tried, and items could not be done. */
export type StepState = "done" | "working" | "ready" | "waiting" | "blocked" | "later" | "cancelled";

export interface Waits {
  readonly zh: string;
  readonly en: string;
  /** Role that can end it. */
  readonly who: string;
  /** On the command line; over HTTP `POST /api/v1/year-end/{year}/…`. */
  readonly command?: string;
}

export interface StepStatus {
  readonly step: StepName;
  readonly number: number;
  readonly zh: string;
  readonly en: string;
  readonly state: StepState;
  readonly done: number;
  readonly of: number;
  /** What `done` counts. */
  readonly unit: string;
  readonly waitsFor?: Waits;
  /** Items a second, and seconds until its end, while it is worked at. */
  readonly perSecond?: number;
  readonly secondsLeft?: number;
  readonly errors: readonly ItemError[];
  readonly errorCount: number;
}

export interface YearEndStatus {
  readonly run: string;
  readonly year: number;
  readonly number: number;
  readonly state: "open" | "cancelled" | "closed";
  readonly openedOn: string;
  readonly snapshot: string;
  readonly current?: StepName;
  readonly steps: readonly StepStatus[];
  readonly money: Omit<Payments, "banks" | "unpaid" | "unpaidCount">;
  readonly banks: readonly BankResults[];
  readonly cancelled?: { readonly reason: string; readonly stands: Waits };
  readonly archive?: { readonly indexHash: string; readonly statements: number; readonly files: number };
  readonly folder: string;
}

/** What one look finds of a step, before it is told in words. */
interface Found {
  readonly done: number;
  readonly of: number;
  readonly unit: string;
  readonly waits?: Waits | undefined;
  /** Errors that follow from the log, besides those of the last try. */
  readonly errors?: readonly ItemError[];
  readonly errorCount?: number;
  /** Decided by people, or needing nobody. */
  readonly may: boolean;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
const confirm = (step: string, { year }: OpenRun): string => `huimin year-end confirm ${step} ${year}`;

/** A worker that has not said anything for so long is gone. */
const SILENT_MS = 15_000;

type Look = (platform: Platform, open: OpenRun) => Promise<Found>;

const perPool = async (
  open: OpenRun,
  isDone: (pool: string) => boolean | Promise<boolean>,
): Promise<{ done: number; of: number; unit: string }> => {
  let done = 0;
  for (const { pool } of open.run.plan.is.pools) if (await isDone(pool)) done += 1;
  return { done, of: open.run.plan.is.pools.length, unit: "pools" };
};

const publicity: Look = async (_, open) => {
  const { run } = open;
  const found = await perPool(open, async (pool) => {
    const draft = draftOf(open, pool);
    return draft?.publicity?.boards === true && (await exists(path.join(boardsFolder(open, pool, draft.header.draft), "boards.csv")));
  });
  const waits = {
    zh: `名单张榜公示（${run.plan.is.publicity.from} 至 ${run.plan.is.publicity.to}）`,
    en: "the lists to hang out in the villages",
    who: "VIL",
  };
  return {
    ...found,
    may: run.publicity !== undefined,
    ...(run.publicity ? {} : { waits: { ...waits, command: confirm("publicity", open) } }),
  };
};

const approval: Look = async (platform, open) => {
  const found = await perPool(open, (pool) => ["approved", "allocated"].includes(draftOf(open, pool)?.status ?? ""));
  const drafts = open.run.plan.is.pools.flatMap(({ pool }) => {
    const draft = draftOf(open, pool);
    return draft?.publicity && draft.status === "published" ? [{ pool, draft, to: draft.publicity.to }] : [];
  });
  const errors = drafts.flatMap(({ pool, draft }) =>
    draft.objections
      .filter(({ result }) => result !== "dismissed")
      .map(({ objection, household, result }) => {
        const code = result === "open" ? "OBJECTION_OPEN" : "OBJECTION_UPHELD";
        return { item: pool, household, code, details: { objection, draft: draft.header.draft } };
      }),
  );
  const today = shanghaiDate(platform.clock());
  const last = drafts
    .map(({ to }) => to)
    .sort()
    .at(-1);
  const waits = ((): Waits | undefined => {
    if (last !== undefined && today <= last) return { zh: `公示期满（${last}）`, en: `the end of publicity on ${last}`, who: "—" };
    if (errors.length > 0) return { zh: `处理 ${errors.length} 件异议`, en: `${errors.length} objections to be resolved`, who: "POV" };
    return open.run.approval
      ? undefined
      : { zh: "审批", en: "the approval of the lists", who: "FIN-R", command: confirm("approval", open) };
  })();
  return { ...found, may: open.run.approval !== undefined, errors, errorCount: errors.length, ...(waits ? { waits } : {}) };
};

const allocation: Look = async (_, open) => {
  const found = await perPool(open, (pool) => {
    const draft = draftOf(open, pool);
    return draft?.status === "allocated" && draft.posted.size >= draft.header.parts;
  });
  const waits = {
    zh: "同意分配到户（双人）",
    en: "consent to the allocation, by two persons",
    who: "FIN-M",
    command: confirm("allocation", open),
  };
  return { ...found, may: open.run.allocation !== undefined, ...(open.run.allocation ? {} : { waits }) };
};

/** Batches of an order that are with the bank and whose file is written; one that could not be written is told by the last try. */
async function orderedAndWritten(platform: Platform, open: OpenRun, round: number, order: PayoutOrder): Promise<number> {
  const missing = new Set(await missingBatches(platform, order));
  const files = new Set(
    (await readdir(filesFolder(open, round, order.bank)).catch(() => [])).map((name) => path.basename(name, path.extname(name))),
  );
  const refused = new Set((await readProgress(open.folder, "payout"))?.errors.map(({ item }) => item));
  const numbers = Array.from({ length: order.batches }, (_, index) => index + 1);
  const isDone = (batch: number): boolean => {
    const name = orderedBatch(order, batch);
    return order.passed.includes(batch) || (!missing.has(batch) && (files.has(name) || refused.has(name)));
  };
  return numbers.filter(isDone).length;
}

/** At its end when every pool has its order for every bank, unless that was refused, and each order is carried out. */
const payout: Look = async (platform, open) => {
  const orders = ordersOf(open);
  const tried = await readProgress(open.folder, "payout");
  const refused = new Set(tried?.ended ? tried.errors.map(({ item }) => item) : []);
  let [done, of] = [0, 0];
  for (const { is } of open.run.payouts)
    for (const pool of payablePools(open).filter((one) => !refused.has(one)))
      for (const { bank } of open.run.plan.is.banks)
        if (!orders.some(({ round, order }) => round === is.round && order.pool === pool && order.bank === bank)) of += 1;
  for (const { round, order } of orders) {
    of += order.batches;
    done += await orderedAndWritten(platform, open, round, order);
  }
  const waits = { zh: "同意发放（双人）", en: "consent to the payout, by two persons", who: "FIN-C", command: confirm("payout", open) };
  const first = open.run.payouts.length > 0;
  return { done, of, unit: "batches", may: first, ...(first ? {} : { waits }) };
};

const results: Look = async (platform, open) => {
  const { banks } = await paymentsOf(platform, open);
  const submitted = banks.reduce((sum, one) => sum + one.submitted, 0);
  const items = banks.reduce((sum, one) => sum + one.open, 0);
  const waiting = banks.filter((one) => one.open > 0).map(({ bank, open: count, openAmount }) => `${bank} ${count} (${openAmount})`);
  const waits = { zh: `银行回盘：${waiting.join("，")}`, en: `results of the banks: ${waiting.join(", ")}`, who: "BANK" };
  return { done: submitted - items, of: submitted, unit: "items", may: true, ...(items > 0 ? { waits } : {}) };
};

const reissue: Look = async (platform, open) => {
  const { unpaid, unpaidCount } = await paymentsOf(platform, open);
  const errors = unpaid.map(({ pool, household, code, payoutBatch, amount }) => ({
    ...{ item: payoutBatch ?? pool, household, code, details: { household, amount, pool } },
  }));
  const over = open.run.statements !== undefined;
  const waits = {
    zh: `${unpaidCount} 户未发：改正账户后再发一轮（confirm payout），或出具告知书（confirm statements）照实列明`,
    en: `${unpaidCount} entitlements are unpaid: correct the accounts and pay another round, or go on to the statements, which say so`,
    who: "FIN-C",
    command: confirm("payout", open),
  };
  const rounds = Math.max(0, open.run.payouts.length - 1);
  return {
    done: rounds,
    of: rounds,
    unit: "rounds",
    may: true,
    errors,
    errorCount: unpaidCount,
    ...(unpaidCount > 0 && !over ? { waits } : {}),
  };
};

const statements: Look = async (_, open) => {
  const report = await readJson<YearEndIssue>(issueReportFile(open));
  const waits = { zh: "出具告知书", en: "the order to issue the statements", who: "FIN-R", command: confirm("statements", open) };
  const all = report ? report.covered + report.refused : 1;
  return {
    done: report ? all : 0,
    of: all,
    unit: "statements",
    may: open.run.statements !== undefined,
    ...(open.run.statements ? {} : { waits }),
  };
};

const LOOKS: Readonly<Record<StepName, Look>> = {
  snapshot: async (_, open) => {
    const roster = await readRoster(open);
    return { done: roster?.households ?? 0, of: roster?.households ?? 1, unit: "households", may: true };
  },
  drafts: async (_, open) => ({ ...(await perPool(open, (pool) => draftOf(open, pool) !== undefined)), may: true }),
  publicity,
  approval,
  allocation,
  payout,
  results,
  reissue,
  statements,
  archive: async (_, { run }) => ({
    done: run.closed?.is.statements ?? 0,
    of: run.closed?.is.statements ?? 1,
    unit: "statements",
    may: run.statements !== undefined,
  }),
};

/** Everything of a run, for the screen and the command line. */
export async function lookAt(platform: Platform, open: OpenRun): Promise<YearEndStatus> {
  const { run, year, name, folder } = open;
  const steps: StepStatus[] = [];
  let reached = true;
  for (const [index, step] of STEP_NAMES.entries()) {
    const status = await stepStatus(platform, open, step, index + 1, reached);
    steps.push(status);
    if (status.state !== "done") reached = false;
  }
  const { banks, unpaid: _, unpaidCount: __, ...money } = await paymentsOf(platform, open);
  const current = steps.find(({ state }) => state !== "done")?.step;
  return {
    ...{ run: name, year, number: run.plan.is.run, openedOn: run.plan.valueDate, snapshot: run.plan.is.snapshot },
    state: run.cancelled ? "cancelled" : run.closed ? "closed" : "open",
    ...(current === undefined || run.cancelled || run.closed ? {} : { current }),
    ...{ steps, money, banks, folder },
    ...(run.cancelled ? { cancelled: { reason: run.cancelled.is.reason, stands: standing(banks) } } : {}),
    ...(run.closed
      ? { archive: { indexHash: run.closed.is.indexHash, statements: run.closed.is.statements, files: run.closed.is.files } }
      : {}),
  };
}

/** What a cancelled run leaves as it is. */
function standing(banks: readonly BankResults[]): Waits {
  const open = banks.filter((one) => one.open > 0).map(({ bank, open: count, openAmount }) => `${bank} ${count} (${openAmount})`);
  if (open.length === 0) return { zh: "没有在途款项", en: "nothing is with a bank", who: "—" };
  return {
    zh: `已提交银行的不因中止而撤回：${open.join("，")}；银行尚未受理的批次可另行撤销（CancelPayoutBatch）`,
    en: `what is with a bank stays with it: ${open.join(", ")}; a batch that its bank has not accepted may be cancelled on its own (CancelPayoutBatch)`,
    who: "BANK",
  };
}

async function stepStatus(platform: Platform, open: OpenRun, step: StepName, number: number, reached: boolean): Promise<StepStatus> {
  const found = await LOOKS[step](platform, open);
  const tried = await readProgress(open.folder, step);
  const complete = found.done >= found.of && !found.waits && found.may;
  const working = tried !== undefined && !tried.ended && Date.now() - tried.updated < SILENT_MS && !complete;
  const known = [...(found.errors ?? []), ...(tried?.errors ?? [])];
  const errorCount = (found.errorCount ?? 0) + (tried?.errorCount ?? 0);
  const over = open.run.cancelled !== undefined;
  const state = ((): StepState => {
    if (complete && (reached || step !== "results")) return reached ? "done" : "later";
    if (over) return "cancelled";
    if (!reached) return "later";
    if (working) return "working";
    if (found.waits) return "waiting";
    return tried?.ended && errorCount > 0 ? "blocked" : "ready";
  })();
  const { done, of } = working && tried ? tried : found;
  const speed = working && tried ? speedOf(tried) : {};
  const waits = state === "waiting" || state === "later" ? found.waits : undefined;
  return {
    step,
    number,
    ...STEP_TITLES[step],
    state,
    done,
    of,
    unit: found.unit,
    ...(waits ? { waitsFor: waits } : {}),
    ...speed,
    errors: known,
    errorCount,
  };
}

/** Items a second since it began, and how long it takes at that. */
function speedOf({
  done,
  of,
  begun,
  updated,
}: {
  readonly done: number;
  readonly of: number;
  readonly begun: number;
  readonly updated: number;
}) {
  const seconds = (updated - begun) / 1000;
  if (done === 0 || seconds <= 0) return {};
  const perSecond = done / seconds;
  return { perSecond: Math.round(perSecond * 10) / 10, secondsLeft: Math.ceil((of - done) / perSecond) };
}
