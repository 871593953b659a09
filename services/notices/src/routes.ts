import type { Role } from "@huimin/decider";
import { type App, needsRole, personOf, RefusalError } from "@huimin/http";
import { createNoticePress, NOTICE_KINDS, noticeHash } from "@huimin/notices";
import { Type } from "typebox";
import { makeNotice } from "./notices.ts";
import type { NoticesOptions } from "./types.ts";

/** Roles that hand the paper out or answer for it. */
const READERS: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV", "FOF", "OFFICE", "VIL"];
const Id = Type.String({ minLength: 1, maxLength: 64 });
/** A notice reads the log: one by hand, not a loop of them. */
const NOTICES_PER_MINUTE_MAX = 60;

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

/** 通知与证明 as PDF/A-2b. Register under `/api/v1`. */
export async function noticeRoutes(app: App, options: NoticeRouteOptions): Promise<void> {
  const press = createNoticePress(options.fonts);
  app.get(
    "/notices/:kind",
    {
      onRequest: needsRole(...READERS),
      config: { rateLimit: { max: NOTICES_PER_MINUTE_MAX, timeWindow: 60_000 } },
      schema: {
        tags: ["notices"],
        security: [{ session: [] }, { bearer: [] }],
        summary: "通知与证明 PDF / A notice or certificate as PDF/A-2b",
        params: Type.Object({ kind: Type.Enum([...NOTICE_KINDS]) }),
        querystring: Type.Object(
          {
            year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })),
            household: Type.Optional(Id),
            loan: Type.Optional(Id),
            donor: Type.Optional(Id),
            position: Type.Optional(Type.Integer({ minimum: 1, description: "cut-off; default: the last position of the log" })),
          },
          { additionalProperties: false },
        ),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const { kind } = request.params;
      const made = await makeNotice({ kind, ...request.query }, options);
      if (!made.ok) throw new RefusalError(made.refusal);
      const { household, loan, donor } = request.query;
      const person = personOf(request);
      await options.onDisclose({
        actor: person.id,
        roles: person.roles,
        kind,
        subject: household ?? loan ?? donor ?? kind,
        correlation: request.id,
      });
      return reply
        .type("application/pdf")
        .header("content-disposition", `attachment; filename="${kind}-${noticeHash(made.value).slice(0, 8)}.pdf"`)
        .header("cache-control", "no-store")
        .send(press(made.value).bytes);
    },
  );
}
