import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type DomainEvent, load, type Role, resolve, type StreamWrite } from "@huimin/decider";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import type { Static, TSchema } from "typebox";
import { bankMayTouch, closeAccount, setAccount } from "../decide/accounts.ts";
import { type HouseholdWrites, mergeHouseholds, splitHousehold } from "../decide/division.ts";
import { adultHead } from "../decide/guard.ts";
import { addMember, changeHead, correctIdentity, deregisterHousehold, event, removeMember } from "../decide/households.ts";
import { confirmExit, endMonitoring, extinguish, returnToPoverty, revokeExit, startMonitoring } from "../decide/standing.ts";
import { type HouseholdState, householdFold } from "../household.ts";
import { bankFold, personFold } from "../parties.ts";
import { bankStream, householdStream, personStream } from "../streams.ts";
import * as bodies from "./bodies.ts";

type Decided = Result<readonly DomainEvent[], Refusal>;

/** What the resolver of the service gives for `birthDate {personId, household, idNumber}`: an ISO date, or nothing when the key is shredded. */
const birthDateOf = (state: HouseholdState, personId: string) =>
  resolve<IsoDate | undefined>("birthDate", {
    personId,
    household: state.household ?? "",
    idNumber: state.members.find((member) => member.personId === personId)?.idNumber ?? "",
  });

/** A command that reads and writes one household and nobody else. */
const onHousehold = <S extends TSchema>(
  name: string,
  schema: S,
  roles: readonly Role[],
  decide: (state: HouseholdState, command: Static<S>, today: IsoDate, context: CommandContext) => Decided,
): CommandDefinition<Static<S> & { household: string }> => ({
  name,
  schema,
  roles,
  postsInBookG: false,
  *run(command, context) {
    const stream = householdStream(command.household);
    const { state } = yield* load(stream, householdFold);
    const decided = decide(state, command, shanghaiDate(context.recordedAt), context);
    return decided.ok ? ok({ writes: [{ stream, events: decided.value }], answer: { household: command.household } }) : decided;
  },
});

/** A command after which some members are no longer in the household: their person streams say so in the same append. */
const withLeavers = <S extends TSchema>(
  name: string,
  schema: S,
  reason: (command: Static<S>) => string,
  leavers: (state: HouseholdState, command: Static<S>) => readonly string[],
  decide: (state: HouseholdState, command: Static<S>, today: IsoDate) => Decided,
): CommandDefinition<Static<S> & { household: string; valueDate: string }> => ({
  name,
  schema,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { household, valueDate } = command;
    const stream = householdStream(household);
    const { state } = yield* load(stream, householdFold);
    const decided = decide(state, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const writes: StreamWrite[] = [{ stream, events: decided.value }];
    for (const personId of leavers(state, command)) {
      yield* load(personStream(personId), personFold);
      writes.push({
        stream: personStream(personId),
        events: [event("PersonLeft", valueDate, { personId, household, reason: reason(command) })],
      });
    }
    return ok({ writes, answer: { household } });
  },
});

const everyMember = (state: HouseholdState): string[] => state.members.map(({ personId }) => personId);

/** 注销登记 */
export const DeregisterHousehold = withLeavers(
  "DeregisterHousehold",
  bodies.DeregisterHouseholdBody,
  () => "deregistered",
  everyMember,
  deregisterHousehold,
);
/** 人口自然减少 */
export const RemoveMember = withLeavers(
  "RemoveMember",
  bodies.RemoveMemberBody,
  ({ reason }) => reason,
  (_, { personId }) => [personId],
  removeMember,
);
/** 整户消亡 */
export const RecordHouseholdExtinct = withLeavers(
  "RecordHouseholdExtinct",
  bodies.RecordHouseholdExtinctBody,
  () => "death",
  everyMember,
  extinguish,
);

/** 人口自然增加 */
export const AddMember: CommandDefinition<Static<typeof bodies.AddMemberBody>> = {
  name: "AddMember",
  schema: bodies.AddMemberBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { household, member, valueDate } = command;
    const stream = householdStream(household);
    const { state } = yield* load(stream, householdFold);
    const person = yield* load(personStream(member.personId), personFold);
    const decided = addMember(state, person.state, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const joined = event("PersonJoined", valueDate, { personId: member.personId, household });
    return ok({
      writes: [
        { stream, events: decided.value },
        { stream: person.stream, events: [joined] },
      ],
      answer: { household },
    });
  },
};

/** 户主变更: the new head is an adult member. */
export const ChangeHead: CommandDefinition<Static<typeof bodies.ChangeHeadBody>> = {
  name: "ChangeHead",
  schema: bodies.ChangeHeadBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const stream = householdStream(command.household);
    const { state } = yield* load(stream, householdFold);
    const decided = changeHead(state, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const adult = adultHead(yield* birthDateOf(state, command.newHead), command.valueDate);
    return adult.ok ? ok({ writes: [{ stream, events: decided.value }], answer: { household: command.household } }) : adult;
  },
};

/**
 * 身份信息更正. Another ID number moves the membership to another person. Nothing is posted; the flag makes it wait for a
 * second person (4-eyes, domain 2.0).
 */
