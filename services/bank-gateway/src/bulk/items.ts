import { messageHash } from "@huimin/command-handler";
import { isStreamId } from "@huimin/event-store";
import { bodyValidator } from "@huimin/http";
import type { Refusal } from "@huimin/outcome";
import { NotCanonical } from "@huimin/proof-log";
import type { AccountSealing, BankMessage } from "../message.ts";
import { bodyOf, commandOf } from "../message-body.ts";
import { bankMessages } from "../messages.ts";
import type { RowMessage } from "../recorder.ts";
import { bulkErrors as errors } from "./errors.ts";

/*
 * An item of a bulk before it is booked: checked by its message's own schema, so that a malformed one is a refusal of that
 * item, with the pointer into the bulk, and no other item suffers.
 */

export const BULK_ITEMS_MAX = 10_000;
/** Items checked before other work of the process gets its turn. */
const ITEMS_PER_TURN = 100;
/** Refusals told of one item. */
const FAULTS_MAX = 20;

export type ReadItem = {
  readonly index: number;
  /** Address of the message; as it was sent where it is none. */
  readonly message: string;
} & ({ readonly ok: true; readonly row: RowMessage } | { readonly ok: false; readonly refusals: readonly Refusal[] });

const KEY = /^[\x21-\x7e]{1,128}$/;
const byPath: ReadonlyMap<string, BankMessage> = new Map(bankMessages.map((message) => [message.path, message]));
const validators = new Map<string, (body: unknown) => Refusal[]>();

/** Checks are compiled when the first item of their kind comes. */
function validatorOf(message: BankMessage): (body: unknown) => Refusal[] {
  const known = validators.get(message.path) ?? bodyValidator(bodyOf(message));
  validators.set(message.path, known);
  return known;
}

interface Reading {
  readonly bank: string;
  /** The Idempotency-Key of the bulk. */
  readonly key: string;
  readonly sealing: AccountSealing;
  readonly refusalOf: (path: string) => Refusal | undefined;
}

const shown = (value: unknown): string =>
  String(value)
    .replace(/[^\p{L}\p{N}_.-]/gu, "?")
    .slice(0, 60);

/** The items of a bulk in their order. */
export async function readItems(items: readonly unknown[], reading: Reading): Promise<ReadItem[]> {
  const read: ReadItem[] = [];
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    read.push(await readItem(item, index, reading));
  }
  return read;
}

async function readItem(item: unknown, index: number, reading: Reading): Promise<ReadItem> {
  const at = `/items/${index}`;
  const name = (item as { message?: unknown } | null)?.message;
  const refused = (...refusals: readonly Refusal[]): ReadItem => ({ index, message: shown(name ?? ""), ok: false, refusals });
  const form = itemFault(item);
  if (form) return refused({ code: errors.BULK_ITEM_FORM, path: `${at}${form.path}`, details: { rule: form.rule } });
  const { body, idempotencyKey } = item as { readonly body: Record<string, unknown>; readonly idempotencyKey?: string };
  const message = byPath.get(String(name));
  if (!message) return refused({ code: errors.BULK_MESSAGE_UNKNOWN, path: `${at}/message`, details: { message: shown(name) } });
  const forbidden = reading.refusalOf(message.path);
  if (forbidden) return refused({ ...forbidden, path: `${at}/message` });
  const inBody = (refusal: Refusal): Refusal => ({ ...refusal, path: `${at}/body${refusal.path ?? ""}` });
  const faults = validatorOf(message)(body);
  if (faults.length > 0) return refused(...faults.slice(0, FAULTS_MAX).map(inBody));
  const command = await commandOf(message, body, reading.bank, reading.sealing);
  if (!command.ok) return refused(inBody(command.refusal));
  const unstorable = textFault(message, command.value);
  if (unstorable) return refused(inBody(unstorable));
  const key = idempotencyKey === undefined ? `bulk:${reading.key}:${index}` : `key:${idempotencyKey}`;
  return { index, message: message.path, ok: true, row: { row: index, definition: message.definition, body: command.value, key } };
}

function itemFault(item: unknown): { readonly path: string; readonly rule: string } | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return { path: "", rule: "object" };
  const { message, body, idempotencyKey, ...rest } = item as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return { path: `/${shown(unknown)}`, rule: shown(unknown) };
  if (typeof message !== "string") return { path: "/message", rule: "message" };
  if (typeof body !== "object" || body === null || Array.isArray(body)) return { path: "/body", rule: "body" };
  if (idempotencyKey === undefined || (typeof idempotencyKey === "string" && KEY.test(idempotencyKey))) return undefined;
  return { path: "/idempotencyKey", rule: "idempotencyKey" };
}

/** Text that the log cannot hold would refuse a whole append: it is the item's fault. */
function textFault({ definition }: BankMessage, command: Readonly<Record<string, unknown>>): Refusal | undefined {
  try {
    messageHash(definition.name, command);
  } catch (fault) {
    if (fault instanceof NotCanonical) return { code: "TEXT_NOT_STORABLE" };
    throw fault;
  }
  for (const [field, value] of Object.entries(command))
    if (typeof value === "string" && value.length <= 160 && !isStreamId(`x/${value}`))
      return { code: "IDENTIFIER_NOT_STORABLE", path: `/${field}` };
  return undefined;
}
