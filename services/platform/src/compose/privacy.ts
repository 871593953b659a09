import type { Books } from "@huimin/books";
import { atHead, type Resolver } from "@huimin/command-handler";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { formatAmount } from "@huimin/money";
import type { LastFact } from "@huimin/privacy";
import { type PrivacyState, privacyFold, privacyStream } from "@huimin/privacy/events";
import { householdStream, personStream } from "@huimin/registry/events";
import type { KeyClass, Vault } from "@huimin/vault";
import type { Platform } from "../types.ts";
import { rememberShredded } from "./shredded.ts";

/** What a household owes or is owed: while one of these is open, who it is must be known. */
const OPEN_ACCOUNTS = ["9101", "9106", "9201", "2901.02", "2901.04", "2303"] as const;
/** More lines than a household can have in 30 years. */
const LINES_MAX = 100_000;

interface PrivacySources {
  readonly store: EventStore;
  readonly vault: Pick<Vault, "keyState">;
  readonly books: Books;
  /** Brings the books to the head of the log and answers where that is. */
  readonly booksAtHead: (district: string) => Promise<number>;
}

/** Answers to what the decisions on personal data ask: the state of a key, and the last accounting fact of a person. */
export const privacyResolvers = (sources: PrivacySources): Readonly<Record<"personKeys" | "lastFact", Resolver>> => ({
  personKeys: ({ person = "", keyClass = "" }, { district }) => sources.vault.keyState(district, person, keyClass as KeyClass),
  lastFact: ({ person = "" }, { district }) => lastFact(sources, person, district),
});

/** Households in which the person is or was, from the person's own stream, and the last day on which the register says anything. */
async function householdsOf(
  store: EventStore,
  district: string,
  person: string,
): Promise<{ households: string[]; last: string | undefined }> {
  const { events } = await store.readStream(district, personStream(person));
  const households = [...new Set(events.map(({ payload }) => (payload as { household: string }).household))];
  const days = events.map(({ valueDate }) => valueDate);
  for (const household of households) {
    const { events: own } = await store.readStream(district, householdStream(household));
    days.push(...own.map(({ valueDate }) => valueDate));
  }
  return { households, last: days.sort().at(-1) };
}

async function lastFact(sources: PrivacySources, person: string, district: string) {
  const head = await sources.booksAtHead(district);
  return atHead(await factAt(sources, person, district, head), head);
}

/** As far as the books are now: for a plan, not for a decision. */
export const lastFactOf = async (
  { store, books, district }: Pick<Platform, "store" | "books" | "district">,
  person: string,
): Promise<LastFact> => factAt({ store, books }, person, district, await store.head(district));

async function factAt(
  { store, books }: Pick<PrivacySources, "store" | "books">,
  person: string,
  district: string,
  head: number,
): Promise<LastFact> {
  const { households, last } = await householdsOf(store, district, person);
  const days: string[] = last === undefined ? [] : [last];
  const open: string[] = [];
  for (const household of households) {
    const at = { district, knownAt: { position: head } };
    for (const line of await books.journal({ ...at, anyOf: [{ household }], limit: LINES_MAX }))
      days.push(line.valueDate, `${line.period}-01`);
    for (const account of OPEN_ACCOUNTS) {
      const { net } = await books.balance({ ...at, account, dims: { household } });
      if (net !== 0n) open.push(`${household} ${account} ${formatAmount(net < 0n ? -net : net)}`);
    }
  }
  const date = days.sort().at(-1);
  return { open, ...(date === undefined ? {} : { date }) };
}

/** Carries out what was decided about a person: the keys up to the generation of the decision are destroyed. Answers how many. */
export async function shredDecided(
  platform: Pick<Platform, "store" | "vault" | "district">,
  folder: string,
  person: string,
): Promise<number> {
  const { store, vault, district } = platform;
  const { events } = await store.readStream(district, privacyStream(person));
  const state = events.reduce<PrivacyState>(
    (before, event) => privacyFold.evolve(before, event as RecordedEvent),
    privacyFold.initialState,
  );
  let destroyed = 0;
  for (const { keyClass, generation, on } of state.shreddings) {
    // Listed first: a crash between the two leaves a key to be destroyed again, never one that a restore brings back.
    if ((await vault.keyState(district, person, keyClass)).readable)
      await rememberShredded(folder, [{ district, personId: person, keyClass, generation, at: on }]);
    destroyed += await vault.shred(district, person, keyClass, generation);
  }
  return destroyed;
}

/** Events read from the log at a time. */
const READ_MAX = 1_000;

/** Carries out every shredding that the log has decided and that was not carried out. Answers how many keys were destroyed. */
export async function sweepShreddings(platform: Pick<Platform, "store" | "vault" | "district">, folder: string): Promise<number> {
  const persons = new Set<string>();
  for (let after = 0; ; ) {
    const events = await platform.store.readAll(platform.district, after, READ_MAX, ["privacy"]);
    for (const { type, payload } of events) if (type === "PersonalDataShredded") persons.add((payload as { person: string }).person);
    const last = events.at(-1);
    if (!last || events.length < READ_MAX) break;
    after = last.position;
  }
  let destroyed = 0;
  for (const person of persons) destroyed += await shredDecided(platform, folder, person);
  return destroyed;
}
