import { parseDate } from "@huimin/calendar";
import { type App, needsRole, RefusalError, senderOf } from "@huimin/http";
import { RegisterHouseholds, registryErrors } from "@huimin/registry";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { importHouseholds } from "../import/households.ts";
import { FILE_BYTES_MAX } from "../import/table.ts";
import { todayOf } from "../sealing.ts";
import { type RegistryRoutesOptions, security } from "./options.ts";
import { ImportAnswer, strict } from "./schemas.ts";

const FILE_TYPES = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"];

/** Household files: the body is the file. 201 when something was registered, 200 for a check, 422 with the list of faults when nothing was. */
export async function importRoutes(parent: App, { district, vault, view, clock }: RegistryRoutesOptions): Promise<void> {
  await parent.register(async (scope) => {
    const app = scope as App;
    (app as unknown as FastifyInstance).addContentTypeParser(
      FILE_TYPES,
      { parseAs: "buffer", bodyLimit: FILE_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    app.post(
      "/imports/households",
      {
        bodyLimit: FILE_BYTES_MAX,
        onRequest: needsRole(...RegisterHouseholds.roles),
        config: { rateLimit: { max: 20, timeWindow: 60_000 } },
        schema: {
          tags: ["registry"],
          security,
          summary: "导入建档立卡户(CSV 或 Excel) / Import households from CSV or Excel",
          description:
            "One row per person, Chinese headers. Every fault is listed with row, column, code and remedy; nothing is registered unless all rows are right or goodRows is true.",
          consumes: FILE_TYPES,
          querystring: Type.Object(
            {
              goodRows: Type.Optional(Type.Boolean({ description: "take the households without a fault" })),
              dryRun: Type.Optional(Type.Boolean({ description: "check only" })),
              valueDate: Type.Optional(Type.String({ description: "for rows without 登记日期; today when absent" })),
            },
            strict,
          ),
          response: { 200: ImportAnswer, 201: ImportAnswer, 422: ImportAnswer },
        },
      },
      async (request, reply) => {
        const today = todayOf(clock);
        const { goodRows = false, dryRun = false, valueDate = today } = request.query;
        if (parseDate(valueDate) === undefined)
          throw new RefusalError({
            code: registryErrors.REGISTRY_DATE_INVALID,
            details: { date: valueDate.slice(0, 20) },
            path: "/valueDate",
          });
        if (valueDate > today)
          throw new RefusalError({ code: registryErrors.REGISTRY_DATE_IN_FUTURE, details: { date: valueDate, today }, path: "/valueDate" });
        const sender = senderOf(request, RegisterHouseholds, false);
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const report = await importHouseholds(
          bytes,
          { today, valueDate, goodRows, dryRun },
          {
            district,
            vault,
            view,
            record: async (definition, body, key) => {
              try {
                const sent = await app.commands.send(definition, body, {
                  ...sender,
                  channel: "file",
                  keys: [{ client: `import:${sender.actor}`, key }],
                });
                return { ok: true, value: { position: sent.position } };
              } catch (fault) {
                if (fault instanceof RefusalError && fault.refusals[0]) return { ok: false, refusal: fault.refusals[0] };
                throw fault;
              }
            },
          },
        );
        if (report.position !== undefined) reply.header("huimin-position", report.position);
        const status = report.outcome === "booked" ? 201 : report.outcome === "checked" ? 200 : 422;
        return reply.code(status).send({ ...report, faults: [...report.faults], ignoredColumns: [...report.ignoredColumns] });
      },
    );
  });
}
