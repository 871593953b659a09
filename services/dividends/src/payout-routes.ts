import { type App, needsRole, personOf, RefusalError } from "@huimin/http";
import { Type } from "typebox";
import { makePayoutFile, type PayoutFileSources } from "./payout-file.ts";
import { PAYOUT_FORMATS, PAYOUT_TYPES, type PayoutFormat } from "./payout-formats.ts";

export interface PayoutRouteOptions extends PayoutFileSources {
  /** Called before a file with names and account numbers leaves: who can't be logged gets none (domain 5.6). */
  readonly onDisclose: (disclosed: {
    readonly actor: string;
    readonly roles: readonly string[];
    readonly payoutBatch: string;
    readonly households: number;
    readonly correlation: string;
  }) => Promise<void>;
}

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
        params: Type.Object({ payoutBatch: Type.String({ minLength: 1, maxLength: 64 }) }),
        querystring: Type.Object(
          { format: Type.Optional(Type.Enum([...PAYOUT_FORMATS], { description: "csv (default), xlsx: 代发 list; pain.001: ISO 20022" })) },
          { additionalProperties: false },
        ),
        produces: PAYOUT_FORMATS.map((format) => PAYOUT_TYPES[format]),
      },
    },
    async (request, reply) => {
      const { payoutBatch } = request.params;
      const { format = "csv" } = request.query as { format?: PayoutFormat };
      const file = await makePayoutFile(payoutBatch, options, format);
      if (!file.ok) throw new RefusalError(file.refusal);
      const person = personOf(request);
      const households = file.value.households.length;
      await options.onDisclose({ actor: person.id, roles: person.roles, payoutBatch, households, correlation: request.id });
      request.log.info({ person: person.id, payoutBatch, households }, "payout file downloaded");
      return reply
        .type(file.value.type)
        .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file.value.name)}`)
        .header("cache-control", "no-store")
        .send(file.value.content);
    },
  );
}
