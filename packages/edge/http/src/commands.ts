import { type CommandDefinition, needsSecondPerson, type Role } from "@huimin/decider";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { httpErrors as errors } from "./errors.ts";
import { idempotencyKey } from "./idempotency.ts";
import { actingRole, needsRole, personOf } from "./people/guard.ts";
import { RefusalError } from "./problem.ts";
import type { App } from "./server.ts";

/** Who sends a command over HTTP, and under which idempotency keys. */
export interface CommandSender {
  /** User id, or `bank:K1`. */
  readonly actor: string;
  readonly role: Role;
  readonly channel: "ui" | "bank-api" | "file";
  readonly correlationId: string;
  /** Person who stands behind the sender: whoever recorded a bank's paper message. */
  readonly checker?: string;
  /** Bank serial, contract or voucher number. */
  readonly sourceDocument?: string;
  readonly keys: readonly { readonly client: string; readonly key: string }[];
  /** Accounting period that the sender asks for; refused when it is closed. */
  readonly period?: string;
  /** 订正: the voucher that this command corrects, by number or position; event id once it is known. */
  readonly corrects?: string;
  /** 会计期间 of that event, once it is known. */
  readonly correctsPeriod?: string;
  /** 附件: files that the voucher shows and counts, by hash. */
  readonly evidence?: readonly { readonly title: string; readonly sha256: string }[];
}

/**
 * 会计期间 that a command is to be booked in. Rarely needed: without it, the month of recording, or the first open one
 * after it. In the address and not in a header, so that a bank's signature covers it.
 */
export const PeriodQuery = Type.Object(
  { period: Type.Optional(Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$", description: "会计期间 accounting period, YYYY-MM" })) },
  { additionalProperties: false },
);

/** What a person may say of a command besides its body: its period, the voucher that it corrects (C2, C3), its attachments. */
export const SenderQuery = Type.Object(
  {
    ...PeriodQuery.properties,
    corrects: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: "订正的凭证: number (记-2018-06-0012) or position of the corrected voucher",
      }),
    ),
  },
  { additionalProperties: false },
);

const EVIDENCE_MAX = 50;
const Evidence = Type.Array(
  Type.Object(
    { title: Type.String({ minLength: 1, maxLength: 200 }), sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) },
    { additionalProperties: false },
  ),
  { maxItems: EVIDENCE_MAX },
);

/** 附件 by hash, as JSON in a header, because bodies are the commands' own. Titles in any script are percent-encoded. */
export const EVIDENCE_HEADER = "huimin-evidence";

/** Reads {@link EVIDENCE_HEADER}; refuses EVIDENCE_INVALID. */
function evidenceIn(request: FastifyRequest): Pick<CommandSender, "evidence"> {
  const text = request.headers[EVIDENCE_HEADER];
  if (typeof text !== "string") return {};
  try {
    const evidence: unknown = JSON.parse(decodeURIComponent(text));
    if (Value.Check(Evidence, evidence)) return { evidence };
  } catch {
    // refused below
  }
  throw new RefusalError({ code: errors.EVIDENCE_INVALID, path: `#headers/${EVIDENCE_HEADER}` });
}

/** The period of {@link PeriodQuery}, as a part of a sender. */
export const askedPeriod = (request: FastifyRequest): { readonly period?: string } => {
  const { period } = (request.query ?? {}) as { readonly period?: string };
  return period === undefined ? {} : { period };
};

/** What became of a command. `position`: a read with `min-position` of it sees its effect. */
export type Sent =
  | { readonly kind: "recorded" | "repeated"; readonly answer: Readonly<Record<string, unknown>>; readonly position: number }
  /** 制单: it waits for a second person. `preview` is the answer that it would get now. */
  | { readonly kind: "proposed"; readonly proposal: string; readonly preview: unknown; readonly position: number };

/** The way from a server's routes to the log; given by the composition root. */
export interface Commands {
  /** Records the command, or proposes it when a person's command needs a second person. Throws `RefusalError`. */
  send(definition: CommandDefinition, body: unknown, sender: CommandSender): Promise<Sent>;
}

