import { lastDayOfMonth, type Period, shanghaiDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { type App, CommandAnswer, MinPosition, needsRole, RefusalError, senderOf, sendOutcome, waitsForPosition } from "@huimin/http";
import { type CloseFacts, ClosePeriod, closable, firstOpenPeriod, PERIOD_STREAM, type PeriodState, periodFold } from "@huimin/period";
import { Type } from "typebox";
import type { Closing } from "./closing/index.ts";
import { policyReader } from "./policy.ts";

/** A checkpoint that was signed after a close. */
export interface SignedClose {
  readonly size: number;
  readonly root: string;
}

export interface PeriodRouteOptions {
  readonly store: EventStore;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly closing: Closing;
  /** Brings the read models to the head of the log and answers where that is. */
  readonly atHead: () => Promise<number>;
  /** Signs the log as it is after the close; undefined when it can't be signed, which is said in the process's log. */
  readonly checkpoint: () => Promise<SignedClose | undefined>;
}

/** What the log says of the periods of a district. */
export async function readPeriods(store: EventStore, district: string): Promise<PeriodState> {
  const { events } = await store.readStream(district, PERIOD_STREAM);
  return events.reduce((state, event) => periodFold.evolve(state, event as RecordedEvent), periodFold.initialState);
}

const Month = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" });
const StepSchema = Type.Object({
  step: Type.String(),
  status: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  findings: Type.Array(Type.String()),
});
const SealSchema = Type.Object({
  period: Type.String(),
  books: Type.Array(
    Type.Object({ book: Type.String(), vouchers: Type.Integer(), lines: Type.Integer(), total: Type.String(), hash: Type.String() }),
  ),
  trialBalance: Type.String(),
});

const tags = ["periods"];
const security = [{ session: [] }, { bearer: [] }];
const read = { onRequest: needsRole(), preHandler: waitsForPosition };
const closed = { additionalProperties: false } as const;

/** A dry run of a close: every step with what it finds. Refuses what could not be closed at all. */
export async function dryRun(options: Omit<PeriodRouteOptions, "checkpoint">, period: Period): Promise<CloseFacts> {
  const state = await readPeriods(options.store, options.district);
  const allowed = closable(state, { period, today: shanghaiDate(options.clock()) });
  if (!allowed.ok) throw new RefusalError(allowed.refusal);
  const after = state.lastClosed ?? "";
  return options.closing.facts({ period, after }, options.atHead);
}

/** 会计期间: what is closed, what a close would find, and the close. Register under `/api/v1`. */
export async function periodRoutes(app: App, options: PeriodRouteOptions): Promise<void> {
  const { store, district } = options;
  app.get(
    "/periods",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "会计期间 / What is closed, with the seals of closed months",
        querystring: Type.Object(MinPosition, closed),
        response: {
          200: Type.Object({
            lastClosed: Type.Optional(Type.String()),
            firstOpen: Type.Optional(Type.String()),
            settlementEnds: Type.Optional(Type.String({ description: "last day on which December may be asked for" })),
            seals: Type.Array(SealSchema),
            yearEnds: Type.Array(Type.Object({ fiscalYear: Type.Integer(), surplus: Type.String() })),
          }),
        },
      },
    },
    async () => {
      const state = await readPeriods(store, district);
      const firstOpen = firstOpenPeriod(state);
      const settlement = firstOpen?.endsWith("-12") ? await settlementEnd(store, district, Number(firstOpen.slice(0, 4))) : undefined;
      return {
        ...(state.lastClosed === undefined ? {} : { lastClosed: state.lastClosed }),
        ...(firstOpen === undefined ? {} : { firstOpen }),
        ...(settlement === undefined ? {} : { settlementEnds: settlement }),
        seals: [...state.seals],
        yearEnds: [...state.yearEnds],
      };
    },
  );
  app.get(
    "/periods/:period/close",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "结账试运行 / Dry run of a close: every step with what it finds",
        params: Type.Object({ period: Month }),
        querystring: Type.Object(MinPosition, closed),
        response: {
          200: Type.Object({
            period: Type.String(),
            closable: Type.Boolean(),
            position: Type.Integer(),
            steps: Type.Array(StepSchema),
            seals: Type.Array(SealSchema),
          }),
        },
      },
    },
    async (request) => {
      const { period } = request.params;
      const { position, steps, seals } = await dryRun(options, period);
      return {
        period,
        closable: steps.every(({ status }) => status !== "blocked"),
        position,
        steps: steps.map((one) => ({ ...one, findings: [...one.findings] })),
        seals: [...seals],
      };
    },
  );
  app.post(
    "/periods/:period/close",
    {
      onRequest: needsRole(...ClosePeriod.roles),
      schema: {
        tags,
        security,
        summary: "结账 / Close a month, for ever: steps, lock, seal, signed checkpoint",
        params: Type.Object({ period: Month }),
        response: { 200: CommandAnswer, 201: CommandAnswer },
      },
    },
    async (request, reply) => {
      const sent = await app.commands.send(ClosePeriod, { period: request.params.period }, senderOf(request, ClosePeriod, false));
      const checkpoint = sent.kind === "recorded" ? await options.checkpoint() : undefined;
      if (sent.kind === "proposed" || checkpoint === undefined) return sendOutcome(reply, sent);
      return sendOutcome(reply, { ...sent, answer: { ...sent.answer, checkpoint } });
    },
  );
}

/** 决算整理期 of a year ends on this day of the next. */
export async function settlementEnd(store: EventStore, district: string, fiscalYear: number): Promise<string> {
  const days = await policyReader(store, district)("close.settlementPeriodDays", lastDayOfMonth(`${fiscalYear}-12-01`));
  return settlementLastDay(fiscalYear, Number(days));
}

export const settlementLastDay = (fiscalYear: number, days: number): string =>
  Temporal.PlainDate.from(`${fiscalYear}-12-31`).add({ days }).toString();
