import type { Role } from "@huimin/decider";
import { type App, needsRole, personOf, RefusalError, senderOf } from "@huimin/http";
import { IssueNotice, RevokeNotice, RevokeNoticeBody } from "@huimin/notice";
import { createNoticePress, NOTICE_KINDS, type NoticeContent, type NoticeKind, noticeHash } from "@huimin/notices";
import { checkCode } from "@huimin/statements";
import { Type } from "typebox";
import { issueNotice, openNotice } from "./issue.ts";
import type { NoticesOptions } from "./types.ts";

/** Roles that hand the paper out or answer for it. */
const READERS: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV", "FOF", "OFFICE", "VIL"];
const Id = Type.String({ minLength: 1, maxLength: 64 });
/** A notice reads the log: one by hand, not a loop of them. */
const NOTICES_PER_MINUTE_MAX = 60;
const config = { rateLimit: { max: NOTICES_PER_MINUTE_MAX, timeWindow: 60_000 } };
const security = [{ session: [] }, { bearer: [] }];
const closed = { additionalProperties: false } as const;

const Params = Type.Object({ kind: Type.Enum([...NOTICE_KINDS]) });
const subject = {
  year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })),
  household: Type.Optional(Id),
  loan: Type.Optional(Id),
  donor: Type.Optional(Id),
};

export interface NoticeRouteOptions extends NoticesOptions {
  /** Called before a notice leaves: every look at a name in full is logged (domain 5.6). */
  readonly onDisclose: (disclosed: {
    readonly actor: string;
    readonly roles: readonly string[];
    readonly kind: string;
    readonly subject: string;
    readonly correlation: string;
  }) => Promise<void>;
}

/** 通知与证明: issue, print as PDF/A-2b, revoke. Register under `/api/v1`. */
export async function noticeRoutes(app: App, options: NoticeRouteOptions): Promise<void> {
  issueRoute(app, options);
  printRoute(app, options);
  revokeRoute(app);
}

function issueRoute(app: App, options: NoticeRouteOptions): void {
  app.post(
    "/notices/:kind",
    {
      onRequest: needsRole(...IssueNotice.roles),
      config,
      schema: {
        tags: ["notices"],
        security,
        summary: "出具通知、证明 / Issue a notice or certificate; where nothing changed since the last one, answers with that one",
        params: Params,
        body: Type.Object(
          {
            ...subject,
            position: Type.Optional(Type.Integer({ minimum: 1, description: "cut-off; default: the last position of the log" })),
          },
          closed,
        ),
        response: {
          200: Type.Object({
            number: Type.String(),
            issued: Type.Boolean({ description: "false: it says what this one said, which was issued before" }),
            issuedOn: Type.String(),
            contentHash: Type.String(),
            check: Type.String(),
          }),
        },
      },
    },
    async (request) => {
      const sender = { ...senderOf(request, IssueNotice, false), keys: [] };
      const opened = await issueNotice({ kind: request.params.kind, ...request.body }, options, async (command) => {
        try {
          return { ok: true, value: await app.commands.send(IssueNotice, command, sender) };
        } catch (fault) {
          const [refusal] = fault instanceof RefusalError ? fault.refusals : [];
          if (!refusal) throw fault;
          return { ok: false, refusal };
        }
      });
      if (!opened.ok) throw new RefusalError(opened.refusal);
      const { content, fresh } = opened.value;
      const contentHash = noticeHash(content);
      return { number: content.number, issued: fresh, issuedOn: content.issuedOn, contentHash, check: checkCode(contentHash) };
    },
  );
}

const nameOf = (kind: NoticeKind, content: NoticeContent): string => `${kind}-${noticeHash(content).slice(0, 8)}.pdf`;

function printRoute(app: App, options: NoticeRouteOptions): void {
  const press = createNoticePress(options.fonts);
  app.get(
    "/notices/:kind",
    {
      onRequest: needsRole(...READERS),
      config,
      schema: {
        tags: ["notices"],
        security,
        summary: "打印通知、证明 PDF / A notice or certificate that was issued, as PDF/A-2b; the last one, or the one with this number",
        params: Params,
        querystring: Type.Object({ ...subject, number: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })) }, closed),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const { kind } = request.params;
      const opened = await openNotice({ kind, ...request.query }, options);
      if (!opened.ok) throw new RefusalError(opened.refusal);
      const { household, loan, donor } = request.query;
      const { id: actor, roles } = personOf(request);
      await options.onDisclose({ actor, roles, kind, subject: household ?? loan ?? donor ?? kind, correlation: request.id });
      return reply
        .type("application/pdf")
        .header("content-disposition", `attachment; filename="${nameOf(kind, opened.value)}"`)
        .header("cache-control", "no-store")
        .send(press(opened.value).bytes);
    },
  );
}

function revokeRoute(app: App): void {
  const { kind: _, ...body } = RevokeNoticeBody.properties;
  app.post(
    "/notices/:kind/revocation",
    {
      onRequest: needsRole(...RevokeNotice.roles),
      config,
      schema: {
        tags: ["notices"],
        security,
        summary: "作废 / Revoke a notice that should not have been given: the verification page says so from then on",
        params: Params,
        body: Type.Object(body, closed),
        response: { 200: Type.Object({ number: Type.String() }) },
      },
    },
    async (request) => {
      const sender = { ...senderOf(request, RevokeNotice, false), keys: [] };
      const { number } = request.body;
      await app.commands.send(RevokeNotice, { ...request.body, kind: request.params.kind }, sender);
      return { number };
    },
  );
}
