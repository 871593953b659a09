import { shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, load } from "@huimin/decider";
import { ok } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { setPolicyParameter } from "./decide.ts";
import { policyFold } from "./evolve.ts";
import { policyStream } from "./schema.ts";

const Weight = Type.Object({ party: Type.String(), weight: Type.String() });

export const SetPolicyParameterBody = Type.Object(
  {
    key: Type.String({ maxLength: 64, description: "one of the list of parameters" }),
    value: Type.Union([Type.String({ maxLength: 2000 }), Type.Integer(), Type.Boolean(), Type.Array(Weight), Type.Array(Type.String())]),
    from: Type.String({ description: "first day, YYYY-MM-DD" }),
    to: Type.Optional(Type.String({ description: "last day, inclusive" })),
    document: Type.String({ maxLength: 200, description: "number of the document that orders it" }),
    scope: Type.Optional(Type.String({ maxLength: 64, description: "narrower than the district, e.g. a village code" })),
  },
  { additionalProperties: false },
);
export type SetPolicyParameterBody = Static<typeof SetPolicyParameterBody>;

/** 政策参数生效, by FIN-R. Posts nothing; what depends on a parameter is recomputed where it is used. */
export const SetPolicyParameter: CommandDefinition<SetPolicyParameterBody> = {
  name: "SetPolicyParameter",
  schema: SetPolicyParameterBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const decided = setPolicyParameter(command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const stream = policyStream(command.key);
    yield* load(stream, policyFold);
    return ok({ writes: [{ stream, events: decided.value }], answer: { key: command.key, from: command.from } });
  },
};

/** Every command of this package. */
export const policyCommands: readonly CommandDefinition[] = [SetPolicyParameter];
