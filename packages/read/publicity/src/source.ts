import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type DividendPayload, entitlementStream, poolStream } from "@huimin/dividend/events";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import {
  type HouseholdState,
  householdFold,
  householdStream,
  type VillageState,
  villageFold,
  villageStream,
} from "@huimin/registry/events";
import { type PublicityVersion, PublicityVersions } from "./versions.ts";

/** The lines of a version and what the register said of their households when it was publicised. */
export interface PublicityLine {
  readonly household: string;
  readonly village: string;
  readonly weight: string;
  readonly amount: string;
}

export interface PublicitySource {
  readonly store: EventStore;
  readonly district: string;
}

/** Streams asked for in one round trip. */
const STREAMS_PER_READ = 200;
/** Events of one pool's stream: lists, receipts and payouts of decades. */
const PAGE_EVENTS = 5_000;

/** Every version of a pool, as known now. */
export async function readVersions({ store, district }: PublicitySource, pool: string): Promise<PublicityVersions> {
  const versions = new PublicityVersions();
  const { events } = await store.readStream(district, poolStream(pool));
  for (const event of events) versions.add(event);
  return versions;
}

/** Pools that have a list which ever hung out. One pass over the pools' streams. */
export async function readAllVersions({ store, district }: PublicitySource): Promise<ReadonlyMap<string, PublicityVersions>> {
  const found = new Map<string, PublicityVersions>();
  for (let after = 0; ; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, ["dividend"]);
    for (const event of events) {
      const pool = event.stream.slice(event.stream.indexOf("/") + 1);
      const versions = found.get(pool) ?? new PublicityVersions();
      versions.add(event);
      found.set(pool, versions);
    }
    const last = events.at(-1);
    if (!last || events.length < PAGE_EVENTS) return found;
    after = last.position;
  }
}

/** The lines of a draft, from the streams of its parts. */
export async function readLines(
  source: PublicitySource,
  { pool, year, draft, header }: Pick<PublicityVersion, "pool" | "year" | "draft" | "header">,
): Promise<PublicityLine[]> {
  const streams = Array.from({ length: header.parts }, (_, part) => entitlementStream(pool, year, part));
  const lines: PublicityLine[] = [];
  for await (const event of eventsOf(source, streams)) {
    if (event.type !== "AllocationLinesDrafted") continue;
    const payload = event.payload as DividendPayload<"AllocationLinesDrafted">;
    if (payload.draft === draft) lines.push(...payload.lines);
  }
  return lines;
}

async function* eventsOf({ store, district }: PublicitySource, streams: readonly string[], position = Number.MAX_SAFE_INTEGER) {
  for (let first = 0; first < streams.length; first += STREAMS_PER_READ) {
    const asked = streams.slice(first, first + STREAMS_PER_READ).map((stream) => ({ stream, afterVersion: 0 }));
    for (const { events } of await store.readStreams(district, asked))
      for (const event of events) if (event.position <= position) yield event;
  }
}

async function folded<S>(
  source: PublicitySource,
  streams: ReadonlyMap<string, string>,
  fold: Fold<S>,
  position: number,
): Promise<Map<string, S>> {
  const states = new Map<string, S>();
  for await (const event of eventsOf(source, [...streams.keys()], position)) {
    const id = streams.get(event.stream) as string;
    states.set(id, fold.evolve(states.get(id) ?? fold.initialState, event as StoredEvent & RecordedEvent));
  }
  return states;
}

/** Households as the register knew them at a position. */
export const readHouseholds = (
  source: PublicitySource,
  households: readonly string[],
  position: number,
): Promise<Map<string, HouseholdState>> =>
  folded(source, new Map(households.map((household) => [householdStream(household), household])), householdFold, position);

export const readVillages = (source: PublicitySource, villages: readonly string[], position: number): Promise<Map<string, VillageState>> =>
  folded(source, new Map(villages.map((village) => [villageStream(village), village])), villageFold, position);

/** Day of a recording in China. */
export const dayOf = (recordedAt: string): IsoDate => shanghaiDate(recordedAt);
