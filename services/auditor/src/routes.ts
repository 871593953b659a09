import { shanghaiInstant } from "@huimin/calendar";
import { type App, needsRole, RefusalError } from "@huimin/http";
import { Type } from "typebox";
import { isClean } from "./auditor.ts";
import { errors } from "./errors.ts";
import { FINDINGS_MAX, openFindings } from "./findings.ts";
import { pageOf } from "./report-page.ts";
import { markdownOf } from "./report-text.ts";
import type { AuditState, ReportContent } from "./types.ts";

export interface AuditRouteOptions {
  /** What the auditor last wrote; undefined where none has run. */
  readonly state: () => Promise<AuditState | undefined>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const Severity = Type.Union([Type.Literal("error"), Type.Literal("warning")]);
const FindingSchema = Type.Object({
  id: Type.String(),
  severity: Severity,
  zh: Type.String(),
  en: Type.String(),
  examples: Type.Array(Type.String()),
  count: Type.Integer(),
  firstSeen: Type.String(),
  lastSeen: Type.String(),
  gone: Type.Optional(Type.String()),
});
const CheckSchema = Type.Object({
  id: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  severity: Severity,
  checked: Type.Integer(),
  failed: Type.Integer(),
});
const StatusSchema = Type.Object({
  district: Type.String(),
  clean: Type.Boolean({ description: "no error is open" }),
  since: Type.String(),
  lastRound: Type.Optional(Type.String()),
  rounds: Type.Integer(),
  position: Type.Integer({ description: "events hashed by the auditor" }),
  root: Type.String(),
  checkpoints: Type.Object({
    good: Type.Integer(),
    size: Type.Integer(),
    witnessed: Type.Array(Type.Object({ name: Type.String(), size: Type.Integer() })),
  }),
  sweep: Type.Object({ cursor: Type.Integer(), began: Type.String(), ended: Type.Optional(Type.String()), done: Type.Integer() }),
  open: Type.Object({ error: Type.Integer(), warning: Type.Integer() }),
  checkedAt: Type.Optional(Type.String()),
  checks: Type.Array(CheckSchema),
});

const tags = ["audit"];
const security = [{ session: [] }, { bearer: [] }];
const closed = { additionalProperties: false } as const;
const read = { onRequest: needsRole("AUD", "FOF", "FIN-R") };

/** 审计: state, findings and report of the auditor. Register under `/api/v1`. */
export async function auditRoutes(app: App, options: AuditRouteOptions): Promise<void> {
  const stateNow = async (): Promise<AuditState> => {
    const state = await options.state();
    if (!state) throw new RefusalError({ code: errors.AUDIT_NOT_RUN });
    return state;
  };
  app.get(
    "/audit/status",
    {
      ...read,
      schema: { tags, security, summary: "审计状态 / What the auditor has checked, and up to where", response: { 200: StatusSchema } },
    },
    async () => {
      const state = await stateNow();
      const { district, since, lastRound, rounds, position, root, checkpoints, sweep, books } = state;
      const open = openFindings(state.findings);
      const count = (severity: "error" | "warning"): number => open.filter((one) => one.severity === severity).length;
      return {
        ...{
          district,
          since,
          rounds,
          position,
          root,
          sweep,
          clean: isClean(state),
          open: { error: count("error"), warning: count("warning") },
        },
        ...(lastRound === undefined ? {} : { lastRound }),
        ...(books === undefined ? {} : { checkedAt: books.at }),
        checkpoints: { ...checkpoints, witnessed: [...checkpoints.witnessed] },
        checks: [...(books?.results ?? [])],
      };
    },
  );
  app.get(
    "/audit/findings",
    {
      ...read,
      schema: {
        ...{ tags, security, summary: "审计发现 / Findings with first and last time" },
        querystring: Type.Object({ gone: Type.Optional(Type.Boolean({ description: "also those that are gone" })) }, closed),
        response: { 200: Type.Object({ items: Type.Array(FindingSchema, { maxItems: FINDINGS_MAX }) }) },
      },
    },
    async ({ query }) => {
      const { findings } = await stateNow();
      return { items: (query.gone === true ? findings : openFindings(findings)).map((one) => ({ ...one, examples: [...one.examples] })) };
    },
  );
  app.get(
    "/audit/report",
    {
      ...read,
      schema: {
        ...{ tags, security, summary: "审计报告 / The report, as a page or as Markdown" },
        querystring: Type.Object(
          {
            language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")], { default: "zh" })),
            format: Type.Optional(Type.Union([Type.Literal("html"), Type.Literal("md")], { default: "html" })),
            scope: Type.Optional(Type.String({ pattern: "^\\d{4}(-(0[1-9]|1[0-2]))?$", description: "a year or a month" })),
          },
          closed,
        ),
        produces: ["text/html", "text/markdown"],
      },
    },
    async ({ query }, reply) => {
      const { language = "zh", format = "html" } = query;
      const content: ReportContent = { state: await stateNow(), scope: query.scope, madeAt: shanghaiInstant(options.clock()) };
      const [type, text] = format === "md" ? ["text/markdown", markdownOf(content, language)] : ["text/html", pageOf(content, language)];
      return reply
        .type(`${type}; charset=utf-8`)
        .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
        .send(text);
    },
  );
}
