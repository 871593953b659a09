import { type ErrorKind, errorEntry, fillText, invariant, type Refusal } from "@huimin/outcome";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import "./errors.ts";

/** The one place where a kind of refusal becomes an HTTP status. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  rule: 422,
  busy: 503,
};

/** Refusals of the transport, for which HTTP has a status of its own. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  REQUEST_TIMEOUT: 408,
  HEADERS_TOO_LARGE: 431,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  BANK_QUOTA_USED_UP: 429,
  TOO_MANY_FAILURES: 429,
  INTERNAL: 500,
};

const TITLE: Readonly<Record<ErrorKind, string>> = {
  invalid: "请求有误 / Invalid request",
  unauthenticated: "未通过身份验证 / Not authenticated",
  forbidden: "无权操作 / Forbidden",
  missing: "不存在 / Not found",
  conflict: "与已有记录冲突 / Conflict",
  rule: "业务规则不允许 / Refused by a rule",
  busy: "请稍后再试 / Try again later",
};

/** Seconds a refused sender should wait: the lane drains its whole queue in less. */
const RETRY_AFTER_SECONDS = 1;
/** Field errors shown in one answer. */
const ERRORS_MAX = 20;

const Texts = { code: Type.String(), detailZh: Type.String(), detailEn: Type.String(), remedyZh: Type.String(), remedyEn: Type.String() };

/** Problem details (RFC 9457), media type `application/problem+json`. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "Address of the error's page" }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "In the language of Accept-Language, Chinese by default" }),
    instance: Type.String({ description: "Correlation id of the request" }),
    ...Texts,
    errors: Type.Array(
      Type.Object({ pointer: Type.String({ description: "JSON pointer of the field" }), ...Texts, row: Type.Optional(Type.Integer()) }),
    ),
  },
  { $id: "Problem", description: "RFC 9457" },
);

/** Thrown by a handler or hook to answer with a refusal. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";
  readonly refusals: readonly Refusal[];

  constructor(...refusals: readonly Refusal[]) {
    super(refusals[0]?.code ?? "refused");
    this.refusals = refusals;
  }
}

/** The HTTP status of an error code. */
export function statusOf(code: string): number {
  const entry = errorEntry(code);
  invariant(entry, `error code ${code} is not declared`);
  return STATUS_OF_CODE[code] ?? STATUS[entry.kind];
}

function textsOf(refusal: Refusal): { code: string; detailZh: string; detailEn: string; remedyZh: string; remedyEn: string } {
  const entry = errorEntry(refusal.code);
  invariant(entry, `error code ${refusal.code} is not declared`);
  const fill = (text: string): string => fillText(text, refusal.details);
  return {
    code: refusal.code,
    detailZh: fill(entry.zh),
    detailEn: fill(entry.en),
    remedyZh: fill(entry.remedyZh),
    remedyEn: fill(entry.remedyEn),
  };
}

/** Answers with the refusals as one problem; the first one gives code and status. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, ...refusals: readonly Refusal[]): FastifyReply {
  const [first] = refusals;
  invariant(first, "a refusal is needed");
  const texts = textsOf(first);
  const status = statusOf(first.code);
  const english = /^\s*en\b/i.test(request.headers["accept-language"] ?? "");
  if (status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", RETRY_AFTER_SECONDS);
  return reply
    .code(status)
    .type("application/problem+json; charset=utf-8")
    .serializer((body: unknown) => JSON.stringify(body))
    .send({
      type: `/docs/errors#${first.code}`,
      title: TITLE[errorEntry(first.code)?.kind ?? "invalid"],
      status,
      detail: english ? texts.detailEn : texts.detailZh,
      instance: request.id,
      ...texts,
      errors: refusals
        .filter((refusal) => refusal.path !== undefined || refusal.row !== undefined)
        .slice(0, ERRORS_MAX)
        .map((refusal) => ({
          pointer: refusal.path ?? "",
          ...textsOf(refusal),
          ...(refusal.row === undefined ? {} : { row: refusal.row }),
        })),
    });
}
