import { type App, needsRole, personCommand, RefusalError } from "@huimin/http";
import {
  LiftRestriction,
  LiftRestrictionBody,
  privacyErrors,
  RestrictProcessing,
  RestrictProcessingBody,
  ShredPersonalData,
  ShredPersonalDataBody,
} from "@huimin/privacy";
import { Type } from "typebox";
import { READERS } from "../fields.ts";
import { type RegistryRoutesOptions, security } from "./options.ts";
import { Id } from "./schemas.ts";

const tags = ["privacy"];

const Restriction = Type.Object({
  since: Type.String(),
  ground: Type.String(),
  legalBasis: Type.String(),
  document: Type.String(),
});
const KeyState = Type.Object({ readable: Type.Boolean(), shreddedOn: Type.Union([Type.String(), Type.Null()]) });

/** Restriction and shredding, each decided by two persons, and what was decided about a person. */
export function privacyRoutes(app: App, { district, vault, view }: RegistryRoutesOptions): void {
  for (const [url, definition, body, summary] of [
    ["/privacy/restrictions", RestrictProcessing, RestrictProcessingBody, "限制处理 / Restrict the processing of persons' data"],
    ["/privacy/restriction-ends", LiftRestriction, LiftRestrictionBody, "解除限制 / Lift a restriction"],
    ["/privacy/shreddings", ShredPersonalData, ShredPersonalDataBody, "删除个人信息 / Erase personal data by destroying its key"],
  ] as const) {
    personCommand(app, { url, definition, summary, tags, body, commandOf: (request) => request.body });
  }
  app.get(
    "/privacy/persons/:person",
    {
      onRequest: needsRole(...READERS),
      schema: {
        tags,
        security,
        summary: "个人信息处理状态 / What was decided about a person's data",
        params: Type.Object({ person: Id }),
        response: {
          200: Type.Object({
            person: Type.String(),
            households: Type.Array(Type.String()),
            restriction: Type.Union([Restriction, Type.Null()]),
            K1: KeyState,
            K2: KeyState,
          }),
        },
      },
    },
    async (request) => {
      const { person } = request.params;
      const households = await view.householdsEver(district, person);
      if (households.length === 0)
        throw new RefusalError({ code: privacyErrors.PRIVACY_PERSON_UNKNOWN, details: { person }, path: "/person" });
      const state = (await view.privacy(district, [person])).get(person);
      const keyOf = async (keyClass: "K1" | "K2") => ({
        readable: (await vault.keyState(district, person, keyClass)).readable,
        shreddedOn: state?.shreddings.findLast((one) => one.keyClass === keyClass)?.on ?? null,
      });
      return { person, households, restriction: state?.restriction ?? null, K1: await keyOf("K1"), K2: await keyOf("K2") };
    },
  );
}
