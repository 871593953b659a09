import type { BankDesk, DeskItem, ItemKind } from "@huimin/bank-desk";
import type { Quarter } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import { entitlementFold, entitlementStream, itemStatus, payoutFold, payoutStream, submittedRows } from "@huimin/dividend/events";
import type { EventStore } from "@huimin/event-store";
import { type App, decodeCursor, MinPosition, PAGE_DEFAULT, PageOf, RefusalError } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { compensationFold, compensationStream } from "@huimin/risk-fund/events";
import { claimFold, claimStream } from "@huimin/subsidy/events";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { bankOf } from "../authenticate.ts";
import { deskErrors as errors } from "./errors.ts";
import { Amount, closed, folded, Id, Paging, pageFrom, pageOfRows, reads, security } from "./shared.ts";

/* Payout batches, subsidy claims and compensation cases of the bank, with what each waits for. */

export interface WorkOptions {
  readonly district: string;
  readonly desk: BankDesk;
  /** The log as a bank may see it. */
  readonly logOf: (bank: string) => Pick<EventStore, "readStream" | "readStreams">;
}

const Summary = { status: Type.String(), openedOn: Type.String(), position: Type.Integer() };
const summary = ({ status, openedOn, position }: DeskItem) => ({ status, openedOn, position });
const Open = Type.Optional(Type.Boolean({ description: "only those that wait for somebody" }));

interface Kind {
  readonly kind: ItemKind;
  readonly url: string;
  readonly scope: string;
  readonly listId: string;
  readonly title: string;
  /** Name of the number in answers. */
  readonly key: string;
  readonly fields: Readonly<Record<string, ReturnType<typeof Type.Integer>>>;
  readonly printed: (item: DeskItem, bank: string) => PrintedItem;
}

/** What every kind has, and its own fields. */
type PrintedItem = ReturnType<typeof summary> & { readonly total: string } & Readonly<Record<string, string | number>>;

const KINDS: readonly Kind[] = [
  {
    kind: "payout",
    url: "/payout-batches",
    scope: "payouts:read",
    listId: "listPayoutBatches",
    title: "代发批次 / Payout batches; open: not accepted, or without every result",
    key: "payoutBatch",
    fields: { count: Type.Integer(), withResult: Type.Integer() },
    printed: (item) => ({
      payoutBatch: item.ref,
      ...summary(item),
      total: formatAmount(item.total),
      count: item.count,
      withResult: item.done,
    }),
  },
  {
    kind: "claim",
    url: "/subsidy-claims",
    scope: "subsidies:read",
    listId: "listSubsidyClaims",
    title: "贴息申报 / Subsidy claims; open: in review",
    key: "quarter",
    fields: { lines: Type.Integer() },
    printed: (item, bank) => ({
      quarter: item.ref.slice(bank.length + 1),
      ...summary(item),
      total: formatAmount(item.total),
      lines: item.count,
    }),
  },
  {
    kind: "compensation",
    url: "/compensation-cases",
    scope: "risk:read",
    listId: "listCompensationCases",
    title: "代偿案件 / Compensation cases; open: not approved, or not paid by everybody",
    key: "ref",
    fields: { payers: Type.Integer(), paid: Type.Integer() },
    printed: (item) => ({ ref: item.ref, ...summary(item), total: formatAmount(item.total), payers: item.count, paid: item.done }),
  },
];

/** Register under `/bank/v1`. */
export async function bankWorkRoutes(app: App, options: WorkOptions): Promise<void> {
  for (const kind of KINDS) listRoute(app, kind, options);
  payoutRoute(app, options);
  claimRoute(app, options);
  caseRoute(app, options);
}

