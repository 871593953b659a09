import {
  type App,
  actingRole,
  decodeCursor,
  MinPosition,
  needsRole,
  PAGE_DEFAULT,
  PageOf,
  PageQuery,
  pageOf,
  personOf,
  RefusalError,
  waitsForPosition,
} from "@huimin/http";
import { checkIdNumber } from "@huimin/identity";
import { registryErrors } from "@huimin/registry";
import type { HouseholdState } from "@huimin/registry/events";
import { Type } from "typebox";
import { clearFields, READERS, seesRestricted, UNMASKERS } from "../fields.ts";
import { printHousehold, printLines } from "../reading.ts";
import { todayOf } from "../sealing.ts";
import { type RegistryRoutesOptions, security } from "./options.ts";
import { Household, HouseholdLine, HouseholdPath, Id, strict } from "./schemas.ts";

const tags = ["registry"];
const Reason = Type.String({ minLength: 2, maxLength: 500, description: "查看原因 why the data is needed" });

const unknown = (household: string): RefusalError => new RefusalError({ code: registryErrors.HOUSEHOLD_UNKNOWN, details: { household } });

/** Lists and single households, masked; in clear only with a role, a reason, and a line in the access log. */
export function householdReadRoutes(app: App, { district, vault, shown, view, accessLog, clock }: RegistryRoutesOptions): void {
  /** Persons of a household whose processing is restricted. */
  const restrictedOf = async (state: HouseholdState): Promise<ReadonlySet<string>> => {
    const decided = await view.privacy(
      district,
      state.members.map(({ personId }) => personId),
    );
    return new Set([...decided].flatMap(([personId, { restriction }]) => (restriction ? [personId] : [])));
  };
  app.get(
    "/households",
    {
      onRequest: needsRole(...READERS),
      preHandler: waitsForPosition,
      schema: {
        tags,
        security,
        summary: "户列表(脱敏) / Households, masked",
        querystring: Type.Object(
          {
            ...PageQuery,
            ...MinPosition,
            village: Type.Optional(Id),
            status: Type.Optional(Id),
            restricted: Type.Optional(Type.Literal("only")),
          },
          strict,
        ),
        response: { 200: PageOf(HouseholdLine) },
      },
    },
    async (request) => {
      const { village, status, restricted, cursor, limit = PAGE_DEFAULT } = request.query;
      const after = decodeCursor(cursor, 1)?.[0];
      const lines = await view.households(district, {
        village,
        status,
        restricted,
        after: after === undefined ? undefined : String(after),
        limit: limit + 1,
      });
      const page = pageOf(lines, limit, ({ household }) => [household]);
      return { ...page, items: await printLines(shown, district, page.items) };
    },
  );
  app.get(
    "/households/:household",
    {
      onRequest: needsRole(...READERS),
      preHandler: waitsForPosition,
      schema: {
        tags,
        security,
        summary: "户(脱敏) / A household, masked",
        params: HouseholdPath,
        querystring: Type.Object(MinPosition, strict),
        response: { 200: Household },
      },
    },
    async (request) => {
      const state = await view.household(district, request.params.household);
      if (!state) throw unknown(request.params.household);
      return printHousehold(shown, district, state, undefined, await restrictedOf(state));
    },
  );
  app.post(
    "/households/:household/unmasking",
    {
      onRequest: needsRole(...UNMASKERS),
      config: { rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "查看明文(留痕) / A household in clear, logged",
        params: HouseholdPath,
        body: Type.Object({ reason: Reason }, strict),
        response: { 200: Household },
      },
    },
    async (request, reply) => {
      const { household } = request.params;
      const state = await view.household(district, household);
      if (!state) throw unknown(household);
      const person = personOf(request);
      const clear = clearFields(person.roles);
      await accessLog.record(district, {
        actor: person.id,
        role: actingRole(request, UNMASKERS),
        subjectKind: "household",
        subject: household,
        fields: [...clear],
        reason: request.body.reason,
        correlation: request.id,
      });
      reply.header("cache-control", "no-store");
      const opened = seesRestricted(person.roles) ? vault : shown;
      return printHousehold(opened, district, state, clear, await restrictedOf(state));
    },
  );
  app.post(
    "/households/search",
    {
      onRequest: needsRole(...READERS),
      config: { rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "按身份证号查户(留痕) / Find a household by ID number, logged",
        description: "The number is in the body, never in an address, and is found by its HMAC.",
        body: Type.Object({ idNumber: Type.String({ maxLength: 40 }) }, strict),
        response: { 200: Type.Object({ household: Type.Union([Type.String(), Type.Null()]) }) },
      },
    },
    async (request) => {
      const id = checkIdNumber(request.body.idNumber, { today: todayOf(clock) });
      if (!id.ok) throw new RefusalError({ ...id.refusal, path: "/idNumber" });
      const person = await vault.findPerson(district, id.value.number);
      const hidden = person !== undefined && (await view.privacy(district, [person])).get(person)?.restriction !== undefined;
      const household = (person !== undefined && !hidden ? await view.householdOf(district, person) : undefined) ?? null;
      const access = {
        actor: personOf(request).id,
        role: actingRole(request, READERS),
        subject: household ?? "-",
        reason: "search by ID number",
        correlation: request.id,
      };
      await accessLog.record(district, { ...access, subjectKind: "search", fields: ["household"] });
      return { household };
    },
  );
  app.get(
    "/access-log",
    {
      onRequest: needsRole("AUD"),
      schema: {
        tags,
        security,
        summary: "个人信息查看记录 / Who has seen personal data; of a household also in lists",
        querystring: Type.Object({ ...PageQuery, household: Type.Optional(Id) }, strict),
        response: {
          200: PageOf(
            Type.Object({
              id: Type.Integer(),
              at: Type.String(),
              actor: Type.String(),
              role: Type.String(),
              subjectKind: Type.String(),
              subject: Type.String(),
              fields: Type.Array(Type.String()),
              reason: Type.String(),
              correlation: Type.String(),
              place: Type.Union([Type.String(), Type.Null()]),
              households: Type.Union([Type.Integer(), Type.Null()]),
            }),
          ),
        },
      },
    },
    async (request) => {
      const { household, cursor, limit = PAGE_DEFAULT } = request.query;
      const before = decodeCursor(cursor, 1)?.[0];
      const rows = await accessLog.list(district, {
        subject: household,
        before: before === undefined ? undefined : Number(before),
        limit: limit + 1,
      });
      return pageOf(
        rows.map((row) => ({ ...row, fields: [...row.fields] })),
        limit,
        ({ id }) => [id],
      );
    },
  );
}
