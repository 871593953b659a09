import { parseDate, shanghaiDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import { ERASED_MARK, maskName } from "@huimin/identity";
import { ALWAYS, POLICY_KEYS, parameterOf, policyFold, policyStream, policyTimeline } from "@huimin/policy/events";
import { registryErrors } from "@huimin/registry";
import { Type } from "typebox";
import { READERS } from "../fields.ts";
import { partyPerson } from "../sealing.ts";
import { type RegistryRoutesOptions, security } from "./options.ts";
import { strict } from "./schemas.ts";

const tags = ["registry"];
const query = Type.Object(MinPosition, strict);
const Text = Type.String();
const Maybe = Type.Optional(Type.String());

/** Villages, enterprises, other parties and banks: few, so each list is whole. */
export function partyReadRoutes(app: App, { district, view, shown }: RegistryRoutesOptions): void {
  const list = { onRequest: needsRole(...READERS), preHandler: waitsForPosition };
  app.get(
    "/villages",
    {
      ...list,
      schema: {
        tags,
        security,
        summary: "村清单 / Villages",
        querystring: query,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                village: Text,
                name: Text,
                street: Text,
                streetCode: Text,
                population: Type.Union([Type.Integer(), Type.Null()]),
                plannedExit: Type.Array(Type.Integer()),
                exitedOn: Maybe,
                households: Type.Integer(),
                people: Type.Integer(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      items: (await view.villages(district)).map(({ village, exit, plannedExit, ...rest }) => ({
        ...rest,
        village: village as string,
        plannedExit: [...plannedExit],
        ...(exit ? { exitedOn: exit.on } : {}),
      })),
    }),
  );
  app.get(
    "/enterprises",
    {
      ...list,
      schema: {
        tags,
        security,
        summary: "企业清单 / Enterprises",
        querystring: query,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                enterprise: Text,
                name: Text,
                creditCode: Text,
                roles: Type.Array(Text),
                suspendedFrom: Maybe,
                bankruptcyFiledOn: Maybe,
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      items: (await view.enterprises(district)).map((one) => ({ ...one, enterprise: one.enterprise as string, roles: [...one.roles] })),
    }),
  );
  app.get(
    "/parties",
    {
      ...list,
      schema: {
        tags,
        security,
        summary: "捐赠人、担保方、保险人清单 / Donors, guarantors and insurers",
        querystring: query,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                party: Text,
                name: Text,
                natural: Type.Optional(Type.Boolean()),
                creditCode: Maybe,
                kinds: Type.Array(Type.Object({ kind: Text, from: Text })),
              }),
            ),
          }),
        },
      },
    },
    async () => {
      const parties = await view.parties(district);
      const persons = parties.filter(({ natural }) => natural);
      const names = await shown.unsealMany(
        persons.map(({ party, name }) => ({ district, personId: partyPerson(party as string), field: "name", sealed: name })),
      );
      const masked = new Map(persons.map(({ party }, index) => [party, maskName(names[index] ?? ERASED_MARK)]));
      return {
        items: parties.map((one) => ({
          ...one,
          party: one.party as string,
          name: masked.get(one.party) ?? one.name,
          kinds: [...one.kinds],
        })),
      };
    },
  );
  app.get(
    "/banks",
    {
      ...list,
      schema: {
        tags,
        security,
        summary: "银行 / Banks",
        querystring: query,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                bank: Text,
                name: Text,
                cnaps: Maybe,
              }),
            ),
          }),
        },
      },
    },
    async () => ({ items: (await view.banks(district)).map((one) => ({ ...one, bank: one.bank as string })) }),
  );
}

const Parameter = Type.Object({
  key: Text,
  zh: Text,
  en: Text,
  type: Text,
  unit: Text,
  value: Type.Union([Text, Type.Null()], { description: "in force on the day; null: none" }),
  document: Type.Union([Text, Type.Null()]),
  windows: Type.Array(Type.Object({ from: Maybe, toExcl: Maybe, value: Text, document: Text })),
});

/** Policy parameters with all their windows; setting one is the ledger's route. */
export function policyReadRoutes(app: App, { district, store, clock }: RegistryRoutesOptions): void {
  app.get(
    "/policy-parameters",
    {
      onRequest: needsRole(),
      schema: {
        tags: ["policy"],
        security,
        summary: "政策参数 / Policy parameters",
        querystring: Type.Object(
          { on: Type.Optional(Type.String({ description: "day on which `value` holds; today when absent" })) },
          strict,
        ),
        response: { 200: Type.Object({ on: Text, items: Type.Array(Parameter) }) },
      },
    },
    async (request) => {
      const on = request.query.on === undefined ? shanghaiDate(clock()) : parseDate(request.query.on);
      if (on === undefined)
        throw new RefusalError({
          code: registryErrors.REGISTRY_DATE_INVALID,
          details: { date: String(request.query.on).slice(0, 20) },
          path: "/on",
        });
      const slices = await store.readStreams(
        district,
        POLICY_KEYS.map((key) => ({ stream: policyStream(key), afterVersion: 0 })),
      );
      const events = new Map(slices.map((slice) => [slice.stream, slice.events]));
      return {
        on,
        items: POLICY_KEYS.map((key) => {
          const state = (events.get(policyStream(key)) ?? []).reduce(
            (folded, event) => policyFold.evolve(folded, event as RecordedEvent),
            policyFold.initialState,
          );
          const windows = policyTimeline(state, key);
          const now = windows.findLast(({ from, toExcl }) => from <= on && (toExcl === undefined || on < toExcl));
          const { zh, en, type, unit } = parameterOf(key);
          return {
            key,
            ...{ zh, en, type, unit },
            value: now?.value ?? null,
            document: now?.document ?? null,
            windows: windows.map(({ from, toExcl, value, document }) => ({
              ...(from === ALWAYS ? {} : { from }),
              ...(toExcl === undefined ? {} : { toExcl }),
              value,
              document,
            })),
          };
        }),
      };
    },
  );
}