function listRoute(app: App, { kind, url, scope, listId, title, key, fields, printed }: Kind, { district, desk }: WorkOptions): void {
  app.get(
    url,
    {
      ...reads(scope),
      schema: {
        tags: ["bank"],
        security,
        operationId: listId,
        summary: title,
        querystring: Type.Object({ open: Open, ...Paging }, closed),
        response: { 200: PageOf(Type.Object({ [key]: Type.String(), ...Summary, total: Amount, ...fields })) },
      },
    },
    async (request) => {
      const { open } = request.query;
      const bank = bankOf(request);
      const { limit, after } = pageFrom(request.query);
      const rows = await desk.items({ district, bank, kind, open, after, limit: limit + 1 });
      return pageOfRows(
        rows,
        limit,
        ({ position }) => position,
        (item) => printed(item, bank),
      );
    },
  );
}

async function own(desk: BankDesk, district: string, request: FastifyRequest, kind: ItemKind, ref: string, name = ref): Promise<DeskItem> {
  const item = await desk.item({ district, bank: bankOf(request), kind, ref });
  if (!item) throw new RefusalError({ code: errors.BANK_ITEM_UNKNOWN, details: { item: name } });
  return item;
}

const PayoutItem = Type.Object({
  number: Type.Integer({ description: "序号 in the bank's file" }),
  household: Type.String(),
  year: Type.Integer(),
  pool: Type.String(),
  amount: Amount,
  status: Type.String({ description: "open, succeeded, failed, returned …" }),
  reason: Type.Optional(Type.String()),
});

function payoutRoute(app: App, { district, desk, logOf }: WorkOptions): void {
  app.get(
    "/payout-batches/:payoutBatch",
    {
      ...reads("payouts:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getPayoutBatch",
        summary: "代发批次明细 / A payout batch with its items and their results",
        params: Type.Object({ payoutBatch: Id }),
        querystring: Type.Object({ withoutResult: Type.Optional(Type.Boolean()), ...Paging }, closed),
        response: {
          200: Type.Object({
            ...{ payoutBatch: Type.String(), ...Summary, total: Amount, count: Type.Integer(), fileHash: Type.String() },
            ...{ items: Type.Array(PayoutItem), next: Type.Optional(Type.String()) },
          }),
        },
      },
    },
    async (request) => {
      const { payoutBatch } = request.params;
      const item = await own(desk, district, request, "payout", payoutBatch);
      const store = logOf(bankOf(request));
      const batch = await folded(store, district, payoutStream(payoutBatch), payoutFold);
      if (batch.status === "none") throw new RefusalError({ code: errors.BANK_ITEM_UNKNOWN, details: { item: payoutBatch } });
      const streams = batch.parts.map(({ pool, year, part }) => ({ stream: entitlementStream(pool, year, part), afterVersion: 0 }));
      const slices = await store.readStreams(district, streams);
      const parts = new Map(
        slices.map(({ stream, events }) => [
          stream,
          events.reduce((state, event) => entitlementFold.evolve(state, event as RecordedEvent), entitlementFold.initialState),
        ]),
      );
      const ofRow = ({ pool, year, household }: { readonly pool: string; readonly year: number; readonly household: string }) => {
        for (const part of batch.parts) {
          if (part.pool !== pool || part.year !== year) continue;
          const line = parts.get(entitlementStream(pool, year, part.part))?.lines.get(household);
          const one = line?.items.find((each) => each.payoutBatch === payoutBatch);
          if (one) return one;
        }
        return undefined;
      };
      const { limit, after } = pageFrom(request.query);
      const rows = submittedRows(batch, parts)
        .map((row, index) => {
          const one = ofRow(row);
          return { number: index + 1, row, status: one ? itemStatus(one) : "open", reason: one?.results.at(-1)?.reason };
        })
        .filter(({ number, status }) => number > after && (!request.query.withoutResult || status === "open"))
        .slice(0, limit + 1);
      return {
        ...{ payoutBatch, ...summary(item), total: formatAmount(batch.total), count: batch.count, fileHash: batch.fileHash },
        ...pageOfRows(
          rows,
          limit,
          ({ number }) => number,
          ({ number, row: { household, year, pool, amount }, status, reason }) => ({
            ...{ number, household, year, pool, amount: formatAmount(amount), status },
            ...(reason === undefined ? {} : { reason }),
          }),
        ),
      };
    },
  );
}

