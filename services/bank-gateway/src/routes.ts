import type { CommandDefinition } from "@huimin/decider";
import {
  type App,
  askedPeriod,
  CommandAnswer,
  type CommandSender,
  idempotencyKey,
  PeriodQuery,
  RefusalError,
  sendOutcome,
} from "@huimin/http";
import { idempotencyKeysOf, ownSerialOf } from "@huimin/loan";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { scopeOf } from "./access/scopes.ts";
import { type BankAuthentication, bankOf, refusalSeen } from "./authenticate.ts";
import { EVENTS_OF_MESSAGE } from "./bank-events.ts";
import type { AccountSealing, BankMessage } from "./message.ts";
import { commandOf, documentedBodyOf, operationIdOf, refusedAnswers } from "./message-body.ts";
import { bankMessages } from "./messages.ts";

const security = [{ signature: [] }];

/**
 * The sender of a bank's message. Two idempotency keys: the header's, and the bank's own serial where the message has one,
 * so that a message sent again under a new header key is still one message.
 */
function senderOf(request: FastifyRequest, definition: CommandDefinition, command: Readonly<Record<string, unknown>>): CommandSender {
  const bank = bankOf(request);
  const serial = ownSerialOf(definition.name, command);
  return {
    actor: `bank:${bank}`,
    role: "BANK",
    channel: "bank-api",
    correlationId: request.id,
    ...askedPeriod(request),
    ...(typeof serial === "string" ? { sourceDocument: serial } : {}),
    keys: [{ client: `bank:${bank}`, key: `key:${idempotencyKey(request)}` }, ...idempotencyKeysOf(definition.name, command, bank)],
  };
}

export interface BankMessageOptions {
  readonly sealing: AccountSealing;
  readonly access: BankAuthentication;
}

/** One message of the bank's API. 201 recorded, 200 repeated, 202 held as a suspected duplicate. */
function messageRoute(app: App, message: BankMessage, options: BankMessageOptions): void {
  const { definition } = message;
  app.post(
    `/${message.path}`,
    {
      config: { bankScope: scopeOf(message) },
      preValidation: async (request) => {
        idempotencyKey(request);
      },
      schema: {
        operationId: operationIdOf(definition),
        tags: ["bank"],
        summary: message.summary,
        description: `${definition.name} → ${(EVENTS_OF_MESSAGE[message.path] ?? []).join(", ")}. Signed; Idempotency-Key required. 201 recorded, 200 repeated, 202 held as a suspected duplicate.`,
        security,
        headers: Type.Object({ "idempotency-key": Type.Optional(Type.String()) }),
        querystring: PeriodQuery,
        body: documentedBodyOf(message),
        response: { 200: CommandAnswer, 201: CommandAnswer, 202: CommandAnswer, ...refusedAnswers },
      },
    },
    async (request, reply) => {
      const command = await commandOf(message, request.body as Record<string, unknown>, bankOf(request), options.sealing);
      if (!command.ok) throw new RefusalError(command.refusal);
      const sender = senderOf(request, definition, command.value);
      const sent = await app.commands.send(definition, command.value, sender).catch((fault: unknown) => {
        throw refusalSeen(options.access, request, fault, { name: definition.name, body: command.value });
      });
      if (sent.kind === "proposed") throw new RefusalError({ code: "INTERNAL", details: { correlation: request.id } });
      return sendOutcome(reply, sent, sent.answer.status === "held");
    },
  );
}

/** The bank's API. Register under `/bank/v1`. */
export async function bankMessageRoutes(app: App, options: BankMessageOptions): Promise<void> {
  for (const message of bankMessages) messageRoute(app, message, options);
}
