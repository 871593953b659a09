import type { InvariantResult } from "@huimin/books";
import { addMonths } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import { reconciliationState } from "@huimin/reconciliation-view";
import type { AuditCheck, AuditSources } from "@huimin/service-auditor";
import { checkInvariants, readPeriods } from "@huimin/service-ledger";
import { changedLines, type StatementIssued } from "@huimin/statement/events";
import { contentHash, contentOf, readStatementSource, type StatementBasics, statementFigures } from "@huimin/statements";
import type { Vault } from "@huimin/vault";

/* What the auditor looks at besides the log: the invariants of `huimin check`, reconciliations, statements. */

const EXAMPLES_MAX = 10;
/** Closed months whose reconciliation is looked at again. */
const MONTHS_MAX = 12;
/** Runs of statements made anew in one round, the newest first: each is a pass over the log. */
const RUNS_MAX = 4;
const PAGE = 2_000;

const result = (
  id: string,
  zh: string,
  en: string,
  severity: InvariantResult["severity"],
  checked: number,
  wrong: readonly string[],
): InvariantResult => ({
  id,
  title: { zh, en },
  ...{ severity, checked, failed: wrong.length, examples: wrong.slice(0, EXAMPLES_MAX) },
});

/** Accounts of the last whole month, and of the closed months of a year, that have unexplained differences or open days. */
async function reconciliations({ pool, store, district, today }: AuditSources): Promise<readonly InvariantResult[]> {
  const last = addMonths(today, -1).slice(0, 7);
  const { lastClosed } = await readPeriods(store, district);
  const closed: string[] = [];
  for (let month = lastClosed; month !== undefined && closed.length < MONTHS_MAX; month = addMonths(`${month}-01`, -1).slice(0, 7))
    closed.push(month);
  const look = async (months: readonly string[]): Promise<{ checked: number; wrong: string[] }> => {
    const wrong: string[] = [];
    let checked = 0;
    for (const month of months)
      for (const { account, unexplained, unclosedDays } of await reconciliationState(pool, { district, month })) {
        checked += 1;
        if (unexplained > 0 || unclosedDays > 0)
          wrong.push(`${month} ${account}: ${unexplained} unexplained, ${unclosedDays} days not closed`);
      }
    return { checked, wrong };
  };
  const [open, shut] = [await look([last]), await look(closed)];
  return [
    result(
      "reconciliation-last-month",
      "上月各账户已与银行对账",
      "Accounts of the last month are reconciled with the banks",
      "warning",
      open.checked,
      open.wrong,
    ),
    result(
      "reconciliation-closed-months",
      "已结账各月的账户仍与银行一致",
      "Accounts of closed months still agree with the banks",
      "warning",
      shut.checked,
      shut.wrong,
    ),
  ];
}

async function issuedStatements({
  store,
  district,
  position,
}: AuditSources): Promise<readonly (StatementIssued & { readonly position: number })[]> {
  const issued: (StatementIssued & { readonly position: number })[] = [];
  for (let after = 0; after < position; ) {
    const events: readonly StoredEvent[] = await store.readAll(district, after, PAGE, ["statement"]);
    for (const event of events)
      if (event.type === "StatementIssued") issued.push({ ...(event.payload as StatementIssued), position: event.position });
    after = events.at(-1)?.position ?? position;
  }
  return issued;
}

/** 告知书: the figures that were printed follow from the log up to the cut-off; with the vault, the content hash from what was printed. */
const statements =
  (vault: Vault | undefined) =>
  async (sources: AuditSources): Promise<readonly InvariantResult[]> => {
    const { store, district } = sources;
    const issued = await issuedStatements(sources);
    const runs = Map.groupBy(issued, ({ year, cutoff }) => `${year} ${cutoff.position}`);
    const newest = [...runs.values()].sort((a, b) => (b[0]?.position ?? 0) - (a[0]?.position ?? 0)).slice(0, RUNS_MAX);
    const wrong: string[] = [];
    for (const run of newest) {
      const [first] = run;
      if (first === undefined) continue;
      const wanted = new Set(run.map(({ household }) => household));
      const { households } = await readStatementSource({
        store,
        district,
        year: first.year,
        position: first.cutoff.position,
        households: wanted,
      });
      const made = new Map(households.map(({ household, input }) => [household, statementFigures(input)]));
      for (const { household, number, figures } of run) {
        const now = made.get(household);
        if (now === undefined || changedLines(figures, now).length > 0) wrong.push(number);
      }
    }
    // A warning: where a rule was mended since, the figures of today are others than were printed, and people look at that.
    const looked = newest.reduce((sum, run) => sum + run.length, 0);
    const figures = result(
      "statement-figures",
      "告知书所列金额可由日志重算得出",
      "Figures of statements follow from the log",
      "warning",
      looked,
      wrong,
    );
    return vault === undefined ? [figures] : [figures, await contentHashes(newest.flat(), district, vault)];
  };

/** Statements of holders whose keys are destroyed can't be opened any more, and are passed over. */
async function contentHashes(issued: readonly StatementIssued[], district: string, vault: Vault): Promise<InvariantResult> {
  const wrong: string[] = [];
  let looked = 0;
  for (let first = 0; first < issued.length; first += PAGE) {
    const page = issued.slice(first, first + PAGE);
    const opened = await vault.unsealMany(
      page.map(({ holder, basics }) => ({ district, personId: holder, field: "statement", sealed: basics })),
    );
    for (const [index, one] of page.entries()) {
      const text = opened[index];
      if (text === undefined) continue;
      looked += 1;
      if (contentHash(contentOf(one, JSON.parse(text) as StatementBasics)) !== one.contentHash) wrong.push(one.number);
    }
  }
  return result(
    "statement-hashes",
    "告知书内容与其校验码一致",
    "The content of statements has the hash that is printed on them",
    "error",
    looked,
    wrong,
  );
}

/** @param vault - of the ledger's own process; an auditor on a machine of its own has none, and opens no personal data */
export const auditChecks = (vault?: Vault): readonly AuditCheck[] => [
  { id: "books", run: ({ pool, store, books, district }) => checkInvariants({ pool, store, books, district }) },
  { id: "reconciliation", run: reconciliations },
  { id: "statements", run: statements(vault) },
];
