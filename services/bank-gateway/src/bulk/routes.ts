import { createHash } from "node:crypto";
import { type App, askedPeriod, idempotencyKey, PeriodQuery, RefusalError } from "@huimin/http";
import { errorEntry, fillText, type Refusal } from "@huimin/outcome";
import { canonicalJson } from "@huimin/proof-log";
import type { FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import { accessErrors } from "../access/errors.ts";
import { scopeOf } from "../access/scopes.ts";
import { type BankAuthentication, bankOf, countMessages } from "../authenticate.ts";
import { bodyOf, refusedAnswers } from "../message-body.ts";
import { bankMessages } from "../messages.ts";
import type { BulkIntake, BulkItem } from "./bulk.ts";
import { bulkErrors as errors } from "./errors.ts";
import { BULK_ITEMS_MAX } from "./items.ts";

/** Ten thousand items of 1.6 KB: a repayment is 200 bytes, a claim of a thousand loans goes by itself. */
export const BULK_BYTES_MAX = 16 * 1_048_576;
/** Bulks of one sender in a minute. */
const RATE = { rateLimit: { max: 60, timeWindow: 60_000 } };

const closed = { additionalProperties: false } as const;
const itemSchema = (path: string, body: TSchema): TSchema =>
  Type.Object(
    {
      message: Type.Literal(path),
      body,
      idempotencyKey: Type.Optional(
        Type.String({ pattern: "^[\\x21-\\x7e]{1,128}$", description: "default: from the bulk's key and the item's place" }),
      ),
    },
    closed,
  );
/** For the document. Items are checked one by one, so that a malformed one is refused alone. */
const Body = Type.Object(
  {
    mode: Type.Optional(Type.Enum(["each", "all"], { default: "each", description: "all: every item in one append, or none" })),
    items: Type.Array(Type.Union(bankMessages.map((message) => itemSchema(message.path, bodyOf(message)))), {
      minItems: 1,
      maxItems: BULK_ITEMS_MAX,
    }),
  },
  closed,
);

const Fault = Type.Object({
  code: Type.String(),
  pointer: Type.String({ description: "JSON pointer into the bulk" }),
  detailZh: Type.String(),
  detailEn: Type.String(),
  remedyZh: Type.String(),
  remedyEn: Type.String(),
});
const Item = Type.Object({
  index: Type.Integer({ description: "place in the bulk, from 0" }),
  message: Type.String(),
  status: Type.Enum(["recorded", "held", "repeated", "refused"], {
    description: "held: a suspected duplicate that waits for a person; repeated: known already, with its first answer",
  }),
  position: Type.Optional(Type.Integer()),
  answer: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  problems: Type.Optional(Type.Array(Fault, { description: "why it was refused, the most telling first" })),
});
export const BulkAnswerSchema = Type.Object({
  mode: Type.Enum(["each", "all"]),
  position: Type.Integer({ description: "a read with min-position of it sees every item" }),
  counts: Type.Object({ recorded: Type.Integer(), held: Type.Integer(), repeated: Type.Integer(), refused: Type.Integer() }),
  items: Type.Array(Item),
});

function faultOf({ code, path, details }: Refusal) {
  const entry = errorEntry(code);
  const text = (value: string | undefined): string => fillText(value ?? code, details);
  return {
    code,
    pointer: path ?? "",
    detailZh: text(entry?.zh),
    detailEn: text(entry?.en),
    remedyZh: text(entry?.remedyZh),
    remedyEn: text(entry?.remedyEn),
  };
}

const printed = (item: BulkItem) => {
  if (item.status !== "refused") return item;
  const { refusals, ...rest } = item;
  return { ...rest, problems: refusals.map(faultOf) };
};

const wrong = (rule: string, path = ""): RefusalError =>
  new RefusalError({ code: errors.BULK_FORM, path, details: { rule, limit: BULK_ITEMS_MAX } });

function formOf(body: unknown): { readonly mode: "each" | "all"; readonly items: readonly unknown[] } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong("object");
  const { mode = "each", items, ...rest } = body as Record<string, unknown>;
  if (mode !== "each" && mode !== "all") throw wrong("mode", "/mode");
  if (!Array.isArray(items)) throw wrong("items", "/items");
  if (items.length === 0 || items.length > BULK_ITEMS_MAX) throw wrong(`items.length = ${items.length}`, "/items");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(unknown.replace(/[^\w.-]/g, "?").slice(0, 40));
  return { mode, items };
}

