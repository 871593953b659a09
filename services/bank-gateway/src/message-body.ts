import type { CommandDefinition } from "@huimin/decider";
import { Problem } from "@huimin/http";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import { type TObject, type TSchema, Type } from "typebox";
import { exampleOf } from "./examples.ts";
import type { AccountSealing, BankMessage } from "./message.ts";

/** Fields that carry money: a message with one of them says its currency. */
const carriesMoney = (schema: TSchema): boolean => /"pattern":"[^"]*\\\\\.\\\\d\{2\}\$"/.test(JSON.stringify(schema));

/** Whether a message with this command must name its currency, for clients of the API. */
export const needsCurrency = (definition: CommandDefinition): boolean => carriesMoney(definition.schema as TSchema);

/** What a bank writes, without the currency where the command has none. */
export const plainSchemaOf = ({ definition, plain }: BankMessage): TSchema => plain?.schema ?? (definition.schema as TSchema);

/** The body of a message: its fields, with the currency required wherever money moves. */
export function bodyOf(message: BankMessage): TSchema {
  const schema = plainSchemaOf(message) as TObject;
  const { currency: _, ...fields } = schema.properties;
  return carriesMoney(schema)
    ? Type.Object({ currency: Type.Literal("CNY", { description: "renminbi only" }), ...fields }, { additionalProperties: false })
    : (schema as TSchema);
}

/** The same with an example, for the API document. */
export function documentedBodyOf(message: BankMessage): TSchema {
  const body = bodyOf(message);
  return { ...body, examples: [exampleOf(body)] } as unknown as TSchema;
}

/** Statuses with which any message can be refused; `default` of the document says the form of all. */
const REFUSED: Readonly<Record<number, string>> = {
  400: "格式不对 / malformed: the field is named by its JSON pointer",
  401: "签名不对 / the signature, its time or its key",
  403: "无权 / a right that the client lacks",
  404: "没有 / what it names does not exist for this bank",
  409: "冲突 / a key or serial used for another content, or already done",
  422: "业务规则不允许 / a rule of the field forbids it",
  429: "过于频繁 / too many requests: Retry-After",
  503: "稍后再试 / busy, nothing was recorded: Retry-After, same Idempotency-Key",
};

const { $id: _, ...problem } = Problem as unknown as Record<string, unknown>;

/** Answers of refused messages, for the API document. */
export const refusedAnswers: Readonly<Record<number, object>> = Object.fromEntries(
  Object.entries(REFUSED).map(([status, description]) => [
    status,
    { description, content: { "application/problem+json": { schema: problem } } },
  ]),
);

/** The command's fields: the body without the currency, where the command has no such field. */
export function fieldsOf(message: BankMessage, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { currency, ...rest } = body;
  const known = "currency" in (plainSchemaOf(message) as TObject).properties;
  return known && currency !== undefined ? { ...rest, currency } : rest;
}

/** The command that a message's body says. */
export async function commandOf(
  message: BankMessage,
  body: Readonly<Record<string, unknown>>,
  bank: string,
  sealing: AccountSealing,
): Promise<Result<Record<string, unknown>, Refusal>> {
  const fields = fieldsOf(message, body);
  return message.plain ? message.plain.commandOf(fields, bank, sealing) : ok(fields);
}

/** `RecordRepayment` → `recordRepayment`: the name of the operation in the API document, and of the method in clients made from it. */
export const operationIdOf = ({ name }: Pick<CommandDefinition, "name">): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
