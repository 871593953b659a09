import { readFileSync } from "node:fs";
import type { ErrorObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";

/** A scenario file, format `scenario-neutral/1` (test/scenario/format.json is its dictionary as a JSON schema). */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly parties: Parties;
  readonly policy: readonly PolicyEntry[];
  readonly facts: readonly Fact[];
  readonly checkpoints: readonly Checkpoint[];
  readonly refused: readonly Attempt[];
  readonly orders?: readonly { readonly order: number; readonly recordedAs: readonly Fact[] }[];
}

export interface Parties {
  readonly household?: readonly { readonly id: string; readonly members: number; readonly createdByFact?: number }[];
  readonly enterprise?: readonly { readonly id: string }[];
  readonly bank?: readonly { readonly id: string }[];
  readonly guarantor?: readonly { readonly id: string }[];
  readonly insurer?: readonly { readonly id: string }[];
  readonly donor?: readonly { readonly id: string }[];
  readonly village?: readonly { readonly id: string }[];
}

export interface PolicyEntry {
  readonly key: string;
  readonly value: unknown;
  readonly from: string;
  readonly to?: string;
  readonly document: string;
}

/** What is recorded: an event of the dictionary with its data. */
export interface Entry {
  readonly event: string;
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly by: string;
  // biome-ignore lint/suspicious/noExplicitAny: data of many shapes, validated by the format's schema
  readonly data: Readonly<Record<string, any>>;
  /** the accounting period that a refused entry asks for */
  readonly period?: string;
}

export interface Fact extends Entry {
  readonly n: number;
  readonly yields?: Readonly<Record<string, unknown>>;
}

export interface Attempt extends Entry {
  readonly afterFact: number;
  readonly why: readonly string[];
}

export interface BalanceRow {
  readonly book: "G" | "M" | "Q";
  readonly account: string;
  readonly aux?: Readonly<Record<string, string | number>>;
  readonly year?: number;
  readonly side: "debit" | "credit" | "zero";
  readonly amount: string;
}

export interface Figure extends Readonly<Record<string, unknown>> {
  readonly figure: string;
  readonly value: unknown;
}

export interface Checkpoint {
  readonly afterFact: number;
  readonly asOf?: string;
  readonly knownAt?: number | undefined;
  readonly balances: readonly BalanceRow[];
  readonly sheet?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  readonly statement?: { readonly figures?: readonly Figure[]; readonly yearly?: readonly Readonly<Record<string, unknown>>[] };
}

const schema = JSON.parse(readFileSync(new URL("../format.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ strict: false, allErrors: false }).compile(schema);

/** Reads a file; throws an error that says what is wrong and where: no JSON, or not valid against the format. */
export function readScenario(text: string, name: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (fault) {
    throw new Error(`${name} is not JSON: ${(fault as Error).message}`);
  }
  const event = unknownEvent(value);
  if (event !== undefined) throw new Error(`${name} is not in format scenario-neutral/1: ${event}`);
  if (!validate(value)) throw new Error(`${name} is not in format scenario-neutral/1: ${placeOf(validate.errors?.[0])}`);
  return value as Scenario;
}

const EVENTS = new Set((schema as { $defs: { event: { enum: string[] } } }).$defs.event.enum);

/** The schema says of an event that it does not know only that some branch does not fit: its name says more. */
function unknownEvent(value: unknown): string | undefined {
  const { facts, refused } = (value ?? {}) as { facts?: unknown; refused?: unknown };
  for (const [list, entries] of Object.entries({ facts, refused })) {
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) {
      const event = (entry as { event?: unknown } | null)?.event;
      if (typeof event === "string" && !EVENTS.has(event)) return `/${list}/${index}/event: there is no event ${event}`;
    }
  }
  return undefined;
}

const placeOf = (error: ErrorObject | undefined): string => (error ? `${error.instancePath || "/"} ${error.message ?? ""}` : "unknown");