const ClaimLine = Type.Object({
  loan: Type.String(),
  payee: Type.String(),
  interest: Amount,
  amount: Amount,
  computed: Amount,
  status: Type.String({ description: "pending, approved, rejected" }),
  publicity: Type.Optional(Type.Object({ from: Type.String(), to: Type.String() })),
});

function claimRoute(app: App, { district, desk, logOf }: WorkOptions): void {
  app.get(
    "/subsidy-claims/:quarter",
    {
      ...reads("subsidies:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getSubsidyClaim",
        summary: "贴息申报明细 / A claim with its lines and what became of each",
        params: Type.Object({ quarter: Type.String({ pattern: "^\\d{4}Q[1-4]$" }) }),
        querystring: Type.Object(Paging, closed),
        response: {
          200: Type.Object({ quarter: Type.String(), ...Summary, items: Type.Array(ClaimLine), next: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { quarter } = request.params;
      const bank = bankOf(request);
      const item = await own(desk, district, request, "claim", `${bank}-${quarter}`, quarter);
      const { lines } = await folded(logOf(bank), district, claimStream(bank, quarter as Quarter), claimFold);
      const { limit = PAGE_DEFAULT, cursor } = request.query;
      const from = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
      const rows = lines.slice(from, from + limit + 1).map((line, index) => ({ line, number: from + index + 1 }));
      return {
        ...{ quarter, ...summary(item) },
        ...pageOfRows(
          rows,
          limit,
          ({ number }) => number,
          ({ line: { loan, payee, interest, amount, computed, status, publicity } }) => ({
            ...{ loan, payee, interest, amount, computed, status },
            ...(publicity === undefined ? {} : { publicity }),
          }),
        ),
      };
    },
  );
}

const Share = Type.Object({ party: Type.String(), amount: Amount, paidOn: Type.Optional(Type.String()) });

function caseRoute(app: App, { district, desk, logOf }: WorkOptions): void {
  app.get(
    "/compensation-cases/:ref",
    {
      ...reads("risk:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getCompensationCase",
        summary: "代偿案件明细 / A case with its loans, shares and payments",
        params: Type.Object({ ref: Id }),
        querystring: Type.Object(MinPosition, closed),
        response: {
          200: Type.Object({
            ...{ ref: Type.String(), ...Summary, obligor: Type.Optional(Type.String()) },
            loans: Type.Array(Type.Object({ loan: Type.String(), principal: Amount, interest: Amount })),
            base: Type.Optional(Amount),
            shares: Type.Array(Share),
            recoveries: Type.Array(Type.Object({ serial: Type.String(), valueDate: Type.String(), net: Amount, reversed: Type.Boolean() })),
          }),
        },
      },
    },
    async (request) => {
      const { ref } = request.params;
      const item = await own(desk, district, request, "compensation", ref);
      const state = await folded(logOf(bankOf(request)), district, compensationStream(ref), compensationFold);
      return {
        ...{ ref, ...summary(item) },
        ...(state.subject ? { obligor: state.subject.obligor } : {}),
        loans: state.claimed.map(({ loan, principal, interest }) => ({ loan, principal, interest })),
        ...(state.approval ? { base: state.approval.base } : {}),
        shares: (state.approval?.shares ?? []).map(({ party, amount }) => {
          const paid = state.payments.get(party);
          return { party, amount, ...(paid ? { paidOn: paid.valueDate } : {}) };
        }),
        recoveries: [...state.recoveries].map(([serial, { recovery, valueDate, reversed }]) => ({
          serial,
          valueDate,
          net: recovery.net,
          reversed,
        })),
      };
    },
  );
}
