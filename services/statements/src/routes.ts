import type { Role } from "@huimin/decider";
import { type App, decodeCursor, needsRole, PAGE_DEFAULT, PageOf, PageQuery, pageOf, personOf, RefusalError, senderOf } from "@huimin/http";
import { IssueStatements } from "@huimin/statement";
import { type StatementIssued, statementNumber } from "@huimin/statement/events";
import type { StatementRegister } from "@huimin/statement-register";
import { createPress, type StatementPdf } from "@huimin/statements";
import { Type } from "typebox";
import { coverageOf } from "./coverage.ts";
import { findStatement } from "./documents.ts";
import { fileNameOf } from "./files.ts";
import { issueStatements } from "./issue.ts";
import { countOf, type StatementsOptions } from "./types.ts";

const security = [{ session: [] }, { bearer: [] }];
const tags = ["statements"];
const closed = { additionalProperties: false } as const;
/** Roles that hand the paper to households or answer for it. */
const READERS: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV", "FOF", "OFFICE", "VIL"];

/** A run reads the whole log: single households may be issued by hand, a loop of requests may not. */
const ISSUES_PER_MINUTE_MAX = 20;

const Year = Type.Integer({ minimum: 2000, maximum: 2999 });
const Household = Type.String({ minLength: 1, maxLength: 64 });
const Counts = Type.Object({
  issued: Type.Integer(),
  supplement: Type.Integer(),
  unchanged: Type.Integer(),
  nil: Type.Integer(),
  refused: Type.Integer(),
});

