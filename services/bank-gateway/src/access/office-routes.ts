import {
  AddBankKey,
  ChangeBankClient,
  RegisterBankClient,
  RestrictBankClient,
  ResumeBankClient,
  RevokeBankKey,
  SuspendBankClient,
} from "@huimin/bank-client";
import { BANK_SCOPES, type BankAccess, type ClientState, isPublicKeyText, keyStatusOn, possessionText } from "@huimin/bank-client/events";
import { shanghaiDate } from "@huimin/calendar";
import type { CommandDefinition } from "@huimin/decider";
import {
  type App,
  decodeCursor,
  encodeCursor,
  needsRole,
  PAGE_DEFAULT,
  PAGE_MAX,
  PageOf,
  PageQuery,
  personCommand,
  RefusalError,
} from "@huimin/http";
import type { FastifyRequest } from "fastify";
import { type TObject, Type } from "typebox";
import type { BankClients } from "./clients.ts";
import type { SecurityFailures } from "./failures.ts";
import type { DailyQuota } from "./quota.ts";

/*
 * 银行接入管理: what the office sees of banks' clients and keys, and how it onboards, changes and stops them. What gives a
 * bank more is a proposal (202) that a second person approves.
 */

export interface OfficeAccessOptions {
  readonly clients: BankClients;
  readonly quota: DailyQuota;
  readonly failures: SecurityFailures;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const tags = ["bank clients"];
const security = [{ session: [] }, { bearer: [] }];
const closed = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
/** Whoever may look: the office that connects banks, the checkers, and auditors. */
const LOOKS = ["FOF", "FIN-R", "AUD"] as const;
const EXPIRING_DAYS_MAX = 366;

const KeySchema = Type.Object({
  keyId: Type.String(),
  publicKey: Type.String(),
  validFrom: Type.String(),
  validTo: Type.String(),
  status: Type.Enum(["valid", "not-yet-valid", "expired", "revoked"]),
  replaces: Type.Optional(Type.String()),
  revokedAt: Type.Optional(Type.String()),
});
const ClientSchema = Type.Object({
  bank: Type.String(),
  client: Type.String(),
  name: Type.String(),
  status: Type.Enum(["active", "suspended"]),
  reason: Type.Optional(Type.String({ description: "why it is suspended" })),
  scopes: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
  perSecond: Type.Integer(),
  burst: Type.Integer(),
  perDay: Type.Integer(),
  usedToday: Type.Integer({ description: "messages counted today, with what processes hold ready" }),
  keys: Type.Array(KeySchema),
});
const FailureSchema = Type.Object({
  code: Type.String(),
  address: Type.String(),
  keyId: Type.String({ description: "as claimed; empty without one" }),
  bank: Type.Optional(Type.String({ description: "whose key was claimed" })),
  client: Type.Optional(Type.String()),
  route: Type.String(),
  times: Type.Integer({ description: "within the same ten minutes" }),
  firstAt: Type.String(),
  lastAt: Type.String(),
});
const ExpiringSchema = Type.Object({
  bank: Type.String(),
  client: Type.String(),
  keyId: Type.String(),
  validTo: Type.String(),
  followed: Type.Boolean({ description: "another key of the client is valid longer" }),
});

/** Every client with its keys, as people see it; `huimin bank` prints the same. */
export async function printedClients({ clients, quota, now }: OfficeAccessOptions, bank?: string) {
  const today = shanghaiDate(now());
  const all = bank === undefined ? await clients.all() : [await clients.ofBank(bank)];
  const used = new Map((await quota.used(today)).map((row) => [`${row.bank} ${row.client}`, row.used]));
  const printed = (state: ClientState, { keys }: BankAccess) => ({
    ...state,
    scopes: [...state.scopes] as string[],
    addresses: [...state.addresses],
    usedToday: used.get(`${state.bank} ${state.client}`) ?? 0,
    keys: keys
      .filter((key) => key.client === state.client)
      .map(({ bank: _, client: __, ...key }) => ({ ...key, status: keyStatusOn(key, today) })),
  });
  return all.flatMap((access) => access.clients.map((state) => printed(state, access)));
}

function readingRoutes(app: App, options: OfficeAccessOptions): void {
  const { clients, failures, now, district } = options;
  app.get(
    "/bank-clients",
    {
      onRequest: needsRole(...LOOKS),
      schema: {
        ...{ tags, security, operationId: "listBankClients", summary: "接入客户端 / Banks' clients with their keys" },
        querystring: Type.Object({ bank: Type.Optional(Id) }, closed),
        response: { 200: Type.Object({ items: Type.Array(ClientSchema) }) },
      },
    },
    async (request) => ({ items: await printedClients(options, request.query.bank) }),
  );
  app.get(
    "/bank-clients/scopes",
    {
      onRequest: needsRole(...LOOKS),
      schema: {
        ...{ tags, security, operationId: "listBankScopes", summary: "权限 / What a client may be allowed" },
        response: { 200: Type.Object({ items: Type.Array(Type.Object({ scope: Type.String(), meaning: Type.String() })) }) },
      },
    },
    async () => ({ items: Object.entries(BANK_SCOPES).map(([scope, meaning]) => ({ scope, meaning })) }),
  );
  app.get(
    "/bank-clients/expiring-keys",
    {
      onRequest: needsRole(...LOOKS),
      schema: {
        ...{ tags, security, operationId: "listExpiringBankKeys", summary: "即将到期的密钥 / Keys that end soon" },
        querystring: Type.Object({ days: Type.Optional(Type.Integer({ minimum: 0, maximum: EXPIRING_DAYS_MAX, default: 30 })) }, closed),
        response: { 200: Type.Object({ items: Type.Array(ExpiringSchema) }) },
      },
    },
    async (request) => ({ items: await clients.expiringKeys(now(), request.query.days ?? 30) }),
  );
  app.get(
    "/bank-clients/security-failures",
    {
      onRequest: needsRole(...LOOKS),
      schema: {
        ...{
          tags,
          security,
          operationId: "listBankSecurityFailures",
          summary: "安全失败记录 / Refused requests of the last thirty days, newest first",
        },
        querystring: Type.Object(PageQuery, closed),
        response: { 200: PageOf(FailureSchema) },
      },
    },
    async (request) => {
      const { limit = PAGE_DEFAULT, cursor } = request.query;
      const offset = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
      const rows = await failures.list(Math.min(limit, PAGE_MAX) + 1, offset);
      const items = rows.slice(0, limit);
      return rows.length > limit ? { items, next: encodeCursor([offset + limit]) } : { items };
    },
  );
  app.get(
    "/bank-clients/key-registration-text",
    {
      onRequest: needsRole("FOF"),
      schema: {
        ...{
          tags,
          security,
          operationId: "getBankKeyText",
          summary: "登记文本 / The text that the bank signs to prove that it holds a key",
        },
        querystring: Type.Object({ bank: Id, client: Id, keyId: Id, publicKey: Type.String({ maxLength: 100 }) }, closed),
        response: { 200: Type.Object({ text: Type.String({ description: "UTF-8; sign these bytes with Ed25519" }) }) },
      },
    },
    async (request) => {
      if (!isPublicKeyText(request.query.publicKey)) throw new RefusalError({ code: "BANK_KEY_INVALID", path: "/publicKey" });
      return { text: possessionText({ ...request.query, district }) };
    },
  );
  app.get(
    "/bank-clients/:bank/:client",
    {
      onRequest: needsRole(...LOOKS),
      schema: {
        ...{ tags, security, operationId: "getBankClient", summary: "一个客户端 / One client" },
        params: Type.Object({ bank: Id, client: Id }),
        response: { 200: ClientSchema },
      },
    },
    async (request) => {
      const { bank, client } = request.params;
      const found = (await printedClients(options, bank)).find((one) => one.client === client);
      if (!found) throw new RefusalError({ code: "BANK_CLIENT_UNKNOWN", details: { bank, client } });
      return found;
    },
  );
}

/** Register under `/api/v1`. */
export async function officeBankClientRoutes(app: App, options: OfficeAccessOptions): Promise<void> {
  readingRoutes(app, options);
  const commands: readonly (readonly [url: string, definition: CommandDefinition, summary: string])[] = [
    ["/bank-clients", RegisterBankClient, "登记客户端 / Onboard a client"],
    ["/bank-clients/:bank/:client/terms", ChangeBankClient, "变更客户端 / Change a client in any direction"],
    ["/bank-clients/:bank/:client/restriction", RestrictBankClient, "收紧客户端 / Restrict a client at once"],
    ["/bank-clients/:bank/:client/suspension", SuspendBankClient, "停用客户端 / Suspend a client at once"],
    ["/bank-clients/:bank/:client/resumption", ResumeBankClient, "恢复客户端 / Resume a client"],
    ["/bank-clients/:bank/:client/keys", AddBankKey, "登记或轮换公钥 / Register a key, perhaps in place of another"],
    ["/bank-clients/:bank/:client/keys/:keyId/revocation", RevokeBankKey, "吊销公钥 / Revoke a key at once"],
  ];
  for (const [url, definition, summary] of commands) {
    const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    const { properties } = definition.schema as TObject;
    personCommand(app, {
      url,
      definition,
      summary,
      tags,
      params: Type.Object(Object.fromEntries(inPath.map((name) => [name, Id]))),
      body: Type.Object(Object.fromEntries(Object.entries(properties).filter(([name]) => !inPath.includes(name))), closed),
      commandOf: (request: FastifyRequest) => ({ ...(request.body as object), ...(request.params as object) }),
    });
  }
}
