import { parseDate } from "@huimin/calendar";
import type { Refusal } from "@huimin/outcome";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { httpErrors as errors } from "./errors.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const isInstant = (text: string): boolean => {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
};

function makeAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    coerceTypes,
    useDefaults: true,
    removeAdditional: false,
    allErrors: true,
    verbose: true,
  });
  ajv.addFormat("date", (text: string) => parseDate(text) !== undefined);
  ajv.addFormat("date-time", isInstant);
  ajv.addFormat("uuid", UUID);
  ajv.addVocabulary(["example", "x-personal-data"]);
  return ajv;
}

/**
 * Validators of a server: bodies are taken as they are (an amount sent as a number is refused, not converted); query
 * and path texts are converted where the schema says integer or boolean, because everything is text there.
 */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  const strict = makeAjv(false);
  const texts = makeAjv(true);
  const known = new Map<object, ValidateFunction>();
  return ({ schema, httpPart }) => {
    // A schema object that two routes share (e.g. one with $id) is compiled once.
    const found = known.get(schema);
    if (found && httpPart === "body") return found;
    const compiled = (httpPart === "body" ? strict : texts).compile(schema);
    if (httpPart === "body") known.set(schema, compiled);
    return compiled;
  };
}

/** A compiled check for bodies that do not come over HTTP (command files, proposals): refusals instead of throws. */
export function bodyValidator(schema: object): (body: unknown) => Refusal[] {
  const check = makeAjv(false).compile(schema);
  return (body) => (check(body) ? [] : refusalsOf(check.errors ?? [], ""));
}

const isAmountSchema = (schema: unknown): boolean => {
  const pattern = (schema as { pattern?: unknown } | undefined)?.pattern;
  return typeof pattern === "string" && pattern.endsWith("\\.\\d{2}$");
};

/** What is wrong with an amount, in both languages; the value itself is not repeated. */
function amountFault(value: unknown, schema: unknown): { whatZh: string; whatEn: string } {
  const say = (whatZh: string, whatEn: string): { whatZh: string; whatEn: string } => ({ whatZh, whatEn });
  if (typeof value === "number") return say("发来的是数字类型，不是文本", "it is a JSON number, not text");
  if (typeof value !== "string") return say("不是文本", "it is not text");
  if (/^[-+]?\d+(\.\d+)?e[-+]?\d+$/i.test(value)) return say("用了科学计数法", "it has an exponent");
  if (/^-?[\d,，]+[,，]\d{3}/.test(value)) return say("带有千分位分隔符", "it has thousands separators");
  if (/^-\d+\.\d{2}$/.test(value) && !(schema as { pattern: string }).pattern.startsWith("^-?")) return say("不能为负", "it is negative");
  const decimals = /^-?\d+(?:\.(\d*))?$/.exec(value);
  if (decimals && (decimals[1]?.length ?? 0) !== 2) {
    const count = decimals[1]?.length ?? 0;
    return say(`有 ${count} 位小数`, `it has ${count} decimals`);
  }
  if (/^-?0\d/.test(value)) return say("以 0 开头", "it has leading zeros");
  if (decimals) return say("位数过多", "it has too many digits");
  return say("不是十进制数", "it is not a decimal number");
}

const pointerOf = (fault: ErrorObject): string => {
  const name =
    fault.keyword === "required"
      ? fault.params.missingProperty
      : fault.keyword === "additionalProperties"
        ? fault.params.additionalProperty
        : undefined;
  return name === undefined ? fault.instancePath : `${fault.instancePath}/${String(name).replace(/~/g, "~0").replace(/\//g, "~1")}`;
};

const shortName = (text: unknown): string =>
  String(text)
    .replace(/[^\p{L}\p{N}_.-]/gu, "?")
    .slice(0, 40);

function refusalOf(fault: ErrorObject): Refusal {
  const path = pointerOf(fault);
  const at = (code: string, details?: Record<string, string>): Refusal => ({ code, path, ...(details ? { details } : {}) });
  const schema = fault.parentSchema as { format?: string; const?: unknown; enum?: unknown[] } | undefined;
  if (fault.keyword === "required") return at(errors.FIELD_MISSING, { field: shortName(fault.params.missingProperty) });
  if (fault.keyword === "additionalProperties") return at(errors.FIELD_UNKNOWN, { field: shortName(fault.params.additionalProperty) });
  if (isAmountSchema(schema)) return at(errors.AMOUNT_FORMAT, amountFault(fault.data, schema));
  if (schema?.format === "date") return at(errors.DATE_NOT_EXISTING);
  if (fault.instancePath.endsWith("/currency")) return at(errors.CURRENCY_NOT_SUPPORTED);
  if (fault.keyword === "type") return at(errors.FIELD_TYPE, { expected: String(fault.params.type) });
  if (fault.keyword === "const") return at(errors.FIELD_VALUE, { expected: JSON.stringify(schema?.const) });
  if (fault.keyword === "enum") return at(errors.FIELD_VALUE, { expected: (schema?.enum ?? []).join(", ").slice(0, 200) });
  return at(errors.FIELD_INVALID, { rule: `${fault.keyword} ${fault.message ?? ""}`.slice(0, 160) });
}

/** Codes that say least come last, so that the problem's own code is the most telling one. */
const VAGUE: readonly string[] = [errors.FIELD_INVALID, errors.FIELD_VALUE, errors.FIELD_TYPE, errors.FIELD_UNKNOWN, errors.FIELD_MISSING];

/**
 * Field errors of a failed validation as refusals with JSON pointers, the most telling first. Of a union (`anyOf`),
 * whose branches all complain, errors of one place are given once each.
 */
export function refusalsOf(faults: readonly ErrorObject[], prefix: string): Refusal[] {
  const byPlace = new Map<string, Refusal>();
  for (const fault of faults) {
    if (fault.keyword === "anyOf" || fault.keyword === "oneOf" || fault.keyword === "if") continue;
    const refusal = refusalOf(fault);
    const place = `${refusal.code} ${refusal.path}`;
    if (!byPlace.has(place)) byPlace.set(place, { ...refusal, path: `${prefix}${refusal.path ?? ""}` });
  }
  const found = [...byPlace.values()];
  if (found.length === 0) return [{ code: errors.FIELD_INVALID, path: prefix, details: { rule: faults[0]?.message ?? "" } }];
  return found.sort((a, b) => VAGUE.indexOf(a.code) - VAGUE.indexOf(b.code));
}
