import { randomUUIDv7 } from "node:crypto";
import { type App, needsRole, personCommand } from "@huimin/http";
import { yearEndRunCommands } from "@huimin/year-end-run";
import { Type } from "typebox";
import type { Platform } from "../types.ts";
import { sweepYearEnd } from "./drive.ts";
import { lookAt, type YearEndStatus } from "./look.ts";
import { findRun, readYearEnd } from "./read.ts";

const tags = ["year-end"];
const security = [{ session: [] }, { bearer: [] }];
const closed = { additionalProperties: false } as const;
const Params = Type.Object({ year: Type.Integer({ minimum: 1990, maximum: 2999 }) });
const Which = Type.Object({ run: Type.Optional(Type.Integer({ minimum: 1, maximum: 99, description: "default: the last" })) }, closed);
const Status = Type.Unsafe<YearEndStatus>(Type.Object({}, { additionalProperties: true }));

/** Events of a live progress: one a second, for a quarter of an hour; who still looks connects again. */
const LIVE_MS = 1_000;
const LIVE_EVENTS_MAX = 900;
/** Continuations are a person's impatience, not a loop's. */
const CONTINUES_PER_MINUTE_MAX = 10;

const SUMMARIES: Readonly<Record<string, string>> = {
  OpenYearEnd: "开启年终兑付 / Open the year-end run of a year",
  ConfirmYearEndPublicity: "确认公示 / The lists hang out",
  ApproveYearEndLists: "审批名单 / Approve the lists of the run",
  ConfirmYearEndAllocation: "同意分配 / Consent to the allocation",
  ConfirmYearEndPayout: "同意发放、重付 / Consent to a round of payouts",
  ConfirmYearEndStatements: "出具告知书 / Order the statements",
  CancelYearEnd: "中止年终兑付 / Cancel the run",
};
const addressOf = (name: string): string =>
  name
    .replace(/YearEnd/, "")
    .replace(/(?<!^)([A-Z])/g, "-$1")
    .toLowerCase();

/** 年终兑付: decisions, where a run stands, and its live progress. Register under `/api/v1`. */
export async function yearEndRoutes(app: App, platform: Platform): Promise<void> {
  for (const definition of yearEndRunCommands) {
    if (definition.roles.every((role) => role === "SYS")) continue;
    const summary = SUMMARIES[definition.name] ?? definition.name;
    personCommand(app, { url: `/year-end/${addressOf(definition.name)}`, definition, summary, tags });
  }
  readingRoutes(app, platform);
  liveRoute(app, platform);
  app.post(
    "/year-end/:year/continuation",
    {
      onRequest: needsRole("FIN-M", "FIN-R", "FIN-C"),
      config: { rateLimit: { max: CONTINUES_PER_MINUTE_MAX, timeWindow: 60_000 } },
      schema: {
        tags,
        security,
        summary: "继续 / Enqueue what the run may do now: after an item's cause was removed",
        params: Params,
        response: { 202: Type.Object({ run: Type.String() }) },
      },
    },
    async (request, reply) => {
      const open = await findRun(platform, request.params.year);
      await sweepYearEnd(platform, open, `again-${randomUUIDv7()}`);
      return reply.code(202).send({ run: open.name });
    },
  );
}

function readingRoutes(app: App, platform: Platform): void {
  app.get(
    "/year-end/:year",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "年终兑付进度 / Where the run stands: steps, what is waited for, items that could not be done",
        params: Params,
        querystring: Which,
        response: { 200: Status },
      },
    },
    async (request) => lookAt(platform, await findRun(platform, request.params.year, request.query.run)),
  );
  app.get(
    "/year-end/:year/runs",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "历次年终兑付 / Runs of a year",
        params: Params,
        response: {
          200: Type.Object({ runs: Type.Array(Type.Object({ run: Type.Integer(), openedOn: Type.String(), state: Type.String() })) }),
        },
      },
    },
    async (request) => {
      const { runs } = await readYearEnd(platform, request.params.year);
      return {
        runs: runs.map(({ plan, cancelled, closed: ended }) => ({
          ...{ run: plan.is.run, openedOn: plan.valueDate, state: cancelled ? "cancelled" : ended ? "closed" : "open" },
        })),
      };
    },
  );
}

/** Server-sent events: the status whenever it changed, until the run waits for somebody or is over. */
function liveRoute(app: App, platform: Platform): void {
  app.get(
    "/year-end/:year/progress",
    {
      onRequest: needsRole(),
      schema: {
        tags,
        security,
        summary: "实时进度 / Live progress as server-sent events; ends when the run waits for people or banks, or is over",
        params: Params,
        produces: ["text/event-stream"],
      },
    },
    async (request, reply) => {
      const { year } = request.params;
      await findRun(platform, year); // refused before the stream begins
      const { signal } = request;
      reply.header("content-type", "text/event-stream; charset=utf-8").header("cache-control", "no-store");
      return reply.send(streamOf(() => eventsOf(platform, year, signal)));
    },
  );
}

const streamOf = (events: () => AsyncGenerator<string>): ReadableStream =>
  ReadableStream.from(events()).pipeThrough(new TextEncoderStream() as unknown as ReadableWritablePair<Uint8Array, string>);

async function* eventsOf(platform: Platform, year: number, signal: AbortSignal): AsyncGenerator<string> {
  let before = "";
  for (let sent = 0; sent < LIVE_EVENTS_MAX && !signal.aborted; sent++) {
    const status = await lookAt(platform, await findRun(platform, year));
    const text = JSON.stringify(status);
    if (text !== before) yield `event: progress\ndata: ${text}\n\n`;
    else yield ": \n\n"; // a proxy closes what is silent
    before = text;
    const current = status.steps.find(({ step }) => step === status.current);
    if (status.state !== "open" || current?.state === "waiting" || current?.state === "blocked") break;
    await new Promise((done) => setTimeout(done, LIVE_MS));
  }
  yield "event: end\ndata: {}\n\n";
}