export const CorrectPersonIdentity: CommandDefinition<Static<typeof bodies.CorrectIdentityBody>> = {
  name: "CorrectPersonIdentity",
  schema: bodies.CorrectIdentityBody,
  roles: ["POV"],
  postsInBookG: true,
  checkerRoles: ["POV", "FIN-R"],
  *run(command, context) {
    const { household, personId, newPersonId, valueDate } = command;
    const stream = householdStream(household);
    const { state } = yield* load(stream, householdFold);
    const moves = newPersonId !== undefined && newPersonId !== personId;
    const next = moves ? yield* load(personStream(newPersonId), personFold) : undefined;
    const decided = correctIdentity(state, next?.state, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const writes: StreamWrite[] = [{ stream, events: decided.value }];
    if (next && newPersonId !== undefined) {
      yield* load(personStream(personId), personFold);
      const left = event("PersonLeft", valueDate, { personId, household, reason: "identity-corrected" });
      writes.push(
        { stream: personStream(personId), events: [left] },
        { stream: next.stream, events: [event("PersonJoined", valueDate, { personId: newPersonId, household })] },
      );
    }
    return ok({ writes, answer: { household, personId: newPersonId ?? personId } });
  },
};

/** Events of several households with the person streams of those who move. */
function* withMoves(value: HouseholdWrites, reason: string, valueDate: IsoDate) {
  const writes: StreamWrite[] = [...value.households].map(([household, events]) => ({ stream: householdStream(household), events }));
  for (const { personId, from, to } of value.moves) {
    const { stream } = yield* load(personStream(personId), personFold);
    writes.push({
      stream,
      events: [
        event("PersonLeft", valueDate, { personId, household: from, reason }),
        event("PersonJoined", valueDate, { personId, household: to }),
      ],
    });
  }
  return writes;
}

/** 分户 (POV with the village). Answer: the households and the credit file that they share. */
export const SplitHousehold: CommandDefinition<Static<typeof bodies.SplitHouseholdBody>> = {
  name: "SplitHousehold",
  schema: bodies.SplitHouseholdBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const { state } = yield* load(householdStream(command.household), householdFold);
    const targets = new Map<string, HouseholdState>();
    for (const { household } of command.targets) {
      if (household !== command.household) targets.set(household, (yield* load(householdStream(household), householdFold)).state);
    }
    const decided = splitHousehold(state, targets, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    for (const target of command.targets) {
      if (target.head === state.head) continue;
      const adult = adultHead(yield* birthDateOf(state, target.head), command.valueDate);
      if (!adult.ok) return adult;
    }
    const writes = yield* withMoves(decided.value, "split", command.valueDate);
    return ok({ writes, answer: { households: command.targets.map(({ household }) => household), creditGroup: state.creditGroup } });
  },
};

/** 并户. Answer: the household that they are now. */
export const MergeHouseholds: CommandDefinition<Static<typeof bodies.MergeHouseholdsBody>> = {
  name: "MergeHouseholds",
  schema: bodies.MergeHouseholdsBody,
  roles: ["POV"],
  postsInBookG: false,
  *run(command, context) {
    const states = new Map<string, HouseholdState>();
    for (const household of new Set([command.into, ...command.households]))
      states.set(household, (yield* load(householdStream(household), householdFold)).state);
    const decided = mergeHouseholds(states, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: yield* withMoves(decided.value, "merge", command.valueDate), answer: { household: command.into } });
  },
};

/** 脱贫退出 */
export const ConfirmPovertyExit = onHousehold("ConfirmPovertyExit", bodies.ConfirmPovertyExitBody, ["POV"], confirmExit);
/** 撤销脱贫 */
export const RevokePovertyExit = onHousehold("RevokePovertyExit", bodies.RevokePovertyExitBody, ["POV"], revokeExit);
/** 返贫 */
export const RecordReturnToPoverty = onHousehold("RecordReturnToPoverty", bodies.RecordReturnToPovertyBody, ["POV"], returnToPoverty);
/** 纳入监测 */
export const StartMonitoring = onHousehold("StartMonitoring", bodies.StartMonitoringBody, ["POV"], startMonitoring);
/** 解除监测 */
export const EndMonitoring = onHousehold("EndMonitoring", bodies.EndMonitoringBody, ["POV"], endMonitoring);

const account = (name: string, how: "bind" | "change"): CommandDefinition<Static<typeof bodies.SetAccountBody>> => ({
  name,
  schema: bodies.SetAccountBody,
  roles: ["OFFICE", "BANK"],
  postsInBookG: false,
  *run(command, context) {
    const stream = householdStream(command.household);
    const { state } = yield* load(stream, householdFold);
    const bank = yield* load(bankStream(command.bank), bankFold);
    const decided = bankMayTouch(state, command, context) ?? setAccount(state, bank.state, how, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: decided.value }], answer: { household: command.household, purpose: command.purpose } });
  },
});

/** 银行卡绑定 */
export const BindBankAccount = account("BindBankAccount", "bind");
/** 银行卡变更 */
export const ChangeBankAccount = account("ChangeBankAccount", "change");
/** 银行卡注销 */
export const CloseBankAccount = onHousehold(
  "CloseBankAccount",
  bodies.CloseAccountBody,
  ["OFFICE", "BANK"],
  (state, command, today, context) => bankMayTouch(state, command, context) ?? closeAccount(state, command, today),
);

export const householdCommands: readonly CommandDefinition[] = [
  DeregisterHousehold,
  AddMember,
  RemoveMember,
  ChangeHead,
  CorrectPersonIdentity,
  SplitHousehold,
  MergeHouseholds,
  ConfirmPovertyExit,
  RevokePovertyExit,
  RecordReturnToPoverty,
  StartMonitoring,
  EndMonitoring,
  RecordHouseholdExtinct,
  BindBankAccount,
  ChangeBankAccount,
  CloseBankAccount,
];
