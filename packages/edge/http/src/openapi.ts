import swagger from "@fastify/swagger";
import { errorEntries } from "@huimin/outcome";
import scalar from "@scalar/fastify-api-reference";
import { Type } from "typebox";
import { Problem, statusOf } from "./problem.ts";
import type { App } from "./server.ts";

/**
 * The API document (OpenAPI 3.1) at /openapi.json, a readable page at /docs whose scripts and fonts come from this
 * server, and the page of all error codes at /docs/errors. `webhooks`: what this system sends to others.
 */
export async function documentApi(app: App, webhooks: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "惠民账本 Huimin Ledger", version: "1", description: DESCRIPTION },
      webhooks: webhooks as never,
      components: {
        securitySchemes: {
          session: { type: "apiKey", in: "cookie", name: "huimin_session", description: "工作人员登录 / people: POST /api/v1/sign-in" },
          bearer: { type: "http", scheme: "bearer", description: "the token of POST /api/v1/sign-in" },
          signature: {
            type: "apiKey",
            in: "header",
            name: "Signature",
            description: "银行 / banks: RFC 9421, Ed25519; see the description",
          },
        },
      },
    },
    transform: ({ schema, url }) => ({ schema: withProblem(schema ?? {}), url }),
  });
  // One text for all who ask: an answer that a slow reader leaves waiting costs nothing.
  let text: Buffer | undefined;
  app.get("/openapi.json", { schema: { hide: true } as object }, async (_request, reply) => {
    text ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type("application/json; charset=utf-8").send(text);
  });
  app.get("/docs/errors", { schema: { hide: true } as object }, async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(errorsPage()),
  );
  await app.register(async (docs) => {
    // The page starts itself with an inline script; only these routes allow one.
    docs.addHook("onSend", async (_request, reply) => {
      const policy = reply.getHeader("content-security-policy");
      if (typeof policy === "string")
        reply.header("content-security-policy", policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'"));
    });
    await docs.register(scalar, {
      routePrefix: "/docs",
      logLevel: "silent",
      configuration: {
        url: "/openapi.json",
        pageTitle: "惠民账本 API",
        withDefaultFonts: false,
        telemetry: false,
        // No link of the page leads to somebody else's service.
        hideClientButton: true,
        showDeveloperTools: "never",
        mcp: { disabled: true },
        agent: { disabled: true },
      } as object,
    });
  });
}

const DESCRIPTION = `金额是文本，单位元，两位小数；日期是北京时间的 YYYY-MM-DD。错误按 RFC 9457，代码见 [/docs/errors](/docs/errors)。

Amounts are text in yuan with two decimals; dates are YYYY-MM-DD in Asia/Shanghai. Errors are RFC 9457 problems, codes at [/docs/errors](/docs/errors).

**Banks** sign each request (RFC 9421, \`ed25519\`) over \`@method\`, \`@target-uri\` (or \`@authority\`, \`@path\`, \`@query\`), \`content-digest\` (RFC 9530, sha-256), \`content-type\` and \`idempotency-key\`, with \`created\`, \`expires\` (within 300 s), \`keyid\` and a fresh \`nonce\`. To resend, sign again with a new nonce and keep the \`Idempotency-Key\`: the first answer comes back with \`Idempotent-Replayed: true\`.

**People** sign in with POST /api/v1/sign-in.`;

type DocumentedSchema = { readonly response?: unknown; readonly hide?: boolean | undefined };

/** Every documented route may answer with a problem. */
function withProblem(schema: DocumentedSchema): object {
  if (schema.hide) return schema;
  const { $id: _, ...problem } = Problem as unknown as Record<string, unknown>;
  const content = { "application/problem+json": { schema: problem } };
  return {
    ...schema,
    response: {
      ...((schema.response as object | undefined) ?? { 200: Type.Unknown() }),
      default: { description: "Problem details (RFC 9457)", content },
    },
  };
}

const escapeHtml = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function errorsPage(): string {
  const rows = errorEntries().map(
    (entry) =>
      `<tr id="${entry.code}"><td><code>${entry.code}</code></td><td>${statusOf(entry.code)}</td><td>${escapeHtml(entry.zh)}<br>${escapeHtml(entry.en)}</td><td>${escapeHtml(entry.remedyZh)}<br>${escapeHtml(entry.remedyEn)}</td></tr>`,
  );
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>错误代码 / Error codes</title>
<style>body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;margin:2rem}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.4rem .6rem;vertical-align:top;text-align:left}tr:target{background:#ffd}</style>
<h1>错误代码 / Error codes</h1><table><thead><tr><th>代码 / Code</th><th>HTTP</th><th>含义 / Meaning</th><th>处理 / What to do</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></html>`;
}