declare module "fastify" {
  interface FastifyInstance {
    commands: Commands;
  }
}

/** Makes `app.commands` known to the routes of this server. */
export function commandsWith(app: App, commands: Commands): void {
  app.decorate("commands", commands);
}

/** Answer of a command route. */
export const CommandAnswer = Type.Object(
  { position: Type.Integer({ description: "Position in the log: a read with min-position of it sees this command" }) },
  { additionalProperties: true },
);
export const ProposalAnswer = Type.Object({
  proposal: Type.String(),
  status: Type.Literal("open"),
  preview: Type.Unknown(),
  position: Type.Integer(),
});

/**
 * Answers with what became of a command: 201 recorded, 200 with `Idempotent-Replayed: true` for a repeat (the first
 * answer again), 202 when it waits for a second person or `held` says so.
 */
export function sendOutcome(reply: FastifyReply, sent: Sent, held = false): FastifyReply {
  reply.header("huimin-position", sent.position);
  if (sent.kind === "proposed")
    return reply.code(202).send({ proposal: sent.proposal, status: "open", preview: sent.preview, position: sent.position });
  if (sent.kind === "repeated") reply.header("idempotent-replayed", "true");
  return reply.code(sent.kind === "repeated" ? 200 : held ? 202 : 201).send({ ...sent.answer, position: sent.position });
}

export interface PersonCommandRoute {
  readonly url: string;
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly definition: CommandDefinition;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly params?: TSchema;
  /** Body of the request; default: the command's own schema. `false` when the command is made of the path alone. */
  readonly body?: TSchema | false;
  /** The command from the request (sealing personal data takes a moment); default: its body. */
  readonly commandOf?: (request: FastifyRequest) => unknown;
  /** A key is asked for on everything that moves money; elsewhere it is taken when it comes. Default: what posts in book G. */
  readonly needsKey?: boolean;
}

/** Who a signed-in person is as a sender, in the first allowed role that the person has. */
export function senderOf(request: FastifyRequest, definition: Pick<CommandDefinition, "roles">, needsKey: boolean): CommandSender {
  const person = personOf(request);
  const role = actingRole(request, definition.roles);
  const key = needsKey || request.headers["idempotency-key"] !== undefined ? idempotencyKey(request) : undefined;
  const { corrects } = (request.query ?? {}) as { readonly corrects?: string };
  return {
    actor: person.id,
    role,
    channel: "ui",
    correlationId: request.id,
    ...askedPeriod(request),
    ...(corrects === undefined ? {} : { corrects }),
    ...evidenceIn(request),
    keys: key === undefined ? [] : [{ client: `user:${person.id}`, key }],
  };
}

/** A route by which a person gives a command: role, idempotency key, validation, second person, answer. */
export function personCommand(app: App, route: PersonCommandRoute): void {
  const { definition } = route;
  const needsKey = route.needsKey ?? definition.postsInBookG;
  const roles = definition.roles.filter((role) => role !== "SYS" && role !== "AUD");
  app.route({
    method: route.method ?? "POST",
    url: route.url,
    onRequest: [
      needsRole(...roles),
      async (request) => {
        if (needsKey) idempotencyKey(request);
      },
    ],
    schema: {
      tags: [...route.tags],
      summary: route.summary,
      description: `${definition.name}: ${roles.join(", ")}${needsSecondPerson(definition) ? `. 须经第二人审核 / needs a second person: ${(definition.checkerRoles ?? ["FIN-R"]).join(", ")}` : ""}`,
      security: [{ session: [] }, { bearer: [] }],
      querystring: SenderQuery,
      ...(route.params ? { params: route.params } : {}),
      ...(route.body === false ? {} : { body: route.body ?? (definition.schema as TSchema) }),
      response: { 200: CommandAnswer, 201: CommandAnswer, 202: ProposalAnswer },
    },
    handler: async (request, reply) => {
      const command = route.commandOf ? await route.commandOf(request) : request.body;
      return sendOutcome(reply, await app.commands.send(definition, command, senderOf(request, definition, needsKey)));
    },
  });
}
