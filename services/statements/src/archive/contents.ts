import type { RecordedEvent } from "@huimin/decider";
import { householdFold, householdStream, villageFold, villageStream } from "@huimin/registry/events";
import type { StatementIssued } from "@huimin/statement/events";
import type { StatementsOptions } from "../types.ts";

/** Which statements an archive holds: those of a year whose cut-off is not after this position. */
export interface ArchiveQuestion {
  readonly year: number;
  /** Position of the cut-off of the last run that counts. */
  readonly position: number;
}

export interface ArchivedVillage {
  readonly code: string;
  readonly name: string;
  readonly street: string;
  /** In the order of their numbers. */
  readonly households: readonly string[];
}

export interface ArchiveContents {
  readonly villages: readonly ArchivedVillage[];
  readonly statements: number;
  /** The last of them in the log: an inclusion proof of any is made for a log of this size or more. */
  readonly lastPosition: number;
}

const PAGE_EVENTS = 1_000;
const STREAMS_PER_READ = 500;
/** Where a household is filed whose village nobody knows. */
const NO_VILLAGE = "unknown";

/** Finds what is to be archived: numbers of households by village, never a statement. One pass over the statements of the log. */
export async function archiveContents({ year, position }: ArchiveQuestion, options: StatementsOptions): Promise<ArchiveContents> {
  const { store, district } = options;
  const households = new Set<string>();
  let [statements, lastPosition] = [0, 0];
  for (let after = 0; ; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, ["statement"]);
    for (const event of events) {
      const issued = event.payload as StatementIssued;
      if (event.type !== "StatementIssued" || issued.year !== year || issued.cutoff.position > position) continue;
      households.add(issued.household);
      statements += 1;
      lastPosition = event.position;
    }
    after = events.at(-1)?.position ?? after;
    if (events.length < PAGE_EVENTS) break;
  }
  const byVillage = new Map<string, string[]>();
  const all = [...households].sort();
  for (let first = 0; first < all.length; first += STREAMS_PER_READ) {
    const some = all.slice(first, first + STREAMS_PER_READ);
    const slices = await store.readStreams(
      district,
      some.map((household) => ({ stream: householdStream(household), afterVersion: 0 })),
    );
    for (const [index, { events }] of slices.entries()) {
      // As it was known at the cut-off: a household that moves later stays where its paper went.
      const known = events.filter((event) => event.position <= position);
      const state = known.reduce((before, event) => householdFold.evolve(before, event as RecordedEvent), householdFold.initialState);
      const code = state.village === "" ? NO_VILLAGE : state.village;
      const own = byVillage.get(code);
      if (own) own.push(some[index] as string);
      else byVillage.set(code, [some[index] as string]);
    }
  }
  return { villages: await named(byVillage, options), statements, lastPosition };
}

async function named(byVillage: ReadonlyMap<string, string[]>, { store, district }: StatementsOptions): Promise<ArchivedVillage[]> {
  const codes = [...byVillage.keys()].sort();
  const slices = await store.readStreams(
    district,
    codes.map((code) => ({ stream: villageStream(code), afterVersion: 0 })),
  );
  return codes.map((code, index) => {
    const events = slices[index]?.events ?? [];
    const state = events.reduce((before, event) => villageFold.evolve(before, event as RecordedEvent), villageFold.initialState);
    return { code, name: state.name || code, street: state.street ?? "", households: byVillage.get(code) as string[] };
  });
}