/** Over what it means, so that another order of fields is the same bulk; over its bytes where that has no canonical form. */
function hashOf(request: FastifyRequest, period: string | undefined): string {
  const hash = createHash("sha256").update(period ?? "");
  try {
    return hash.copy().update(canonicalJson(request.body)).digest("hex");
  } catch {
    return hash.update(request.rawBody ?? "").digest("hex");
  }
}

/** Each item needs the scope of its message, beside that of bulks. */
function refusalOf(request: FastifyRequest, path: string): Refusal | undefined {
  const { client = "-", scopes = [] } = request.bankClient?.state ?? {};
  const scope = scopeOf({ path });
  return (scopes as readonly string[]).includes(scope) ? undefined : { code: accessErrors.BANK_SCOPE_MISSING, details: { client, scope } };
}

/** `POST /bulk`. Register under `/bank/v1`. */
export async function bankBulkRoutes(app: App, options: BankAuthentication & { readonly bulks: BulkIntake }): Promise<void> {
  const compile = app.validatorCompiler;
  if (!compile) throw new Error("a server checks what it is sent");
  app.post(
    "/bulk",
    {
      bodyLimit: BULK_BYTES_MAX,
      config: { ...RATE, bankScope: "bulk:write" },
      preValidation: async (request) => {
        idempotencyKey(request);
      },
      validatorCompiler: (part) => (part.httpPart === "body" ? () => true : compile(part)),
      schema: {
        operationId: "sendBulk",
        tags: ["bank"],
        summary: "批量报文 / Many messages in one request",
        description: DESCRIPTION,
        security: [{ signature: [] }],
        headers: Type.Object({ "idempotency-key": Type.Optional(Type.String()) }),
        querystring: PeriodQuery,
        body: Body,
        response: { 200: BulkAnswerSchema, 201: BulkAnswerSchema, ...refusedAnswers },
      },
    },
    async (request, reply) => {
      const { mode, items } = formOf(request.body);
      const period = askedPeriod(request);
      await countMessages(options, request, reply, items.length);
      const { answer, again } = await options.bulks.take({
        bank: bankOf(request),
        key: idempotencyKey(request),
        hash: hashOf(request, period.period),
        mode,
        items,
        refusalOf: (path) => refusalOf(request, path),
        meta: { channel: "bank-api", correlationId: request.id, ...period },
      });
      reply.header("huimin-position", answer.position);
      if (again) reply.header("idempotent-replayed", "true");
      const anew = answer.counts.recorded + answer.counts.held > 0;
      return reply.code(anew && !again ? 201 : 200).send({ ...answer, items: answer.items.map(printed) });
    },
  );
}

const DESCRIPTION = `Up to ${BULK_ITEMS_MAX} messages, signed once. Each item is a message as its own address takes it; items that concern the same loan, household or batch are booked in their order.

\`each\` (default): every item is recorded, held, repeated or refused by itself; the answer says which, with problems and pointers. 201 when something was recorded, 200 when nothing new was. \`all\`: one append; the first item that a rule refuses refuses the bulk (a problem whose \`errors\` name the item) and nothing is recorded.

\`Idempotency-Key\` is required and names the whole bulk: sent again with the same content it gets the same answers, item by item, and books nothing; with another content 409. An item has a key of its own from it, or the one that it gives, and its bank serial. Broken off (503, a lost connection), send it again unchanged: it goes on where it was.`;
