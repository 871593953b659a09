import type { CommandHandler } from "@huimin/command-handler";
import type { RecordedEvent, Role } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import {
  type App,
  CommandAnswer,
  decodeCursor,
  idempotencyKey,
  needsRole,
  PAGE_DEFAULT,
  PageOf,
  PageQuery,
  pageOf,
  personOf,
  RefusalError,
  sendOutcome,
} from "@huimin/http";
import {
  approveProposal,
  checkerRolesOf,
  type ProposalState,
  proposalErrors,
  proposalFold,
  proposalStream,
  rejectProposal,
  WithdrawProposal,
} from "@huimin/proposal";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { answered, type CommandTable, type OnRecorded } from "./commands.ts";

export interface ProposalOptions {
  readonly store: EventStore;
  readonly district: string;
  readonly table: CommandTable;
  /** Records approvals: it may write every stream, because an approval and its command are one append. */
  readonly handler: CommandHandler;
  readonly wake: () => void;
  readonly onRecorded: OnRecorded;
}

type Open = Extract<ProposalState, { status: "open" }>;
interface Listed {
  readonly position: number;
  readonly proposedAt: string;
  readonly state: Open;
}

/** Events read from the log at a time. */
const READ_MAX = 1_000;

/**
 * Open proposals, folded from the log on demand: they are few, and what is decided is forgotten. Read from where the
 * last question ended, so a question costs what has happened since.
 */
export class OpenProposals {
  readonly #store: EventStore;
  readonly #district: string;
  readonly #open = new Map<string, Listed>();
  #position = 0;
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(store: EventStore, district: string) {
    this.#store = store;
    this.#district = district;
  }

  async list(): Promise<Listed[]> {
    this.#catchingUp = this.#catchingUp.catch(() => undefined).then(() => this.#catchUp());
    await this.#catchingUp;
    return [...this.#open.values()];
  }

  async #catchUp(): Promise<void> {
    const head = await this.#store.head(this.#district);
    for (;;) {
      const events = await this.#store.readAll(this.#district, this.#position, READ_MAX, ["proposal"]);
      for (const event of events) {
        const before: ProposalState = this.#open.get(event.stream)?.state ?? proposalFold.initialState;
        const state = proposalFold.evolve(before, event as RecordedEvent);
        if (state.status === "open") this.#open.set(event.stream, { state, position: event.position, proposedAt: event.recordedAt });
        else this.#open.delete(event.stream);
        this.#position = event.position;
      }
      if (events.length < READ_MAX) break;
    }
    this.#position = Math.max(this.#position, head);
  }
}

const ProposalSchema = Type.Object({
  proposal: Type.String(),
  command: Type.String(),
  summary: Type.String(),
  maker: Type.String(),
  makerRole: Type.String(),
  checkerRoles: Type.Array(Type.String()),
  proposedAt: Type.String(),
  body: Type.Unknown(),
});
const Path = Type.Object({ proposal: Type.String({ minLength: 1, maxLength: 64 }) });
const Reason = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false });
const tags = ["proposals"];
const security = [{ session: [] }, { bearer: [] }];