const IssueBody = Type.Object(
  {
    year: Year,
    households: Type.Optional(Type.Array(Household, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    requested: Type.Optional(Type.Boolean({ description: "the households asked for it: nil statements too" })),
    reason: Type.Optional(Type.String({ minLength: 2, maxLength: 200, description: "a supplement also where no figure changed" })),
    issuedOn: Type.Optional(Type.String({ format: "date" })),
    position: Type.Optional(Type.Integer({ minimum: 1, description: "cut-off; default: the last position of the log" })),
  },
  closed,
);

const CoverageSchema = Type.Object({
  household: Type.String(),
  village: Type.String(),
  coverage: Type.String({ description: "issued, supplement, unchanged, nil, refused" }),
  number: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});

/** Statements in lists: nothing that names a person. */
const Listed = Type.Object({
  number: Type.String(),
  household: Type.String(),
  year: Type.Integer(),
  supplement: Type.Integer(),
  issuedOn: Type.String(),
  contentHash: Type.String(),
  position: Type.Integer(),
});

/** 年度告知书: issue for a year, list, download. Register under `/api/v1`. */
export async function statementRoutes(app: App, options: StatementsOptions): Promise<void> {
  issueRoute(app, options);
  listRoute(app, options);
  if (options.register) coverageRoute(app, { ...options, register: options.register });
  downloadRoute(app, options);
}

function issueRoute(app: App, options: StatementsOptions): void {
  app.post(
    "/statements/issue",
    {
      onRequest: needsRole(...IssueStatements.roles),
      config: { rateLimit: { max: ISSUES_PER_MINUTE_MAX, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "出具年度告知书 / Issue the statements of a year; run again, it issues only what changed, as supplements",
        body: IssueBody,
        response: {
          200: Type.Object({
            year: Type.Integer(),
            position: Type.Integer(),
            issuedOn: Type.String(),
            counts: Counts,
            lines: Type.Array(CoverageSchema),
          }),
        },
      },
    },
    async (request) => {
      const sender = { ...senderOf(request, IssueStatements, false), keys: [] };
      const report = await issueStatements(request.body, options, async (command) => {
        try {
          return { ok: true, value: await app.commands.send(IssueStatements, command, sender) };
        } catch (fault) {
          const [refusal] = fault instanceof RefusalError ? fault.refusals : [];
          if (!refusal) throw fault;
          return { ok: false, refusal };
        }
      });
      if (!report.ok) throw new RefusalError(report.refusal);
      const { year, cutoff, issuedOn, lines } = report.value;
      const counts = Object.fromEntries(
        (["issued", "supplement", "unchanged", "nil", "refused"] as const).map((coverage) => [coverage, countOf(report.value, coverage)]),
      ) as Record<"issued" | "supplement" | "unchanged" | "nil" | "refused", number>;
      return {
        year,
        position: cutoff.position,
        issuedOn,
        counts,
        lines: lines.map(({ refusal, ...line }) => ({
          ...line,
          ...(refusal ? { code: refusal.code, ...(refusal.details ? { details: { ...refusal.details } } : {}) } : {}),
        })),
      };
    },
  );
}

const Count = Type.Integer();
const LacksSchema = Type.Object({ nil: Count, due: Count, outdated: Count, held: Count, unprinted: Count });
const VillageSchema = Type.Object({ village: Type.String(), households: Type.Integer(), covered: Type.Integer(), lacks: LacksSchema });

function coverageRoute(app: App, options: StatementsOptions & { readonly register: StatementRegister }): void {
  app.get(
    "/statements/coverage",
    {
      onRequest: needsRole(...READERS, "AUD"),
      config: { rateLimit: { max: ISSUES_PER_MINUTE_MAX, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "覆盖情况 / By village who has a statement of a year, and who has none and why",
        querystring: Type.Object({ year: Year, village: Type.Optional(Type.String({ maxLength: 64 })) }, closed),
        response: {
          200: Type.Object({
            year: Type.Integer(),
            position: Type.Integer(),
            total: VillageSchema,
            villages: Type.Array(VillageSchema),
            entries: Type.Array(
              Type.Object({
                household: Type.String(),
                village: Type.String(),
                number: Type.Optional(Type.String()),
                lack: Type.Optional(Type.String()),
                code: Type.Optional(Type.String()),
                reason: Type.Optional(Type.String()),
              }),
              { description: "households that have none, or one that lacks something" },
            ),
          }),
        },
      },
    },
    async (request) => {
      const { year, village } = request.query;
      const found = await coverageOf({ year }, options);
      if (!found.ok) throw new RefusalError(found.refusal);
      const { entries, villages, ...report } = found.value;
      return { ...report, villages: [...villages], entries: entries.filter((one) => village === undefined || one.village === village) };
    },
  );
}

/** Events looked through for one page of a list. */
const SCAN_EVENTS = 2_000;

function listRoute(app: App, { store, district }: StatementsOptions): void {
  app.get(
    "/statements",
    {
      onRequest: needsRole(...READERS, "AUD"),
      schema: {
        tags,
        security,
        summary: "告知书目录 / Statements in the order of issue",
        querystring: Type.Object({ year: Type.Optional(Year), household: Type.Optional(Household), ...PageQuery }, closed),
        response: { 200: PageOf(Listed) },
      },
    },
    async (request) => {
      const { year, household, limit = PAGE_DEFAULT, cursor } = request.query;
      let after = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
      const found: {
        number: string;
        household: string;
        year: number;
        supplement: number;
        issuedOn: string;
        contentHash: string;
        position: number;
      }[] = [];
      for (;;) {
        const events = await store.readAll(district, after, SCAN_EVENTS, ["statement"]);
        for (const { position, payload } of events) {
          const one = payload as StatementIssued;
          if ((year !== undefined && one.year !== year) || (household !== undefined && one.household !== household)) continue;
          const { number, supplement, issuedOn, contentHash } = one;
          found.push({ number, household: one.household, year: one.year, supplement, issuedOn, contentHash, position });
        }
        after = events.at(-1)?.position ?? after;
        if (found.length > limit || events.length < SCAN_EVENTS) break;
      }
      return pageOf(found, limit, ({ position }) => [position]);
    },
  );
}

function downloadRoute(app: App, options: StatementsOptions): void {
  const press = createPress(options.fonts);
  app.get(
    "/households/:household/statements/:year",
    {
      onRequest: needsRole(...READERS),
      schema: {
        tags,
        security,
        summary: "下载告知书 PDF / Download a statement as PDF/A-2b",
        params: Type.Object({ household: Household, year: Year }),
        querystring: Type.Object(
          {
            supplement: Type.Optional(Type.Integer({ minimum: 0, maximum: 999, description: "default: the last one" })),
            "large-print": Type.Optional(Type.Boolean()),
            "two-copies": Type.Optional(Type.Boolean()),
          },
          closed,
        ),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const { household, year } = request.params;
      const { supplement, "large-print": largePrint = false, "two-copies": twoCopies = false } = request.query;
      const found = await findStatement({ household, year, supplement }, options, { largePrint, twoCopies });
      if (!found.ok) throw new RefusalError(found.refusal);
      const { issued, job } = found.value;
      const pdf: StatementPdf = press(job);
      // A statement shows a name in full: who can't be logged gets none.
      const person = personOf(request);
      await options.onDownload?.({ actor: person.id, roles: person.roles, household, year, correlation: request.id });
      request.log.info({ person: person.id, statement: statementNumber("", year, household, issued.supplement) }, "statement printed");
      return reply
        .type("application/pdf")
        .header("content-disposition", `attachment; filename="${fileNameOf(issued)}"`)
        .header("cache-control", "no-store")
        .send(pdf.bytes);
    },
  );
}
