import path from "node:path";
import { shanghaiDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import { type HouseholdState, householdFold, openAccount, standingsOn } from "@huimin/registry/events";
import { readJson, sha256OfFile, writeWhole } from "@huimin/service-statements";
import { stringify } from "csv-stringify/sync";
import type { Platform } from "../types.ts";
import type { ProgressKeeper } from "./progress.ts";
import type { OpenRun } from "./read.ts";

/* 名册快照: who was on the register on the snapshot date, as known when the run was opened. Numbers only, no names. */

const EVENTS_PER_READ = 5_000;
const PURPOSE = "dividend";

export interface RosterSummary {
  readonly households: number;
  readonly registered: number;
  readonly exited: number;
  readonly monitored: number;
  /** Who would be paid and has no account. */
  readonly withoutAccount: number;
  readonly sha256: string;
}

const folderOf = (open: OpenRun): string => path.join(open.folder, "1-snapshot");

/** The snapshot, when it is whole. */
export async function readRoster(open: OpenRun): Promise<RosterSummary | undefined> {
  const summary = await readJson<RosterSummary>(path.join(folderOf(open), "summary.json"));
  if (!summary) return undefined;
  return (await sha256OfFile(path.join(folderOf(open), "roster.csv"))) === summary.sha256 ? summary : undefined;
}

async function readHouseholds({ store, district }: Platform, until: number): Promise<Map<string, HouseholdState>> {
  const households = new Map<string, HouseholdState>();
  for (let after = 0; after < until; ) {
    const events = await store.readAll(district, after, EVENTS_PER_READ, ["household"]);
    for (const event of events) {
      if (event.position > until) return households;
      const household = event.stream.slice(event.stream.indexOf("/") + 1);
      households.set(household, householdFold.evolve(households.get(household) ?? householdFold.initialState, event as RecordedEvent));
    }
    after = events.at(-1)?.position ?? until;
  }
  return households;
}

export async function writeRoster(platform: Platform, open: OpenRun, progress: ProgressKeeper): Promise<void> {
  const { snapshot } = open.run.plan.is;
  const households = await readHouseholds(platform, open.run.plan.position);
  const rows = [["户编号", "村代码", "人口", "快照日身份", "收款账户"]];
  const count = { households: 0, registered: 0, exited: 0, monitored: 0, withoutAccount: 0 };
  for (const household of [...households.keys()].sort()) {
    const state = households.get(household) as HouseholdState;
    const standings = standingsOn(state, snapshot);
    if (standings.size === 0) continue;
    const account = openAccount(state, PURPOSE);
    count.households += 1;
    for (const standing of standings) count[standing] += 1;
    if (!account) {
      count.withoutAccount += 1;
      progress.error({ item: state.village, household, code: "PAYOUT_ACCOUNT_MISSING", details: { household } });
    }
    rows.push([household, state.village, String(state.members.length), [...standings].sort().join("+"), account?.bank ?? "无"]);
    if (count.households % EVENTS_PER_READ === 0) progress.update(count.households, households.size);
  }
  const roster = path.join(folderOf(open), "roster.csv");
  await writeWhole(roster, stringify(rows, { bom: true, record_delimiter: "windows" }));
  const sha256 = (await sha256OfFile(roster)) as string;
  const on = { snapshot, knownAt: open.run.plan.position, openedOn: shanghaiDate(open.run.plan.recordedAt) };
  await writeWhole(path.join(folderOf(open), "summary.json"), JSON.stringify({ ...on, ...count, sha256 }));
  progress.update(count.households, count.households);
}
