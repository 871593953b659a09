import { privacyEvents } from "@huimin/privacy/events";
import type { Projection } from "@huimin/projector";
import { registryEvents } from "@huimin/registry/events";
import { type Aggregate, applyAggregate, tablesOf } from "./aggregate.ts";
import { KINDS } from "./kinds.ts";

export const REGISTRY_SCHEMA = "registry";

const kinds = Object.values(KINDS) as readonly unknown[] as readonly Aggregate[];

const indexes = (schema: string): string => `
CREATE INDEX ON ${schema}.household (district, village, household);
CREATE INDEX ON ${schema}.household (district, credit_group);
CREATE INDEX ON ${schema}.member (district, person_id);
CREATE INDEX ON ${schema}.account (district, number_hash);
`;

/** Households, members, accounts, villages, enterprises, other parties, banks, and decisions on personal data as tables. */
export const registryProjection: Projection = {
  name: REGISTRY_SCHEMA,
  version: 4,
  // A person's stream says nothing that the household's does not.
  handles: new Set(
    [...Object.keys(registryEvents), ...Object.keys(privacyEvents)].filter((type) => type !== "PersonJoined" && type !== "PersonLeft"),
  ),
  tables: (schema) => kinds.map((kind) => tablesOf(schema, kind)).join("\n"),
  indexes,
  open: (schema) => ({
    async apply(batch, { client, district }) {
      for (const kind of kinds) await applyAggregate(client, schema, district, kind, batch);
      return undefined;
    },
  }),
};
