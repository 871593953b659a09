import type { RecordedEvent } from "@huimin/decider";
import type { StoredEvent } from "@huimin/event-store";
import { type PrivacyState, privacyFold } from "@huimin/privacy/events";
import {
  bankFold,
  enterpriseFold,
  factsOf,
  type HouseholdState,
  householdFold,
  partyFold,
  type RegistryPayload,
  statusOf,
  villageFold,
} from "@huimin/registry/events";
import type { Aggregate, Part } from "./aggregate.ts";

/** Events of one stream category are about one subject: the rest of the stream's name. */
const inCategory = (category: string) => {
  const prefix = `${category}/`;
  return (event: StoredEvent): string | undefined => (event.stream.startsWith(prefix) ? event.stream.slice(prefix.length) : undefined);
};

const members: Part<HouseholdState> = {
  table: "member",
  columns: { ordinal: "integer", person_id: "text", relation: "text", name: "text", id_number: "text", phone: "text", joined: "date" },
  rows: (state) =>
    state.members.map(({ personId, relation, name, idNumber, phone, from }, ordinal) => ({
      ordinal,
      person_id: personId,
      relation,
      name,
      id_number: idNumber,
      phone: phone ?? null,
      joined: from,
    })),
};

const accounts: Part<HouseholdState> = {
  table: "account",
  columns: {
    ordinal: "integer",
    purpose: "text",
    holder: "text",
    sealed_for: "text",
    bank: "text",
    kind: "text",
    number: "text",
    number_hash: "text",
    bound_on: "date",
    recorded_at: "timestamptz",
    ended_at: "timestamptz",
    ended_how: "text",
  },
  rows: (state) =>
    state.accounts.map((account, ordinal) => ({
      ordinal,
      purpose: account.purpose,
      holder: account.holder,
      sealed_for: account.sealedFor,
      bank: account.bank,
      kind: account.kind,
      number: account.number,
      number_hash: account.numberHash,
      bound_on: account.from,
      recorded_at: account.recordedAt,
      ended_at: account.until?.recordedAt ?? null,
      ended_how: account.until?.how ?? null,
    })),
};

const household: Aggregate<HouseholdState> = {
  table: "household",
  key: "household",
  subject: inCategory("household"),
  initial: householdFold.initialState,
  evolve: householdFold.evolve,
  columns: {
    village: ["text", (state) => state.village],
    kind: ["text", (state) => state.kind],
    status: ["text", (state) => statusOf(state)],
    head: ["text", (state) => state.head],
    people: ["integer", (state) => state.members.length],
    registered_on: ["date", (state) => state.registeredOn],
    ended_from: ["date", (state) => state.ended?.from ?? null],
    credit_group: ["text", (state) => state.creditGroup],
    facts: ["json", factsOf],
    monitored: ["boolean", (state) => !state.ended && state.monitoring.some(({ toExcl }) => toExcl === undefined)],
  },
  parts: [members, accounts],
};

/** What the write side does not need to know of a village, and a list shows. */
interface VillageRow {
  readonly state: typeof villageFold.initialState;
  readonly population: number | null;
}

const village: Aggregate<VillageRow> = {
  table: "village",
  key: "village",
  subject: inCategory("village"),
  initial: { state: villageFold.initialState, population: null },
  evolve: (row, event) => ({
    state: villageFold.evolve(row.state, event),
    population:
      event.type === "VillageRegistered" ? ((event.payload as RegistryPayload<"VillageRegistered">).population ?? null) : row.population,
  }),
  columns: {
    name: ["text", ({ state }) => state.name],
    street: ["text", ({ state }) => state.street],
    street_code: ["text", ({ state }) => state.streetCode],
    population: ["integer", ({ population }) => population],
    exited_on: ["date", ({ state }) => state.exit?.on ?? null],
  },
  parts: [],
};

interface EnterpriseRow {
  readonly state: typeof enterpriseFold.initialState;
  readonly category: string | null;
  readonly checksumWarning: boolean;
}

const enterprise: Aggregate<EnterpriseRow> = {
  table: "enterprise",
  key: "enterprise",
  subject: inCategory("enterprise"),
  initial: { state: enterpriseFold.initialState, category: null, checksumWarning: false },
  evolve: (row, event: RecordedEvent) => {
    const registered = event.type === "EnterpriseRegistered" ? (event.payload as RegistryPayload<"EnterpriseRegistered">) : undefined;
    return {
      state: enterpriseFold.evolve(row.state, event),
      category: registered ? (registered.category ?? null) : row.category,
      checksumWarning: registered ? (registered.checksumWarning ?? false) : row.checksumWarning,
    };
  },
  columns: {
    name: ["text", ({ state }) => state.name],
    credit_code: ["text", ({ state }) => state.creditCode],
    category: ["text", ({ category }) => category],
    suspended_from: ["date", ({ state }) => state.suspendedFrom ?? null],
    bankruptcy_on: ["date", ({ state }) => state.bankruptcyFiledOn ?? null],
  },
  parts: [],
};

const bank: Aggregate<typeof bankFold.initialState> = {
  table: "bank",
  key: "bank",
  subject: inCategory("bank"),
  initial: bankFold.initialState,
  evolve: bankFold.evolve,
  columns: { name: ["text", (state) => state.name], cnaps: ["text", (state) => state.cnaps ?? null] },
  parts: [],
};

const party: Aggregate<typeof partyFold.initialState> = {
  table: "party",
  key: "party",
  subject: inCategory("party"),
  initial: partyFold.initialState,
  evolve: partyFold.evolve,
  columns: { name: ["text", (state) => state.name], credit_code: ["text", (state) => state.creditCode ?? null] },
  parts: [],
};

/** What was decided about a person's data: whether it may be shown, and what was erased. */
const privacy: Aggregate<PrivacyState> = {
  table: "privacy",
  key: "person_id",
  subject: inCategory("privacy"),
  initial: privacyFold.initialState,
  evolve: privacyFold.evolve,
  columns: { restricted: ["boolean", ({ restriction }) => restriction !== undefined] },
  parts: [],
};

/** Every kind of subject of the register. Personal data in the rows is as sealed as in the log. */
export const KINDS = { household, village, enterprise, party, bank, privacy } as const;
