import type { Fold, RecordedEvent } from "@huimin/decider";
import { dividendErrors } from "@huimin/dividend";
import {
  entitlementFold,
  entitlementStream,
  fundsInPool,
  openOf,
  type PoolState,
  poolBalance,
  poolFold,
  poolStream,
} from "@huimin/dividend/events";
import type { EventStore } from "@huimin/event-store";
import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";

export interface DividendReading {
  readonly store: EventStore;
  readonly district: string;
}

const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const Open = Type.Object({}, { additionalProperties: true });

async function folded<S>({ store, district }: DividendReading, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

/** A pool as its stream says now: claims, money, and the last list of each year. Undefined for one that does not exist. */
export async function poolStatus(options: DividendReading, pool: string): Promise<Record<string, unknown> | undefined> {
  const state = await folded(options, poolStream(pool), poolFold);
  return state.pool === undefined ? undefined : { pool, ...figuresOf(state), lists: listsOf(state) };
}

const figuresOf = (state: PoolState) => ({
  model: state.model,
  batch: state.batch,
  balance: formatAmount(poolBalance(state)),
  available: formatAmount(fundsInPool(state)),
  claims: state.claims.map((claim) => ({
    year: claim.year,
    enterprise: claim.enterprise,
    receivable: claim.receivable,
    total: formatAmount(claim.total),
    open: formatAmount(openOf(claim)),
    dueOn: claim.dueOn,
  })),
});

const listsOf = (state: PoolState) =>
  [...state.years.values()].map(({ current, allocated }) => ({
    ...current.header,
    status: current.status,
    publicity: current.publicity,
    objections: current.objections,
    approvedOn: current.approvedOn,
    partsRecorded: current.parts.size,
    partsPosted: current.posted.size,
    allocations: allocated.filter(({ reversed }) => !reversed).length,
  }));

/** Pools with their lists, read from their streams, so nothing is ever behind. */
export async function dividendReadingRoutes(app: App, options: DividendReading): Promise<void> {
  const guards = { onRequest: needsRole(), preHandler: waitsForPosition };
  const common = { tags: ["dividends"], security: [{ session: [] }, { bearer: [] }], querystring: Type.Object({ ...MinPosition }) };
  app.get(
    "/dividends/pools/:pool",
    { ...guards, schema: { ...common, summary: "分红池 / A pool", params: Type.Object({ pool: Id }), response: { 200: Open } } },
    async (request) => {
      const { pool } = request.params as { pool: string };
      const status = await poolStatus(options, pool);
      if (!status) throw new RefusalError({ code: dividendErrors.POOL_UNKNOWN, details: { pool } });
      return status;
    },
  );
  app.get(
    "/dividends/pools/:pool/lists/:year/parts/:part",
    {
      ...guards,
      schema: {
        ...common,
        summary: "公示名单（分部） / Lines of a part of the last list",
        params: Type.Object({ pool: Id, year: Type.Integer(), part: Type.Integer({ minimum: 0 }) }),
        response: { 200: Open },
      },
    },
    async (request) => {
      const { pool, year, part } = request.params as { pool: string; year: number; part: number };
      const draft = (await folded(options, poolStream(pool), poolFold)).years.get(year)?.current.header;
      if (!draft) throw new RefusalError({ code: dividendErrors.DRAFT_MISSING, details: { pool, year } });
      const { drafts } = await folded(options, entitlementStream(pool, year, part), entitlementFold);
      const lines = [...(drafts.get(draft.draft)?.values() ?? [])].map((line) => ({ ...line, amount: formatAmount(line.amount) }));
      return { pool, year, draft: draft.draft, part, parts: draft.parts, listHash: draft.listHash, lines };
    },
  );
}
