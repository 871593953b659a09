import type { CommandDefinition } from "@huimin/decider";
import { type App, CommandAnswer, idempotencyKey, needsRole, personCommand, personOf, sendOutcome } from "@huimin/http";
import { idempotencyKeysOf } from "@huimin/loan";
import { type TSchema, Type } from "typebox";
import { messagesOfBanks, personalCommands } from "./commands.ts";
import { summaries } from "./summaries.ts";

/** `PaySubsidyClaim` → `pay-subsidy-claim`: the address of a command is its name. */
export const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

const isSubsidy = (definition: CommandDefinition): boolean => definition.name.includes("Subsidy");
const summaryOf = (definition: CommandDefinition): string => summaries[definition.name] ?? definition.name;

/** 自贷创业: what people record on own loans and subsidies. Register under `/api/v1`. */
export async function startupLendingRoutes(app: App): Promise<void> {
  for (const definition of personalCommands) {
    const area = isSubsidy(definition) ? "subsidies" : "lending";
    personCommand(app, { url: `/${area}/${addressOf(definition.name)}`, definition, summary: summaryOf(definition), tags: [area] });
  }
  for (const definition of messagesOfBanks) onBehalfRoute(app, definition);
}

/**
 * A bank's message on paper, recorded by the finance-promotion office (金融办) for a bank without the API. The bank is its
 * author, as it is of a signed message; the person who recorded it stands in the envelope as the checker, and the
 * paper's number as the source document.
 */
function onBehalfRoute(app: App, definition: CommandDefinition): void {
  app.post(
    `/banks/:bank/messages/${addressOf(definition.name)}`,
    {
      onRequest: needsRole("FOF"),
      schema: {
        tags: ["paper messages"],
        security: [{ session: [] }, { bearer: [] }],
        summary: `${summaryOf(definition)}（代银行录入 / recorded for a bank）`,
        params: Type.Object({ bank: Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" }) }),
        headers: Type.Object({ "idempotency-key": Type.Optional(Type.String()) }),
        body: Type.Object(
          {
            document: Type.String({ minLength: 1, maxLength: 160, description: "number of the paper" }),
            message: definition.schema as TSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: CommandAnswer, 201: CommandAnswer, 202: CommandAnswer },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request);
      const { bank } = request.params;
      const { document, message } = request.body as { document: string; message: Record<string, unknown> };
      const sent = await app.commands.send(definition, message, {
        actor: `bank:${bank}`,
        role: "BANK",
        channel: "ui",
        checker: personOf(request).id,
        correlationId: request.id,
        sourceDocument: document,
        keys: [{ client: `user:${personOf(request).id}`, key }, ...idempotencyKeysOf(definition.name, message, bank)],
      });
      return sendOutcome(reply, sent, sent.kind !== "proposed" && sent.answer.status === "held");
    },
  );
}
