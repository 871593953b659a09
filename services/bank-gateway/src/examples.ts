import type { TSchema } from "typebox";

/*
 * An example for each message, made from its schema, so that it can't grow old: a test sends each through the validator.
 * Texts are named by the field that holds them.
 */

const DAY_OF_EXAMPLE = "2018-05-28";
const TEXTS: Readonly<Record<string, string>> = {
  loan: "L002",
  newLoan: "L003",
  topUpOf: "L002",
  household: "410803009204017",
  borrower: "p7m3k5q2x8n4",
  holder: "p7m3k5q2x8n4",
  village: "410803009204",
  enterprise: "E01",
  insurer: "I01",
  donor: "D01",
  bank: "K1",
  batch: "B01",
  pool: "2017-B01",
  payoutBatch: "PB20181221-01",
  ref: "DC2019-003",
  claim: "BX2019-001",
  donation: "JZ2019-007",
  obligor: "410803009204017",
  party: "guarantor",
  serial: "JZ180510000123",
  reversalSerial: "CZ180528000007",
  purpose: "养殖",
  level: "A",
  number: "6299994108990000029",
  reason: "AC04",
  quarter: "2018Q2",
  valueDate: DAY_OF_EXAMPLE,
};
const DATES: Readonly<Record<string, string>> = {
  due: "2021-03-15",
  newDue: "2022-03-15",
  validTo: "2020-12-31",
  contractDate: "2018-03-15",
  from: "2018-03-21",
  toExcl: "2018-06-21",
  quoteDate: "2018-05-21",
};

/** Optional fields that say most of what a message is. */
const TELLING = new Set(["serial", "reversalSerial", "amount", "principal", "interest", "payer", "loan"]);
/** Give the whole or the parts, not both. */
const EITHER: readonly (readonly [string, readonly string[]])[] = [["amount", ["principal", "interest", "penalty"]]];

interface Shape {
  readonly const?: unknown;
  readonly anyOf?: readonly TSchema[];
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly items?: TSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

/** A value that the schema takes; `name`: the field that holds it. */
export function exampleOf(schema: TSchema, name = ""): unknown {
  const shape = schema as Shape;
  if (shape.const !== undefined) return shape.const;
  if (shape.enum) return shape.enum[0];
  if (shape.anyOf) return exampleOf(shape.anyOf[0] as TSchema, name);
  if (shape.type === "object") return objectOf(shape);
  if (shape.type === "array")
    return shape.items ? Array.from({ length: Math.max(shape.minItems ?? 1, 1) }, () => exampleOf(shape.items as TSchema, name)) : [];
  if (shape.type === "integer" || shape.type === "number")
    return Math.max(shape.minimum ?? 1, name === "year" ? 2018 : name === "termMonths" ? 36 : 1);
  if (shape.type === "boolean") return true;
  return textOf(shape, name);
}

function objectOf({ properties = {}, required = [] }: Shape): Record<string, unknown> {
  const fields = Object.keys(properties).filter((field) => required.includes(field) || TELLING.has(field));
  const left = new Set(fields);
  for (const [whole, parts] of EITHER)
    if (left.has(whole) && parts.some((part) => left.has(part)) && !required.includes(whole)) left.delete(whole);
  return Object.fromEntries([...left].map((field) => [field, exampleOf(properties[field] as TSchema, field)]));
}

function textOf({ format, pattern }: Shape, name: string): string {
  if (format === "date") return DATES[name] ?? DAY_OF_EXAMPLE;
  if (pattern?.startsWith("^-")) return pattern.includes("-?") ? "1000.00" : "-1000.00";
  if (pattern?.endsWith("\\.\\d{2}$")) return "1000.00";
  if (pattern?.startsWith("^\\d{4}Q")) return "2018Q2";
  if (pattern !== undefined && TEXTS[name] === undefined) return "4.75";
  return TEXTS[name] ?? "X001";
}
