import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Static } from "typebox";
import { checkHolder } from "../decide/accounts.ts";
import { event, registerHousehold } from "../decide/households.ts";
import { registryErrors as errors } from "../errors.ts";
import { householdFold } from "../household.ts";
import { type BankState, bankFold, type PersonState, personFold, type VillageState, villageFold } from "../parties.ts";
import { bankStream, householdStream, personStream, villageStream } from "../streams.ts";
import { BATCH_EVENTS_MAX, RegisterHouseholdBody, RegisterHouseholdsBody } from "./bodies.ts";

type Body = Static<typeof RegisterHouseholdBody>;

/** Villages and banks that a batch has asked for already: one question each. */
interface Known {
  readonly villages: Map<string, VillageState>;
  readonly banks: Map<string, BankState>;
}

function* registration(command: Body, today: IsoDate, known: Known): Gather<Result<readonly StreamWrite[], Refusal>> {
  const { account, ...body } = command;
  const stream = householdStream(command.household);
  const household = yield* load(stream, householdFold);
  const village = known.villages.get(command.village) ?? (yield* load(villageStream(command.village), villageFold)).state;
  known.villages.set(command.village, village);
  const persons = new Map<string, PersonState>();
  for (const { personId } of command.members) {
    if (!persons.has(personId)) persons.set(personId, (yield* load(personStream(personId), personFold)).state);
  }
  const decided = registerHousehold(body, { household: household.state, village, persons, today });
  if (!decided.ok) return decided;
  const events: DomainEvent[] = [...decided.value];
  if (account) {
    const bank = known.banks.get(account.bank) ?? (yield* load(bankStream(account.bank), bankFold)).state;
    known.banks.set(account.bank, bank);
    const payload = { household: command.household, ...account };
    const members = command.members.map((member) => ({ ...member, from: command.valueDate }));
    const checked = checkHolder({ members, head: command.head }, bank, payload);
    if (!checked.ok) return refuse(checked.refusal.code, checked.refusal.details, { path: `/account${checked.refusal.path ?? ""}` });
    events.push(event("BankAccountBound", command.valueDate, payload));
  }
  const joins = command.members.map(({ personId }) => ({
    stream: personStream(personId),
    events: [event("PersonJoined", command.valueDate, { personId, household: command.household })],
  }));
  return ok([{ stream, events }, ...joins]);
}

/** 建档立卡登记 (POV), with the head's account where it is known. Answer: `{household}`. */
export const RegisterHousehold: CommandDefinition<Body> = {
  name: "RegisterHousehold",
  schema: RegisterHouseholdBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context: CommandContext) {
    const decided = yield* registration(command, shanghaiDate(context.recordedAt), { villages: new Map(), banks: new Map() });
    return decided.ok ? ok({ writes: decided.value, answer: { household: command.household } }) : decided;
  },
};

/**
 * Registers the households of a file, all of them or none (POV). A refusal names the household by its path
 * `/households/{index}/…`. Refuses a household or person that occurs twice in it. Answer: `{households, people}`.
 */
export const RegisterHouseholds: CommandDefinition<Static<typeof RegisterHouseholdsBody>> = {
  name: "RegisterHouseholds",
  schema: RegisterHouseholdsBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const today = shanghaiDate(context.recordedAt);
    const known: Known = { villages: new Map(), banks: new Map() };
    const streams = new Set<string>();
    const writes: StreamWrite[] = [];
    let people = 0;
    for (const [index, body] of command.households.entries()) {
      const decided: Result<readonly StreamWrite[], Refusal> = yield* registration(body, today, known);
      if (!decided.ok) return inside(index, decided.refusal);
      for (const write of decided.value) {
        if (streams.has(write.stream)) {
          const person = write.stream !== householdStream(body.household);
          return inside(
            index,
            person ? { code: errors.PERSON_TWICE } : { code: errors.HOUSEHOLD_ALREADY_REGISTERED, details: { household: body.household } },
          );
        }
        streams.add(write.stream);
        writes.push(write);
      }
      people += body.members.length;
    }
    return ok({ writes, answer: { households: command.households.length, people } });
  },
};

const inside = (index: number, refusal: Refusal): Result<never, Refusal> =>
  refuse(refusal.code, refusal.details, { path: `/households/${index}${refusal.path ?? ""}` });

/** Cuts registrations into batches that the log takes in one request each. */
export function registrationBatches(households: readonly Body[], householdsMax: number): Body[][] {
  const batches: Body[][] = [];
  let room = 0;
  for (const household of households) {
    const size = 2 + household.members.length + (household.kind === "marginal" ? 1 : 0);
    const last = batches.at(-1);
    if (last && last.length < householdsMax && size <= room) last.push(household);
    else {
      batches.push([household]);
      room = BATCH_EVENTS_MAX;
    }
    room -= size;
  }
  return batches;
}
