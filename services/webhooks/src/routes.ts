import type { CommandDefinition } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import {
  type App,
  askedPeriod,
  CommandAnswer,
  type CommandSender,
  needsRole,
  PageOf,
  PageQuery,
  personCommand,
  RefusalError,
  senderOf,
  sendOutcome,
} from "@huimin/http";
import {
  ChangeWebhookEndpoint,
  IssueWebhookSecret,
  OVERLAP_HOURS_MAX,
  PauseWebhookEndpoint,
  RegisterWebhookEndpoint,
  RegisterWebhookEndpointBody,
  RemoveWebhookEndpoint,
  RequestWebhookTest,
  ResumeWebhookEndpoint,
  webhookErrors,
} from "@huimin/webhook";
import { DELIVERY_STATUSES } from "@huimin/webhooks";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type IssuedSecretValue, issueWebhookSecret } from "./issuing.ts";
import { DeliverySchema, EndpointSchema } from "./printed.ts";
import { deliveriesPage, endpointsOf, type ReplayBody, replayAsAsked } from "./reading.ts";
import type { Webhooks } from "./webhooks.ts";

export interface WebhookRouteOptions {
  readonly webhooks: Webhooks;
  readonly store: Pick<EventStore, "readAll">;
  readonly district: string;
}

const closed = { additionalProperties: false } as const;
const BankId = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const Endpoint = Type.String({ minLength: 1, maxLength: 32 });
const OfBank = Type.Object({ bank: BankId });
const OfEndpoint = Type.Object({ bank: BankId, endpoint: Endpoint });
const { bank: _, ...endpointFields } = RegisterWebhookEndpointBody.properties;
const { endpoint: __, ...changedFields } = endpointFields;
const Reason = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }, closed);
const SecretBody = Type.Object({ overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: OVERLAP_HOURS_MAX })) }, closed);
const SecretAnswer = Type.Object({
  bank: Type.String(),
  endpoint: Type.String(),
  secret: Type.String({ description: "name" }),
  value: Type.String({ description: "whsec_…, shown this once" }),
  position: Type.Integer(),
});
const ReplayBodySchema = Type.Object(
  {
    delivery: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    since: Type.Optional(Type.String({ format: "date-time", description: "instant with offset" })),
    dead: Type.Optional(Type.Boolean({ description: "every dead letter" })),
  },
  closed,
);
const ReplayAnswer = Type.Object({ replayed: Type.Integer() });
const DeliveryFilter = {
  ...PageQuery,
  status: Type.Optional(Type.Enum([...DELIVERY_STATUSES])),
  endpoint: Type.Optional(Endpoint),
};
const tags = ["webhooks"];
const people = [{ session: [] }, { bearer: [] }];
/** Requests a minute that make something be sent. */
const RATE = { rateLimit: { max: 60, timeWindow: 60_000 } };

type EndpointPath = { readonly bank: string; readonly endpoint: string };
const pathOf = (request: FastifyRequest): EndpointPath => request.params as EndpointPath;
const bodyOf = <T>(request: FastifyRequest): T => (request.body ?? {}) as T;

/** The command of a registration or change, with an address that may be used here. Refuses WEBHOOK_URL_INVALID. */
function addressed(request: FastifyRequest, { webhooks }: WebhookRouteOptions): unknown {
  const command = { ...pathOf(request), ...bodyOf<{ url: string }>(request) };
  const fault = webhooks.urlFault(command.url);
  if (fault) throw new RefusalError({ code: webhookErrors.WEBHOOK_URL_INVALID, details: { ...fault }, path: "/url" });
  return command;
}

const sendSecret = (reply: FastifyReply, issued: IssuedSecretValue): FastifyReply =>
  reply.code(201).header("cache-control", "no-store").send(issued);

