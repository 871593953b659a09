import { type IsoDate, parseDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { Exact, parseAmount, parsePercent } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { policyErrors } from "./errors.ts";
import { isPolicyKey, type Parameter, type ParameterType, parameterOf } from "./parameters.ts";
import type { PolicyParameterSet } from "./schema.ts";

/** What may be set: the value as text, or as the JSON value that the text would hold. */
export interface SetPolicyParameterInput {
  readonly key: string;
  readonly value: unknown;
  readonly from: string;
  readonly to?: string;
  readonly document: string;
  readonly scope?: string;
}

/**
 * 设置政策参数. Refuses an unknown key (POLICY_KEY_UNKNOWN), a value that is not of the key's type
 * (POLICY_VALUE_INVALID), dates that do not exist or run backwards (POLICY_DATES_INVALID), a missing document number
 * (POLICY_DOCUMENT_MISSING). Overlap is no refusal: a later entry replaces an earlier one from its `from` on.
 */
export function setPolicyParameter(command: SetPolicyParameterInput, recordedOn: IsoDate): Result<readonly DomainEvent[], Refusal> {
  const { key, from, to, scope } = command;
  if (!isPolicyKey(key)) return refuse(policyErrors.POLICY_KEY_UNKNOWN, { key }, { path: "/key" });
  const parameter = parameterOf(key);
  const value = readValue(parameter, command.value);
  if (value === undefined) {
    return refuse(policyErrors.POLICY_VALUE_INVALID, { key, type: parameter.type, expected: EXPECTED[parameter.type] }, { path: "/value" });
  }
  if (parseDate(from) === undefined || (to !== undefined && (parseDate(to) === undefined || to < from))) {
    return refuse(
      policyErrors.POLICY_DATES_INVALID,
      { key, from, to: to ?? "–" },
      { path: to !== undefined && parseDate(from) ? "/to" : "/from" },
    );
  }
  const document = command.document.trim();
  if (document === "") return refuse(policyErrors.POLICY_DOCUMENT_MISSING, { key }, { path: "/document" });
  const payload: PolicyParameterSet = {
    key,
    value,
    from,
    ...(to === undefined ? {} : { to }),
    document,
    ...(scope === undefined ? {} : { scope }),
  };
  return ok([{ type: "PolicyParameterSet", valueDate: recordedOn, payload }]);
}

const EXPECTED: Readonly<Record<ParameterType, string>> = {
  percent: "4.75",
  amount: "50000.00",
  integer: "90",
  bool: "true / false",
  weights: '[{"party":"fund","weight":"70"},{"party":"bank","weight":"30"}], sum 100',
  method: "by-stake, by-stake-days, equal, by-heads, fixed-rate",
  "residue-rule": "LARGEST_REMAINDER, FLOOR_CARRY",
  ceiling: "benchmark, lpr",
  control: "off, warn, block",
  "statement-control": "off, warn, bound, block",
  "voucher-types": "single, three",
  texts: '["registered","monitored"]',
};

const CHOICES: Readonly<Partial<Record<ParameterType, readonly string[]>>> = {
  bool: ["true", "false"],
  method: ["by-stake", "by-stake-days", "equal", "by-heads", "fixed-rate"],
  "residue-rule": ["LARGEST_REMAINDER", "FLOOR_CARRY"],
  ceiling: ["benchmark", "lpr"],
  control: ["off", "warn", "block"],
  "statement-control": ["off", "warn", "bound", "block"],
  "voucher-types": ["single", "three"],
};

/** No count, day or year of a policy is longer than this. */
const INTEGER_PATTERN = /^(0|[1-9]\d{0,5})$/;

/** The canonical text of a value, or undefined when it is not of the parameter's type. */
function readValue(parameter: Parameter, raw: unknown): string | undefined {
  const text = typeof raw === "string" ? raw : typeof raw === "number" || typeof raw === "boolean" ? String(raw) : undefined;
  switch (parameter.type) {
    case "percent":
      return typeof raw === "string" && parsePercent(raw) !== undefined ? raw : undefined;
    case "amount": {
      const fen = parseAmount(raw);
      return fen !== undefined && fen >= 0n ? (raw as string) : undefined;
    }
    case "integer":
      return text !== undefined && INTEGER_PATTERN.test(text) && (parameter.choices?.includes(Number(text)) ?? true) ? text : undefined;
    case "weights":
      return readWeights(parameter, raw);
    case "texts":
      return readTexts(raw);
    default:
      return text !== undefined && CHOICES[parameter.type]?.includes(text) ? text : undefined;
  }
}

const parsed = (raw: unknown): unknown => {
  if (typeof raw !== "string") return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
};

function readTexts(raw: unknown): string | undefined {
  const list = parsed(raw);
  return Array.isArray(list) && list.every((item) => typeof item === "string" && item !== "")
    ? JSON.stringify([...new Set(list)])
    : undefined;
}

function readWeights(parameter: Parameter, raw: unknown): string | undefined {
  const list = parsed(raw);
  if (!Array.isArray(list) || list.length === 0 || list.length > 8) return undefined;
  const weights: { party: string; weight: string }[] = [];
  for (const item of list as readonly { party?: unknown; weight?: unknown }[]) {
    if (item === null || typeof item !== "object" || typeof item.party !== "string" || item.party === "") return undefined;
    if (typeof item.weight !== "string" || parsePercent(item.weight) === undefined) return undefined;
    weights.push({ party: item.party, weight: item.weight });
  }
  const parties = new Set(weights.map(({ party }) => party));
  const sum = weights.reduce((total, { weight }) => total.add(weight), new Exact(0));
  const known = parameter.parties === undefined || weights.every(({ party }) => parameter.parties?.includes(party));
  return parties.size === weights.length && sum.eq(100) && known ? JSON.stringify(weights) : undefined;
}
