import { type App, CommandAnswer, idempotencyKey, needsRole, personOf, RefusalError, sendOutcome } from "@huimin/http";
import { idempotencyKeysOf } from "@huimin/loan";
import { ok } from "@huimin/outcome";
import { Type } from "typebox";
import type { AccountSealing, BankMessage } from "./message.ts";
import { operationIdOf, plainSchemaOf } from "./message-body.ts";
import { bankMessages } from "./messages.ts";

/** `RecordRepayment` → `record-repayment`: the address of a command is its name. */
const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/**
 * A bank's message on paper, recorded by the finance-promotion office (金融办) for a bank without the API. The bank is its
 * author, as it is of a signed message; the person who recorded it stands in the envelope as the checker, and the
 * paper's number as the source document.
 */
function paperRoute(app: App, paper: BankMessage, sealing: AccountSealing): void {
  const { definition, summary, plain } = paper;
  app.post(
    `/banks/:bank/messages/${addressOf(definition.name)}`,
    {
      onRequest: needsRole("FOF"),
      schema: {
        operationId: `${operationIdOf(definition)}ForBank`,
        tags: ["paper messages"],
        security: [{ session: [] }, { bearer: [] }],
        summary: `${summary}（代银行录入 / recorded for a bank）`,
        params: Type.Object({ bank: Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" }) }),
        headers: Type.Object({ "idempotency-key": Type.Optional(Type.String()) }),
        body: Type.Object(
          {
            document: Type.String({ minLength: 1, maxLength: 160, description: "number of the paper" }),
            message: plainSchemaOf(paper),
          },
          { additionalProperties: false },
        ),
        response: { 200: CommandAnswer, 201: CommandAnswer, 202: CommandAnswer },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request);
      const { bank } = request.params;
      const { document, message: written } = request.body as { document: string; message: Record<string, unknown> };
      const command = plain ? await plain.commandOf(written, bank, sealing) : ok(written);
      if (!command.ok) throw new RefusalError({ ...command.refusal, path: `/message${command.refusal.path ?? ""}` });
      const message = command.value;
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

/** Every message of the bank's API, as a person records it from paper. Register under `/api/v1`. */
export async function paperMessageRoutes(app: App, sealing: AccountSealing): Promise<void> {
  for (const message of bankMessages) paperRoute(app, message, sealing);
}
