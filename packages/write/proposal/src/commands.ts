import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type Gather, load, type Role, type StreamWrite } from "@huimin/decider";
import { invariant, ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { approve, type Person, propose, reject, withdraw } from "./decide.ts";
import { errors } from "./errors.ts";
import { type Proposed, proposalFold, proposalStream } from "./evolve.ts";

/** The commands that can be proposed, by name. */
export type FindCommand = (name: string) => CommandDefinition | undefined;

/** People. Banks and jobs send messages, which need no second person; auditors only read. */
const PEOPLE: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV", "FOF", "OFFICE", "VIL", "ENT", "INS"];

const ProposalId = Type.String({ minLength: 1, maxLength: 64 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });

export const ProposeBody = Type.Object(
  {
    proposal: ProposalId,
    command: Type.String(),
    body: Type.Unknown(),
    summary: Type.String({ maxLength: 500 }),
    period: Type.Optional(Type.String({ description: "会计期间 that was asked for" })),
    corrects: Type.Optional(Type.String({ description: "event that it corrects" })),
    correctsPeriod: Type.Optional(Type.String({ description: "会计期间 of that event" })),
  },
  { additionalProperties: false },
);

const definitionOf = (find: FindCommand, name: string): Result<CommandDefinition, Refusal> => {
  const definition = find(name);
  return definition ? ok(definition) : refuse(errors.COMMAND_UNKNOWN, { command: name });
};

/**
 * 制单: stores a command until a second person approves it. The command is decided once as a trial, so that its maker
 * and not its checker hears of a refusal; its answer is shown as `preview`. The body is validated against the
 * command's schema by the edge.
 */
export const proposeCommand = (find: FindCommand): CommandDefinition<Static<typeof ProposeBody>> => ({
  name: "ProposeCommand",
  schema: ProposeBody,
  roles: PEOPLE,
  postsInBookG: false,
  *run(command, context) {
    const definition = definitionOf(find, command.command);
    if (!definition.ok) return definition;
    const stream = proposalStream(command.proposal);
    const proposal = yield* load(stream, proposalFold);
    const today = shanghaiDate(context.recordedAt);
    const decided = propose(proposal.state, context, definition.value, { ...command, today });
    if (!decided.ok) return decided;
    const trial = yield* definition.value.run(command.body, context);
    if (!trial.ok) return trial;
    return ok({
      writes: [{ stream, events: [decided.value] }],
      answer: { proposal: command.proposal, status: "open", preview: trial.value.answer },
    });
  },
});

export const ApproveBody = Type.Object(
  { proposal: ProposalId, checker: Type.String({ minLength: 1 }), checkerRole: Type.String() },
  { additionalProperties: false },
);

/**
 * 审核通过: ProposalApproved and the command's events in one append, under the maker's name and role with the checker in
 * the envelope. The context's actor and role are the maker's; the checker is in the body, put there by the edge from
 * the signed-in user, never by the client.
 */
export const approveProposal = (find: FindCommand): CommandDefinition<Static<typeof ApproveBody>> => ({
  name: "ApproveProposal",
  schema: ApproveBody,
  roles: PEOPLE,
  postsInBookG: false,
  *run(command, context) {
    const checker = { actor: command.checker, role: command.checkerRole as Role };
    const approved = yield* approval(find, command.proposal, checker, context);
    if (!approved.ok) return approved;
    const { proposed, definition, write } = approved.value;
    invariant(context.actor === proposed.maker && context.role === proposed.makerRole, "an approved command is recorded under its maker");
    const decided = yield* definition.run(proposed.body, context);
    if (!decided.ok) return decided;
    return ok({ writes: [write, ...decided.value.writes], answer: decided.value.answer });
  },
});

/** The approval alone, for a caller that runs the command itself and adds `write` to its append. */
export function* approval(
  find: FindCommand,
  proposal: string,
  checker: Person,
  context: Pick<CommandContext, "recordedAt">,
): Gather<Result<ApprovedCommand, Refusal>> {
  const stream = proposalStream(proposal);
  const { state } = yield* load(stream, proposalFold);
  if (state.status === "none") return refuse(errors.PROPOSAL_UNKNOWN, { proposal });
  const definition = definitionOf(find, state.command);
  if (!definition.ok) return definition;
  const approved = approve(state, checker, definition.value, { proposal, today: shanghaiDate(context.recordedAt) });
  if (!approved.ok) return approved;
  return ok({ proposed: approved.value.proposed, definition: definition.value, write: { stream, events: [approved.value.event] } });
}

export interface ApprovedCommand {
  readonly proposed: Proposed;
  readonly definition: CommandDefinition;
  readonly write: StreamWrite;
}

export const RejectBody = Type.Object({ proposal: ProposalId, reason: Reason }, { additionalProperties: false });

/** 驳回, by a person who could have approved it. */
export const rejectProposal = (find: FindCommand): CommandDefinition<Static<typeof RejectBody>> => ({
  name: "RejectProposal",
  schema: RejectBody,
  roles: PEOPLE,
  postsInBookG: false,
  *run(command, context) {
    const stream = proposalStream(command.proposal);
    const { state } = yield* load(stream, proposalFold);
    if (state.status === "none") return refuse(errors.PROPOSAL_UNKNOWN, { proposal: command.proposal });
    const definition = definitionOf(find, state.command);
    if (!definition.ok) return definition;
    const decided = reject(state, context, definition.value, { ...command, today: shanghaiDate(context.recordedAt) });
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: [decided.value] }], answer: { proposal: command.proposal, status: "rejected" } });
  },
});

export const WithdrawBody = RejectBody;

/** 撤回, by the maker. */
export const WithdrawProposal: CommandDefinition<Static<typeof WithdrawBody>> = {
  name: "WithdrawProposal",
  schema: WithdrawBody,
  roles: PEOPLE,
  postsInBookG: false,
  *run(command, context) {
    const stream = proposalStream(command.proposal);
    const { state } = yield* load(stream, proposalFold);
    const decided = withdraw(state, context, { ...command, today: shanghaiDate(context.recordedAt) });
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: [decided.value] }], answer: { proposal: command.proposal, status: "withdrawn" } });
  },
};
