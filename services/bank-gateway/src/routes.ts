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
import { idempotencyKeysOf } from "@huimin/loan";
import type { FastifyRequest } from "fastify";
import { type TObject, type TSchema, Type } from "typebox";
import { type BankAuthentication, bankOf, needsBankSignature } from "./authenticate.ts";
import { type BankMessage, bankMessages } from "./messages.ts";

const security = [{ signature: [] }];

/** Fields that carry money: a message with one of them says its currency. */
const carriesMoney = (schema: TSchema): boolean => /"pattern":"[^"]*\\\\\.\\\\d\{2\}\$"/.test(JSON.stringify(schema));

/** Whether a message with this command must name its currency, for clients of the API. */
export const needsCurrency = (definition: CommandDefinition): boolean => carriesMoney(definition.schema as TSchema);

/** The command's own schema, with the currency required wherever money moves. */
function bodyOf(definition: CommandDefinition): TSchema {
  const schema = definition.schema as TObject;
  const { currency: _, ...fields } = schema.properties;
  return carriesMoney(schema)
    ? Type.Object({ currency: Type.Literal("CNY", { description: "renminbi only" }), ...fields }, { additionalProperties: false })
    : (schema as TSchema);
}

/** The command: the body without the currency, where the command has no such field. */
function commandOf(definition: CommandDefinition, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { currency, ...rest } = body;
  const known = "currency" in (definition.schema as TObject).properties;
  return known && currency !== undefined ? { ...rest, currency } : rest;
}

/**
 * The sender of a bank's message. Two idempotency keys: the header's, and the bank's own serial where the message has one,
 * so that a message sent again under a new header key is still one message.
 */
function senderOf(request: FastifyRequest, definition: CommandDefinition, command: Readonly<Record<string, unknown>>): CommandSender {
  const bank = bankOf(request);
  const serial = command.reversalSerial ?? command.serial;
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

/** One message of the bank's API. 201 recorded, 200 repeated, 202 held as a suspected duplicate. */
function messageRoute(app: App, message: BankMessage, authentication: ReturnType<typeof needsBankSignature>): void {
  const { definition } = message;
  app.post(
    `/${message.path}`,
    {
      preValidation: [
        authentication,
        async (request) => {
          idempotencyKey(request);
        },
      ],
      schema: {
        tags: ["bank"],
        summary: message.summary,
        description: `${definition.name}. Signed; Idempotency-Key required.`,
        security,
        headers: Type.Object({ "idempotency-key": Type.Optional(Type.String()) }),
        querystring: PeriodQuery,
        body: bodyOf(definition),
        response: { 200: CommandAnswer, 201: CommandAnswer, 202: CommandAnswer },
      },
    },
    async (request, reply) => {
      const command = commandOf(definition, request.body as Record<string, unknown>);
      const sent = await app.commands.send(definition, command, senderOf(request, definition, command));
      if (sent.kind === "proposed") throw new RefusalError({ code: "INTERNAL", details: { correlation: request.id } });
      return sendOutcome(reply, sent, sent.answer.status === "held");
    },
  );
}

/** The bank's API. Register under `/bank/v1`. */
export async function bankMessageRoutes(app: App, options: BankAuthentication): Promise<void> {
  if (!app.hasRequestDecorator("bank")) app.decorateRequest("bank", null);
  const authentication = needsBankSignature(options);
  for (const message of bankMessages) messageRoute(app, message, authentication);
}
