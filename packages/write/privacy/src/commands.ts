import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import {
  type CommandDefinition,
  type DomainEvent,
  type Fold,
  type Gather,
  load,
  type Role,
  resolve,
  type StreamWrite,
} from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { personFold, personStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { checkDate, type LastFact, lift, restrict, type ShredFacts, shred } from "./decide.ts";
import { errors } from "./errors.ts";
import { type PrivacyState, privacyFold } from "./evolve.ts";
import * as schema from "./schema.ts";

const Id = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ minLength: 10, maxLength: 10, description: "业务发生日 value date, YYYY-MM-DD" });
const Document = Type.String({ minLength: 1, maxLength: 200, description: "文号 number of the request or decision; no names" });
const strict = { additionalProperties: false } as const;

/** Persons of one request: a household and those who have left it. */
const PERSONS_MAX = 50;
const Persons = Type.Array(Id, { minItems: 1, maxItems: PERSONS_MAX, uniqueItems: true });

export const RestrictProcessingBody = Type.Object(
  {
    persons: Persons,
    ground: schema.RestrictionGround,
    legalBasis: Type.Optional(schema.LegalBasis),
    document: Document,
    valueDate: DateText,
  },
  strict,
);
export const LiftRestrictionBody = Type.Object(
  { persons: Persons, ground: schema.LiftGround, document: Document, valueDate: DateText },
  strict,
);
export const ShredPersonalDataBody = Type.Object(
  { person: Id, keyClass: schema.KeyClass, ground: schema.ShredGround, document: Document, valueDate: DateText },
  strict,
);

const MAKERS: readonly Role[] = ["POV", "OFFICE"];
const CHECKERS: readonly Role[] = ["POV", "FIN-R"];

/** Whether the register has ever had the person, and where he or she is now. */
interface Known {
  readonly ever: boolean;
  readonly household: string | undefined;
}
const knownFold: Fold<Known> = {
  initialState: { ever: false, household: undefined },
  evolve: (state, event) => {
    const { household } = personFold.evolve({ household: state.household, closed: undefined }, event);
    return { ever: true, household };
  },
};

function* knownPerson(person: string, path: string): Gather<Result<Known, Refusal>> {
  const { state } = yield* load(personStream(person), knownFold);
  return state.ever ? ok(state) : refuse(errors.PRIVACY_PERSON_UNKNOWN, { person: person.slice(0, 64) }, { path });
}

type Each = (state: PrivacyState, person: string, valueDate: IsoDate, path: string) => Result<readonly DomainEvent[], Refusal>;

/** One decision for all the persons of a request, or for none of them. */
function* eachPerson(command: { readonly persons: readonly string[]; readonly valueDate: string }, today: IsoDate, decide: Each) {
  const date = checkDate(command.valueDate, today);
  if (!date.ok) return date;
  const writes: StreamWrite[] = [];
  for (const [index, person] of command.persons.entries()) {
    const path = `/persons/${index}`;
    const known = yield* knownPerson(person, path);
    if (!known.ok) return known;
    const { state, stream } = yield* load(schema.privacyStream(person), privacyFold);
    const decided = decide(state, person, date.value, path);
    if (!decided.ok) return decided;
    writes.push({ stream, events: decided.value });
  }
  return ok({ writes, answer: { persons: [...command.persons] } });
}

/** 限制处理, by two persons. Nothing is posted; the flag makes it wait for the second. Answer: `{persons}`. */
export const RestrictProcessing: CommandDefinition<Static<typeof RestrictProcessingBody>> = {
  name: "RestrictProcessing",
  schema: RestrictProcessingBody,
  roles: MAKERS,
  checkerRoles: CHECKERS,
  postsInBookG: true,
  *run(command, context) {
    const { ground, document, legalBasis = "retention-of-vouchers" } = command;
    return yield* eachPerson(command, shanghaiDate(context.recordedAt), (state, person, valueDate, path) =>
      restrict(state, { person, ground, legalBasis, document }, valueDate, path),
    );
  },
};

/** 解除限制, by two persons. Answer: `{persons}`. */
export const LiftRestriction: CommandDefinition<Static<typeof LiftRestrictionBody>> = {
  name: "LiftRestriction",
  schema: LiftRestrictionBody,
  roles: MAKERS,
  checkerRoles: CHECKERS,
  postsInBookG: true,
  *run(command, context) {
    const { ground, document } = command;
    return yield* eachPerson(command, shanghaiDate(context.recordedAt), (state, person, valueDate, path) =>
      lift(state, { person, ground, document }, valueDate, path),
    );
  },
};

/**
 * 删除个人信息, by two persons. The key is destroyed after the event, by what follows from the log. Answer:
 * `{person, keyClass, generation}`.
 */
export const ShredPersonalData: CommandDefinition<Static<typeof ShredPersonalDataBody>> = {
  name: "ShredPersonalData",
  schema: ShredPersonalDataBody,
  roles: MAKERS,
  checkerRoles: CHECKERS,
  postsInBookG: true,
  *run(command, context) {
    const { person, keyClass, ground, document } = command;
    const today = shanghaiDate(context.recordedAt);
    const date = checkDate(command.valueDate, today);
    if (!date.ok) return date;
    const known = yield* knownPerson(person, "/person");
    if (!known.ok) return known;
    const { stream } = yield* load(schema.privacyStream(person), privacyFold);
    const keys = yield* resolve<ShredFacts["keys"]>("personKeys", { person, keyClass });
    const lastFact = keyClass === "K1" ? yield* resolve<LastFact>("lastFact", { person }) : undefined;
    const decided = shred({ person, keyClass, ground, document }, date.value, { today, household: known.value.household, keys, lastFact });
    if (!decided.ok) return decided;
    const { generation } = keys;
    return ok({ writes: [{ stream, events: decided.value }], answer: { person, keyClass, generation } });
  },
};

/** Every command of this package. */
export const privacyCommands: readonly CommandDefinition[] = [RestrictProcessing, LiftRestriction, ShredPersonalData];
