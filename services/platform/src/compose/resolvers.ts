import type { Books } from "@huimin/books";
import { parseDate } from "@huimin/calendar";
import { atHead, type Resolver } from "@huimin/command-handler";
import type { CommandContext, Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { formatAmount } from "@huimin/money";
import type { Projector } from "@huimin/projector";
import { householdFold, householdStream, personFold, personStream } from "@huimin/registry/events";
import type { Vault } from "@huimin/vault";

export interface ResolverSources {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly books: Books;
  readonly projector: Projector;
}

/** How long a command waits for the books to reach the head of the log. */
const BOOKS_WAIT_MS = 10_000;

/** Answers to what commands ask that is not in their streams in clear (see `resolve` of @huimin/decider). */
export function resolversOf(sources: ResolverSources): Readonly<Record<string, Resolver>> {
  return {
    birthDate: (args, context) => birthDate(sources, args, context),
    priorYearAdjustment: (args, context) => priorYearAdjustment(sources, args, context),
  };
}

async function folded<S>(store: EventStore, district: string, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

/** ISO birth date behind a person's sealed 身份证; undefined when the person is unknown or the key was shredded. */
async function birthDate(
  { store, vault }: ResolverSources,
  args: Readonly<Record<string, string>>,
  { district }: CommandContext,
): Promise<string | undefined> {
  const personId = args.personId ?? "";
  const sealed = args.idNumber || (await sealedIdNumber(store, district, personId));
  if (!sealed) return undefined;
  const number = await vault.unseal({ district, personId, field: "idNumber", sealed });
  if (number === undefined) return undefined;
  return parseDate(`${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`);
}

async function sealedIdNumber(store: EventStore, district: string, personId: string): Promise<string | undefined> {
  const person = await folded(store, district, personStream(personId), personFold);
  if (!person.household) return undefined;
  const household = await folded(store, district, householdStream(person.household), householdFold);
  return household.members.find((member) => member.personId === personId)?.idNumber;
}

/** Balance of 3501 (credit positive) at the head of the log: the command is recorded at that head or decided again. */
async function priorYearAdjustment(
  { store, books, projector }: ResolverSources,
  args: Readonly<Record<string, string>>,
  { district }: CommandContext,
) {
  const head = await store.head(district);
  const waited = await projector.waitFor(head, BOOKS_WAIT_MS);
  if (!waited.reached) throw new Error("the books did not reach the head of the log in time");
  const year = args.fiscalYear === undefined ? undefined : Number(args.fiscalYear);
  const balance = await books.balance({ district, account: "3501", year, knownAt: { position: head } });
  return atHead(formatAmount(-balance.net), head);
}