/** 事件通知, for the office. Register under `/api/v1`. */
export async function officeWebhookRoutes(app: App, options: WebhookRouteOptions): Promise<void> {
  const { webhooks } = options;
  personCommand(app, {
    url: "/banks/:bank/webhooks",
    definition: RegisterWebhookEndpoint,
    summary: "登记通知地址 / Register an endpoint",
    tags,
    params: OfBank,
    body: Type.Object(endpointFields, closed),
    commandOf: (request) => addressed(request, options),
    needsKey: false,
  });
  personCommand(app, {
    url: "/banks/:bank/webhooks/:endpoint",
    method: "PUT",
    definition: ChangeWebhookEndpoint,
    summary: "变更通知地址 / Change address and kinds of an endpoint",
    tags,
    params: OfEndpoint,
    body: Type.Object(changedFields, closed),
    commandOf: (request) => addressed(request, options),
    needsKey: false,
  });
  for (const [what, definition, summary] of [
    ["pause", PauseWebhookEndpoint, "暂停 / Pause; what happens meanwhile waits"],
    ["removal", RemoveWebhookEndpoint, "注销 / Remove; what waits is not sent"],
  ] as const) {
    personCommand(app, {
      url: `/banks/:bank/webhooks/:endpoint/${what}`,
      definition,
      summary,
      tags,
      params: OfEndpoint,
      body: Reason,
      commandOf: (request) => ({ ...pathOf(request), ...bodyOf<object>(request), ...(what === "pause" ? { cause: "asked" } : {}) }),
    });
  }
  for (const [what, definition, summary] of [
    ["resumption", ResumeWebhookEndpoint, "恢复 / Resume; what waited is sent"],
    ["test", RequestWebhookTest, "测试通知 / Send a test"],
  ] as const) {
    app.post(
      `/banks/:bank/webhooks/:endpoint/${what}`,
      {
        onRequest: needsRole("FOF"),
        config: RATE,
        schema: {
          tags,
          security: people,
          summary,
          description: `${definition.name}: FOF`,
          params: OfEndpoint,
          response: { 201: CommandAnswer },
        },
      },
      async (request, reply) => {
        const sent = await app.commands.send(definition, pathOf(request), senderOf(request, definition, false));
        if (what === "resumption") await webhooks.resumed(pathOf(request));
        return sendOutcome(reply, sent);
      },
    );
  }
  app.post(
    "/banks/:bank/webhooks/:endpoint/secrets",
    {
      onRequest: needsRole("FOF"),
      config: RATE,
      schema: {
        ...{ tags, security: people, summary: "签发签名密钥(只显示一次) / Issue a signing secret, shown this once" },
        ...{ params: OfEndpoint, body: SecretBody, response: { 201: SecretAnswer } },
      },
    },
    async (request, reply) =>
      sendSecret(
        reply,
        await issueWebhookSecret(
          app.commands,
          webhooks,
          pathOf(request),
          senderOf(request, IssueWebhookSecret, false),
          request.body.overlapHours,
        ),
      ),
  );
  app.get(
    "/webhooks",
    {
      onRequest: needsRole("FOF", "FIN-R", "AUD"),
      schema: {
        ...{ tags, security: people, summary: "通知地址 / Endpoints of all banks" },
        querystring: Type.Object({ bank: Type.Optional(BankId) }, closed),
        response: { 200: Type.Object({ items: Type.Array(EndpointSchema) }) },
      },
    },
    async (request) => ({ items: await endpointsOf(webhooks, options, request.query.bank) }),
  );
  app.get(
    "/webhooks/deliveries",
    {
      onRequest: needsRole("FOF", "FIN-R", "AUD"),
      schema: {
        ...{ tags, security: people, summary: "投递记录与死信 / Messages and dead letters" },
        querystring: Type.Object({ ...DeliveryFilter, bank: Type.Optional(BankId) }, closed),
        response: { 200: PageOf(DeliverySchema) },
      },
    },
    async (request) => deliveriesPage(webhooks, request.query),
  );
  app.post(
    "/banks/:bank/webhooks/replay",
    {
      onRequest: needsRole("FOF"),
      config: RATE,
      schema: {
        ...{ tags, security: people, summary: "重发 / Send again: one, all since an instant, or all dead letters" },
        ...{ params: OfBank, body: ReplayBodySchema, querystring: Type.Object({ endpoint: Type.Optional(Endpoint) }, closed) },
        response: { 200: ReplayAnswer },
      },
    },
    async (request) => ({
      replayed: await replayAsAsked(webhooks, request.params.bank, request.query.endpoint, request.body as ReplayBody),
    }),
  );
}

/** Which bank the gateway let in; given by the composition root. */
export interface BankGuard {
  readonly bankOf: (request: FastifyRequest) => string;
}

