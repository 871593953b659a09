import type { Fold, RecordedEvent } from "@huimin/decider";
import { type DividendPayload, poolFold, poolStream } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import { maskName } from "@huimin/identity";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import {
  bankFold,
  bankStream,
  enterpriseFold,
  enterpriseStream,
  householdFold,
  householdStream,
  partyFold,
  partyStream,
  villageFold,
  villageStream,
} from "@huimin/registry/events";
import { modelName } from "@huimin/statements";
import { errors } from "./errors.ts";
import type { Asked, NoticesOptions } from "./types.ts";

const PAGE_EVENTS = 5_000;

/** Events of some categories up to the cut-off. */
export async function* eventsUntil(
  { cutoff }: Asked,
  { store, district }: NoticesOptions,
  categories: string[],
): AsyncGenerator<StoredEvent> {
  for (let after = 0; after < cutoff.position; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, categories);
    for (const event of events) if (event.position <= cutoff.position) yield event;
    after = events.at(-1)?.position ?? cutoff.position;
  }
}

/** A stream as it was known at the cut-off. */
export async function folded<S>(stream: string, fold: Fold<S>, { cutoff }: Asked, { store, district }: NoticesOptions): Promise<S> {
  const { events } = await store.readStream(district, stream);
  const known = events.filter(({ position }) => position <= cutoff.position);
  return known.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

export interface Household {
  readonly household: string;
  readonly head: string;
  readonly place: string;
}

/** Head and place of a household. Refuses NOTICE_PERSON_UNKNOWN. */
export async function openHousehold(household: string, asked: Asked, options: NoticesOptions): Promise<Result<Household, Refusal>> {
  const state = await folded(householdStream(household), householdFold, asked, options);
  const head = [...state.members, ...state.formerMembers].find(({ personId }) => personId === state.head);
  if (!head) return refuse(errors.NOTICE_PERSON_UNKNOWN, { subject: household });
  const request = { district: options.district, personId: head.personId, field: "name", sealed: head.name };
  const [name] = await options.vault.unsealMany([request]);
  if (name === undefined) return refuse(errors.NOTICE_PERSON_UNKNOWN, { subject: household });
  const village = await folded(villageStream(state.village), villageFold, asked, options);
  return { ok: true, value: { household, head: name, place: `${village.street ?? ""}${village.name || state.village}` } };
}

/** Income of an asset when nothing says another model. */
const ASSET_INCOME = 6;

/** Names by id: an enterprise, a party, a bank; a natural person's is opened, a household's head is masked. */
export class Names {
  readonly #asked: Asked;
  readonly #options: NoticesOptions;
  readonly #known = new Map<string, string>();

  constructor(asked: Asked, options: NoticesOptions) {
    [this.#asked, this.#options] = [asked, options];
  }

  bank = (id: string): Promise<string> => this.#once(`bank ${id}`, async () => (await this.#fold(bankStream(id), bankFold)).name || id);

  /** A donor, helper or enterprise. */
  party = (id: string): Promise<string> =>
    this.#once(`party ${id}`, async () => {
      const party = await this.#fold(partyStream(id), partyFold);
      if (party.party === undefined) return (await this.#fold(enterpriseStream(id), enterpriseFold)).name || id;
      if (!party.natural) return party.name || id;
      const { district, vault } = this.#options;
      const [name] = await vault.unsealMany([{ district, personId: id, field: "name", sealed: party.name }]);
      return name ?? id;
    });

  household = (id: string): Promise<string> =>
    this.#once(`household ${id}`, async () => {
      const found = await openHousehold(id, this.#asked, this.#options);
      return found.ok ? `${found.value.place} ${maskName(found.value.head)}` : id;
    });

  /** A pool of dividends as the statement calls it: the model, and who pays or whose income it is. */
  pool = (id: string): Promise<string> =>
    this.#once(`pool ${id}`, async () => {
      const { model = ASSET_INCOME, claims } = await this.#fold(poolStream(id), poolFold);
      const assets: { readonly name: string; readonly kind: string }[] = [];
      for await (const { type, payload } of eventsUntil(this.#asked, this.#options, ["asset"]))
        if (type === "AssetRegistered" && (payload as DividendPayload<"AssetRegistered">).pool === id)
          assets.push(payload as DividendPayload<"AssetRegistered">);
      const enterprises = await Promise.all([...new Set(claims.map(({ enterprise }) => enterprise))].map(this.party));
      const partners = enterprises.length > 0 ? enterprises : assets.map(({ name }) => name);
      return `${modelName({ model, income: assets.map(({ kind }) => kind).join("、") })} ${partners.join("、") || id}`;
    });

  #fold<S>(stream: string, fold: Fold<S>): Promise<S> {
    return folded(stream, fold, this.#asked, this.#options);
  }

  async #once(key: string, read: () => Promise<string>): Promise<string> {
    const known = this.#known.get(key) ?? (await read());
    this.#known.set(key, known);
    return known;
  }
}
