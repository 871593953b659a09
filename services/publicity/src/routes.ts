import type { Role } from "@huimin/decider";
import { RecordPublicityBoards } from "@huimin/dividend";
import { type App, needsRole, personOf, RefusalError, senderOf } from "@huimin/http";
import type { Refusal, Result } from "@huimin/outcome";
import { boardHash, createBoardPress, readAllVersions } from "@huimin/publicity";
import { Type } from "typebox";
import { printOptionsOf } from "./files.ts";
import { ensureBoards, findVersion, openBoard, printedVersion, todayOf } from "./lists.ts";
import type { PublicityOptions } from "./types.ts";

export interface PublicityRouteOptions extends PublicityOptions {
  /** Called before a sheet leaves: every look at names in full is logged (domain 5.6). */
  readonly onDisclose?: (disclosure: {
    readonly actor: string;
    readonly roles: readonly string[];
    readonly pool: string;
    readonly year: number;
    readonly village: string;
    readonly households: readonly string[];
    readonly correlation: string;
  }) => Promise<void>;
}

const security = [{ session: [] }, { bearer: [] }];
const tags = ["publicity"];
const closed = { additionalProperties: false } as const;
const READERS: readonly Role[] = ["FIN-M", "FIN-R", "FIN-C", "POV", "OFFICE", "VIL"];
const Pool = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const Year = Type.Integer({ minimum: 1990, maximum: 2999 });
const Draft = Type.Optional(Type.Integer({ minimum: 1, description: "version; default: the last" }));
const Open = Type.Object({}, { additionalProperties: true });
/** Versions answered at most: more than a district posts in decades. */
const VERSIONS_MAX = 5_000;

const taken = <T>(result: Result<T, Refusal>): T => {
  if (!result.ok) throw new RefusalError(result.refusal);
  return result.value;
};

/** 公示: versions, sheets, what lacks. Register under `/api/v1`. */
export async function publicityRoutes(app: App, options: PublicityRouteOptions): Promise<void> {
  app.get(
    "/publicity",
    {
      onRequest: needsRole(...READERS, "AUD"),
      schema: {
        tags,
        security,
        summary: "公示名单 / Every list that ever hung out, the last first",
        querystring: Type.Object({ pool: Type.Optional(Pool), year: Type.Optional(Year) }, closed),
        response: { 200: Type.Object({ items: Type.Array(Open) }) },
      },
    },
    async (request) => {
      const { pool, year } = request.query;
      const today = todayOf(options);
      const all = [...(await readAllVersions(options))].filter(([id]) => pool === undefined || id === pool);
      const found = all.flatMap(([, versions]) => versions.of(year)).sort((a, b) => b.posted - a.posted);
      return { items: found.slice(0, VERSIONS_MAX).map((version) => printedVersion(version, today)) };
    },
  );
  app.get(
    "/publicity/:pool/:year",
    {
      onRequest: needsRole(...READERS, "AUD"),
      schema: {
        tags,
        security,
        summary: "公示情况 / Versions of a list: sheets, objections, photographs, what lacks",
        params: Type.Object({ pool: Pool, year: Year }),
        response: { 200: Open },
      },
    },
    async (request) => {
      const { pool, year } = request.params;
      const { versions } = taken(await findVersion({ pool, year }, options));
      return { pool, year, versions: versions.of(year).map((version) => printedVersion(version, todayOf(options))) };
    },
  );
  boardRoutes(app, options);
}

function boardRoutes(app: App, options: PublicityRouteOptions): void {
  app.post(
    "/publicity/:pool/:year/boards",
    {
      onRequest: needsRole("VIL", "OFFICE", "POV"),
      config: { rateLimit: { max: 20, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "生成公示表 / Make the villages' sheets; asked again, it answers the same",
        params: Type.Object({ pool: Pool, year: Year }),
        response: { 200: Open },
      },
    },
    async (request) => {
      const sender = { ...senderOf(request, RecordPublicityBoards, false), keys: [] };
      const found = await ensureBoards(request.params, options, async (command) => {
        try {
          return { ok: true, value: await app.commands.send(RecordPublicityBoards, command, sender) };
        } catch (fault) {
          const [refusal] = fault instanceof RefusalError ? fault.refusals : [];
          if (!refusal) throw fault;
          return { ok: false, refusal };
        }
      });
      return printedVersion(taken(found).version, todayOf(options));
    },
  );
  const press = createBoardPress(options.fonts);
  app.get(
    "/publicity/:pool/:year/boards/:village",
    {
      onRequest: needsRole(...READERS),
      schema: {
        tags,
        security,
        summary: "公示表 PDF / A village's sheet for the board as PDF/A-2b",
        params: Type.Object({ pool: Pool, year: Year, village: Pool }),
        querystring: Type.Object(
          { draft: Draft, masked: Type.Optional(Type.Boolean({ description: "hide the middle of names" })) },
          closed,
        ),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const { pool, year, village } = request.params;
      const { draft, masked = false } = request.query;
      const board = taken(await openBoard(taken(await findVersion({ pool, year, draft }, options)), village, options));
      const pdf = press(board, printOptionsOf(boardHash(board), masked ? "masked" : "full", options));
      const person = personOf(request);
      const what = { pool, year, village, households: board.rows.map(({ household }) => household) };
      await options.onDisclose?.({ actor: person.id, roles: person.roles, ...what, correlation: request.id });
      return reply
        .type("application/pdf")
        .header("content-disposition", `attachment; filename="${encodeURIComponent(`${village}-${pool}-${year}-v${board.draft}`)}.pdf"`)
        .header("cache-control", "no-store")
        .send(pdf.bytes);
    },
  );
}