/** 事件通知, for a bank: its own endpoints only. Register under `/bank/v1`. */
export async function bankWebhookRoutes(app: App, options: WebhookRouteOptions & BankGuard): Promise<void> {
  const { webhooks, bankOf } = options;
  const security = [{ signature: [] }];
  const reads = { config: { bankScope: "webhooks:read" } };
  const writes = { config: { ...RATE, bankScope: "webhooks:write" } };
  const ofEndpoint = Type.Object({ endpoint: Endpoint });
  const targetOf = (request: FastifyRequest): EndpointPath => ({ bank: bankOf(request), endpoint: pathOf(request).endpoint });
  const sender = (request: FastifyRequest): CommandSender => ({
    ...{ actor: `bank:${bankOf(request)}`, role: "BANK", channel: "bank-api", correlationId: request.id, keys: [] },
    ...askedPeriod(request),
  });
  app.get(
    "/webhooks",
    {
      ...reads,
      schema: {
        ...{ operationId: "getWebhooks", tags, security, summary: "通知地址 / The bank's endpoints" },
        response: { 200: Type.Object({ items: Type.Array(EndpointSchema) }) },
      },
    },
    async (request) => ({ items: await endpointsOf(webhooks, options, bankOf(request)) }),
  );
  app.get(
    "/webhooks/deliveries",
    {
      ...reads,
      schema: {
        ...{ operationId: "getWebhookDeliveries", tags, security, summary: "投递记录与死信 / Messages and dead letters" },
        querystring: Type.Object(DeliveryFilter, closed),
        response: { 200: PageOf(DeliverySchema) },
      },
    },
    async (request) => deliveriesPage(webhooks, { ...request.query, bank: bankOf(request) }),
  );
  const commands: readonly (readonly [string, CommandDefinition, string, string])[] = [
    ["test", RequestWebhookTest, "requestWebhookTest", "测试通知 / Send a test"],
    ["resumption", ResumeWebhookEndpoint, "resumeWebhook", "恢复 / Resume; what waited is sent"],
  ];
  for (const [what, definition, operationId, summary] of commands) {
    app.post(
      `/webhooks/:endpoint/${what}`,
      { ...writes, schema: { operationId, tags, security, summary, params: ofEndpoint, response: { 201: CommandAnswer } } },
      async (request, reply) => {
        const sent = await app.commands.send(definition, targetOf(request), sender(request));
        if (what === "resumption") await webhooks.resumed(targetOf(request));
        return sendOutcome(reply, sent);
      },
    );
  }
  app.post(
    "/webhooks/:endpoint/pause",
    {
      ...writes,
      schema: {
        ...{ operationId: "pauseWebhook", tags, security, summary: "暂停 / Pause; what happens meanwhile waits" },
        ...{ params: ofEndpoint, body: Reason, response: { 201: CommandAnswer } },
      },
    },
    async (request, reply) => {
      const command = { ...targetOf(request), cause: "asked", reason: request.body.reason };
      return sendOutcome(reply, await app.commands.send(PauseWebhookEndpoint, command, sender(request)));
    },
  );
  app.post(
    "/webhooks/:endpoint/secrets",
    {
      ...writes,
      schema: {
        ...{
          operationId: "issueWebhookSecret",
          tags,
          security,
          summary: "签发签名密钥(只显示一次) / Issue a signing secret, shown this once",
        },
        ...{ params: ofEndpoint, body: SecretBody, response: { 201: SecretAnswer } },
      },
    },
    async (request, reply) =>
      sendSecret(reply, await issueWebhookSecret(app.commands, webhooks, targetOf(request), sender(request), request.body.overlapHours)),
  );
  app.post(
    "/webhooks/replay",
    {
      ...writes,
      schema: {
        ...{ operationId: "replayWebhooks", tags, security, summary: "重发 / Send again: one, all since an instant, or all dead letters" },
        ...{
          body: ReplayBodySchema,
          querystring: Type.Object({ endpoint: Type.Optional(Endpoint) }, closed),
          response: { 200: ReplayAnswer },
        },
      },
    },
    async (request) => ({ replayed: await replayAsAsked(webhooks, bankOf(request), request.query.endpoint, request.body as ReplayBody) }),
  );
}
