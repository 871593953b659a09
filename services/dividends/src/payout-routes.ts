import { type App, needsRole, personOf, RefusalError } from "@huimin/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { makePayoutFile, type PayoutFile, type PayoutFileSources } from "./payout-file.ts";
import { PAYOUT_FORMATS, PAYOUT_TYPES, type PayoutFormat } from "./payout-formats.ts";

export interface PayoutRouteOptions extends PayoutFileSources {
  /** Called before a file with names and account numbers leaves: who can't be logged gets none (domain 5.6). */
  readonly onDisclose: (disclosed: {
    readonly actor: string;
    readonly roles: readonly string[];
    readonly payoutBatch: string;
    readonly households: readonly string[];
    readonly format: PayoutFormat;
    readonly correlation: string;
  }) => Promise<void>;
}

const params = Type.Object({ payoutBatch: Type.String({ minLength: 1, maxLength: 64 }) });
const querystring = Type.Object(
  { format: Type.Optional(Type.Enum([...PAYOUT_FORMATS], { description: "csv (default), xlsx: 代发 list; pain.001: ISO 20022" })) },
  { additionalProperties: false },
);
const produces = PAYOUT_FORMATS.map((format) => PAYOUT_TYPES[format]);

const sendFile = (reply: FastifyReply, file: PayoutFile): FastifyReply =>
  reply
    .type(file.type)
    .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
    .header("cache-control", "no-store")
    .send(file.content);

/** 代发文件: the cashier downloads the file of a batch for the bank. Register under `/api/v1`. */
export async function payoutFileRoutes(app: App, options: PayoutRouteOptions): Promise<void> {
  app.get(
    "/payout-batches/:payoutBatch/file",
    {
      onRequest: needsRole("FIN-C"),
      schema: {
        tags: ["dividends"],
        security: [{ session: [] }, { bearer: [] }],
        summary: "下载代发文件(留痕) / Download the file of a payout batch for the bank, logged",
        params,
        querystring,
        produces,
      },
    },
    async (request, reply) => {
      const { payoutBatch } = request.params;
      const { format = "csv" } = request.query as { format?: PayoutFormat };
      const file = await makePayoutFile(payoutBatch, options, format);
      if (!file.ok) throw new RefusalError(file.refusal);
      const person = personOf(request);
      const { households } = file.value;
      await options.onDisclose({ actor: person.id, roles: person.roles, payoutBatch, households, format, correlation: request.id });
      request.log.info({ person: person.id, payoutBatch, households: households.length }, "payout file downloaded");
      return sendFile(reply, file.value);
    },
  );
}

export interface BankPayoutRouteOptions extends PayoutRouteOptions {
  /** Lets a bank in that has proven who it is. */
  readonly bankOf: (request: FastifyRequest) => string;
  /** The log as a bank may see it. */
  readonly logOf: (bank: string) => PayoutRouteOptions["store"];
}

/** 代发文件, fetched by the bank that is to pay: its own batches only. Register under `/bank/v1`. */
export async function bankPayoutFileRoutes(app: App, options: BankPayoutRouteOptions): Promise<void> {
  app.get(
    "/payout-batches/:payoutBatch/file",
    {
      config: { bankScope: "payouts:read" },
      schema: {
        operationId: "getPayoutFile",
        tags: ["bank files"],
        security: [{ signature: [] }],
        summary: "下载代发文件(留痕) / Download the file of a payout batch, logged",
        params,
        querystring,
        produces,
      },
    },
    async (request, reply) => {
      const { payoutBatch } = request.params;
      const { format = "csv" } = request.query as { format?: PayoutFormat };
      const bank = options.bankOf(request);
      const file = await makePayoutFile(payoutBatch, { ...options, store: options.logOf(bank) }, format, bank);
      if (!file.ok) throw new RefusalError(file.refusal);
      const { households } = file.value;
      await options.onDisclose({ actor: `bank:${bank}`, roles: ["BANK"], payoutBatch, households, format, correlation: request.id });
      request.log.info({ bank, payoutBatch, households: households.length }, "payout file fetched");
      return sendFile(reply, file.value);
    },
  );
}