/** 待审单据: list, approve, reject, withdraw. Register under `/api/v1`. The approver is another person than the maker. */
export async function proposalRoutes(app: App, options: ProposalOptions): Promise<void> {
  const open = new OpenProposals(options.store, options.district);
  const { table } = options;
  app.get(
    "/proposals",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "待审单据 / Proposals that wait",
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: PageOf(ProposalSchema) },
      },
    },
    async (request) => {
      const limit = request.query.limit ?? PAGE_DEFAULT;
      const after = Number(decodeCursor(request.query.cursor, 1)?.[0] ?? 0);
      const rows = (await open.list()).filter((one) => one.position > after).slice(0, limit + 1);
      const page = pageOf(rows, limit, (one) => [one.position]);
      return { ...page, items: page.items.map(({ state, proposedAt }) => ({ ...printed(table, state), proposedAt })) };
    },
  );
  app.post(
    "/proposals/:proposal/approval",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "审核通过 / Approve: the command is recorded",
        params: Path,
        response: { 200: CommandAnswer, 201: CommandAnswer },
      },
    },
    async (request, reply) => {
      const { state, checkerRole, evidence } = await toBeChecked(request, request.params.proposal, options);
      const checker = personOf(request).id;
      const outcome = await options.handler.execute(
        approveProposal(table.find),
        { proposal: state.proposal, checker, checkerRole },
        {
          actor: state.maker,
          role: state.makerRole,
          checker,
          channel: "ui",
          correlationId: request.id,
          keys: keysOf(request),
          ...(state.period === undefined ? {} : { period: state.period }),
          ...(state.corrects === undefined ? {} : { corrects: state.corrects }),
          ...(state.correctsPeriod === undefined ? {} : { correctsPeriod: state.correctsPeriod }),
          ...(evidence === undefined ? {} : { evidence }),
        },
      );
      options.wake();
      const sent = answered(outcome);
      options.onRecorded(state.command, sent.answer);
      return sendOutcome(reply, sent);
    },
  );
  app.post(
    "/proposals/:proposal/rejection",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "驳回 / Reject",
        params: Path,
        body: Reason,
        response: { 200: CommandAnswer, 201: CommandAnswer },
      },
    },
    async (request, reply) => {
      const { state, checkerRole } = await toBeChecked(request, request.params.proposal, options);
      const meta = {
        actor: personOf(request).id,
        role: checkerRole,
        channel: "ui" as const,
        correlationId: request.id,
        keys: keysOf(request),
      };
      return sendOutcome(
        reply,
        answered(
          await options.handler.execute(rejectProposal(table.find), { proposal: state.proposal, reason: request.body.reason }, meta),
        ),
      );
    },
  );
  app.post(
    "/proposals/:proposal/withdrawal",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "撤回 / Withdraw, by the maker",
        params: Path,
        body: Reason,
        response: { 200: CommandAnswer, 201: CommandAnswer },
      },
    },
    async (request, reply) => {
      const state = await stateOf(request.params.proposal, options);
      const meta = {
        actor: personOf(request).id,
        role: state.makerRole,
        channel: "ui" as const,
        correlationId: request.id,
        keys: keysOf(request),
      };
      return sendOutcome(
        reply,
        answered(await options.handler.execute(WithdrawProposal, { proposal: state.proposal, reason: request.body.reason }, meta)),
      );
    },
  );
}

const keysOf = (request: FastifyRequest) =>
  request.headers["idempotency-key"] === undefined ? [] : [{ client: `user:${personOf(request).id}`, key: idempotencyKey(request) }];

const printed = (table: CommandTable, state: Open) => {
  const definition = table.find(state.command);
  const { proposal, command, summary, maker, makerRole, body } = state;
  return { proposal, command, summary, maker, makerRole, body, checkerRoles: definition ? [...checkerRolesOf(definition)] : [] };
};

type Known = Exclude<ProposalState, { status: "none" }>;

/** What is known of a proposal; decided ones too, so that the rule itself can say that they are. */
const stateOf = async (proposal: string, options: ProposalOptions): Promise<Known> => (await proposalOf(proposal, options)).state;

/** With the attachments that its maker gave it. */
async function proposalOf(proposal: string, options: ProposalOptions) {
  const { events } = await options.store.readStream(options.district, proposalStream(proposal));
  const state = events.reduce<ProposalState>(
    (before, event) => proposalFold.evolve(before, event as RecordedEvent),
    proposalFold.initialState,
  );
  if (state.status === "none") throw new RefusalError({ code: proposalErrors.PROPOSAL_UNKNOWN, details: { proposal } });
  return { state, evidence: events[0]?.evidence };
}

/** The proposal and the role in which this person may check it. Refuses SAME_PERSON, CHECKER_ROLE_REQUIRED. */
async function toBeChecked(request: FastifyRequest, proposal: string, options: ProposalOptions) {
  const { state, evidence } = await proposalOf(proposal, options);
  const person = personOf(request);
  if (person.id === state.maker) throw new RefusalError({ code: proposalErrors.SAME_PERSON, details: { person: person.login } });
  const definition = options.table.find(state.command);
  if (!definition) throw new RefusalError({ code: proposalErrors.COMMAND_UNKNOWN, details: { command: state.command } });
  const required = checkerRolesOf(definition);
  const checkerRole = required.find((role: Role) => person.roles.includes(role));
  if (!checkerRole) {
    throw new RefusalError({
      code: proposalErrors.CHECKER_ROLE_REQUIRED,
      details: { role: person.roles.join(", ") || "-", command: state.command, required: required.join(", ") },
    });
  }
  return { state, checkerRole, evidence };
}
