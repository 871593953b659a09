import type { CommandDefinition, DomainEvent, Role } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { ProposalState, Proposed } from "./evolve.ts";
import { personalDataInClear } from "./personal-data.ts";

/** A claim of a bank with a thousand loans is some 300 KB; nothing of the product comes near this. */
export const PROPOSAL_BYTES_MAX = 1_048_576;

export interface Person {
  /** User id. */
  readonly actor: string;
  readonly role: Role;
}

type Definition = Pick<CommandDefinition, "name" | "roles" | "checkerRoles">;

/** Roles that may check a command: what its definition names, FIN-R otherwise (domain 2.0). */
export const checkerRolesOf = (definition: Definition): readonly Role[] => definition.checkerRoles ?? ["FIN-R"];

/**
 * 制单. Refuses a number that is taken (PROPOSAL_EXISTS), a maker whose role may not give the command
 * (MAKER_ROLE_REQUIRED), personal data in clear (PERSONAL_DATA_IN_CLEAR) and bodies over a megabyte
 * (PROPOSAL_TOO_LARGE).
 */
export function propose(
  state: ProposalState,
  maker: Person,
  definition: Definition,
  command: {
    readonly proposal: string;
    readonly body: unknown;
    readonly summary: string;
    readonly period?: string;
    readonly corrects?: string;
    readonly correctsPeriod?: string;
    readonly today: string;
  },
): Result<DomainEvent, Refusal> {
  const { proposal, body, summary, period, corrects, correctsPeriod, today } = command;
  if (state.status !== "none") return refuse(errors.PROPOSAL_EXISTS, { proposal });
  if (!definition.roles.includes(maker.role)) {
    return refuse(errors.MAKER_ROLE_REQUIRED, { role: maker.role, command: definition.name, required: definition.roles.join(", ") });
  }
  if (Buffer.byteLength(JSON.stringify(body) ?? "") > PROPOSAL_BYTES_MAX) {
    return refuse(errors.PROPOSAL_TOO_LARGE, { limit: PROPOSAL_BYTES_MAX }, { path: "/body" });
  }
  const clear = personalDataInClear(body, "/body") ?? personalDataInClear(summary, "/summary");
  if (clear !== undefined) return refuse(errors.PERSONAL_DATA_IN_CLEAR, { path: clear }, { path: clear });
  const payload = {
    proposal,
    command: definition.name,
    body,
    maker: maker.actor,
    makerRole: maker.role,
    summary,
    ...(period === undefined ? {} : { period }),
    ...(corrects === undefined ? {} : { corrects }),
    ...(correctsPeriod === undefined ? {} : { correctsPeriod }),
  };
  return ok({ type: "CommandProposed", valueDate: today, payload });
}

const openProposal = (state: ProposalState, proposal: string): Result<Proposed, Refusal> => {
  if (state.status === "none") return refuse(errors.PROPOSAL_UNKNOWN, { proposal });
  if (state.status !== "open") return refuse(errors.PROPOSAL_ALREADY_DECIDED, { proposal, status: state.status });
  return ok(state);
};

const mayCheck = (proposed: Proposed, checker: Person, definition: Definition): Result<undefined, Refusal> => {
  const required = checkerRolesOf(definition);
  if (!required.includes(checker.role)) {
    return refuse(errors.CHECKER_ROLE_REQUIRED, { role: checker.role, command: proposed.command, required: required.join(", ") });
  }
  return checker.actor === proposed.maker ? refuse(errors.SAME_PERSON, { person: checker.actor }) : ok(undefined);
};

/**
 * 审核通过. The event to append together with the command's own events, in one append. Refuses an unknown or decided
 * proposal (PROPOSAL_UNKNOWN, PROPOSAL_ALREADY_DECIDED), a role that may not check (CHECKER_ROLE_REQUIRED) and the
 * maker himself (SAME_PERSON), whatever other role he holds.
 */
export function approve(
  state: ProposalState,
  checker: Person,
  definition: Definition,
  command: { readonly proposal: string; readonly today: string },
): Result<{ readonly proposed: Proposed; readonly event: DomainEvent }, Refusal> {
  const open = openProposal(state, command.proposal);
  if (!open.ok) return open;
  const allowed = mayCheck(open.value, checker, definition);
  if (!allowed.ok) return allowed;
  const payload = { proposal: command.proposal, checker: checker.actor };
  return ok({ proposed: open.value, event: { type: "ProposalApproved", valueDate: command.today, payload } });
}

/** 驳回, by a person who could have approved; refusals as {@link approve}. */
export function reject(
  state: ProposalState,
  checker: Person,
  definition: Definition,
  command: { readonly proposal: string; readonly reason: string; readonly today: string },
): Result<DomainEvent, Refusal> {
  const open = openProposal(state, command.proposal);
  if (!open.ok) return open;
  const allowed = mayCheck(open.value, checker, definition);
  if (!allowed.ok) return allowed;
  const clear = personalDataInClear(command.reason, "/reason");
  if (clear !== undefined) return refuse(errors.PERSONAL_DATA_IN_CLEAR, { path: clear }, { path: clear });
  const payload = { proposal: command.proposal, checker: checker.actor, reason: command.reason };
  return ok({ type: "ProposalRejected", valueDate: command.today, payload });
}

/** 撤回, by the maker only (NOT_THE_MAKER). */
export function withdraw(
  state: ProposalState,
  person: Person,
  command: { readonly proposal: string; readonly reason: string; readonly today: string },
): Result<DomainEvent, Refusal> {
  const open = openProposal(state, command.proposal);
  if (!open.ok) return open;
  if (person.actor !== open.value.maker) return refuse(errors.NOT_THE_MAKER, { proposal: command.proposal });
  const clear = personalDataInClear(command.reason, "/reason");
  if (clear !== undefined) return refuse(errors.PERSONAL_DATA_IN_CLEAR, { path: clear }, { path: clear });
  return ok({ type: "ProposalWithdrawn", valueDate: command.today, payload: { proposal: command.proposal, reason: command.reason } });
}
