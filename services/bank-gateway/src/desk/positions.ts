import type { BankDesk } from "@huimin/bank-desk";
import type { BankPortfolio, PortfolioLoan } from "@huimin/bank-portfolio";
import { addDays, settlementPeriodStart, shanghaiDate } from "@huimin/calendar";
import { type App, decodeCursor, encodeCursor, MinPosition, PAGE_DEFAULT, PageOf } from "@huimin/http";
import { formatAmount, sumFen } from "@huimin/money";
import { Type } from "typebox";
import { bankOf } from "../authenticate.ts";
import { Amount, closed, On, Paging, reads, security } from "./shared.ts";

export interface DeskOptions {
  readonly district: string;
  readonly desk: BankDesk;
  readonly portfolio: BankPortfolio;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const Figures = { drawn: Amount, openPrincipal: Amount, openInterest: Amount };
const Positions = Type.Object({
  on: Type.String(),
  models: Type.Array(Type.Object({ model: Type.Integer({ description: "1 分贷统还, 2 企贷增收, 3 自贷创业" }), ...Figures })),
  total: Type.Object(Figures),
});
const OpenItems = Type.Object({
  on: Type.String(),
  settlements: Type.Object({ toExcl: Type.String(), some: Type.Boolean({ description: "loans with days to settle before that day" }) }),
  dueLoans: Type.Object({ within: Type.Integer(), some: Type.Boolean() }),
  overdueLoans: Type.Object({ some: Type.Boolean() }),
  payoutBatches: Type.Integer(),
  subsidyClaims: Type.Integer(),
  compensationCases: Type.Integer(),
  heldDuplicates: Type.Integer(),
});
const OpenLoan = Type.Object({
  loan: Type.String(),
  household: Type.Optional(Type.String()),
  enterprise: Type.Optional(Type.String()),
  batch: Type.Optional(Type.String()),
  status: Type.String(),
  due: Type.String(),
  openPrincipal: Amount,
  openInterest: Amount,
  settledTo: Type.Optional(Type.String({ description: "first day that is not settled" })),
});

const DUE_WITHIN_DAYS = 30;
const DUE_WITHIN_DAYS_MAX = 366;

const printed = ({
  loan,
  household,
  enterprise,
  batch,
  status,
  due,
  principal,
  interestOpen,
  lastSettledTo,
  firstDrawnOn,
}: PortfolioLoan) => ({
  loan,
  ...(household === undefined ? {} : { household }),
  ...(enterprise === undefined ? {} : { enterprise }),
  ...(batch === undefined ? {} : { batch }),
  status,
  due,
  openPrincipal: formatAmount(principal),
  openInterest: formatAmount(interestOpen),
  settledTo: lastSettledTo ?? firstDrawnOn,
});

/** Positions, and what is expected of the bank. Register under `/bank/v1`. */
export async function bankPositionRoutes(app: App, { district, desk, portfolio, now }: DeskOptions): Promise<void> {
  const today = (): string => shanghaiDate(now());
  app.get(
    "/positions",
    {
      ...reads("loans:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getPositions",
        summary: "本行头寸 / What is drawn and open, by model, as of a value date",
        querystring: Type.Object({ on: On, ...MinPosition }, closed),
        response: { 200: Positions },
      },
    },
    async (request) => {
      const { on = today() } = request.query;
      const models = await desk.positions({ district, bank: bankOf(request), on });
      const figures = (rows: typeof models) => ({
        drawn: formatAmount(sumFen(rows.map(({ drawn }) => drawn))),
        openPrincipal: formatAmount(sumFen(rows.map(({ principal }) => principal))),
        openInterest: formatAmount(sumFen(rows.map(({ interest }) => interest))),
      });
      return { on, models: models.map((row) => ({ model: row.model, ...figures([row]) })), total: figures(models) };
    },
  );
  app.get(
    "/open-items",
    {
      ...reads("loans:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "getOpenItems",
        summary: "待办 / What waits: settlements, due loans, batches, claims, cases, held duplicates",
        querystring: Type.Object(
          { on: On, days: Type.Optional(Type.Integer({ minimum: 0, maximum: DUE_WITHIN_DAYS_MAX })), ...MinPosition },
          closed,
        ),
        response: { 200: OpenItems },
      },
    },
    async (request) => {
      const { on = today(), days = DUE_WITHIN_DAYS } = request.query;
      const of = { district, bank: bankOf(request) };
      const toExcl = settlementPeriodStart(on);
      const [unsettled, due, overdue, counts] = await Promise.all([
        portfolio.unsettled({ ...of, toExcl, limit: 1 }),
        portfolio.ofBank({ ...of, on, open: true, dueFrom: on, dueTo: addDays(on, days), limit: 1 }),
        portfolio.ofBank({ ...of, on, status: "overdue", limit: 1 }),
        desk.counts(of),
      ]);
      return {
        on,
        settlements: { toExcl, some: unsettled.loans.length > 0 },
        dueLoans: { within: days, some: due.loans.length > 0 },
        overdueLoans: { some: overdue.loans.length > 0 },
        payoutBatches: counts.payout,
        subsidyClaims: counts.claim,
        compensationCases: counts.compensation,
        heldDuplicates: counts.held,
      };
    },
  );
  app.get(
    "/open-items/settlements",
    {
      ...reads("loans:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "listUnsettledLoans",
        summary: "未结息贷款 / Loans whose interest is not settled up to the last settlement day",
        querystring: Type.Object({ on: On, ...Paging }, closed),
        response: { 200: PageOf(OpenLoan) },
      },
    },
    async (request) => {
      const { on = today(), limit = PAGE_DEFAULT, cursor } = request.query;
      const after = decodeCursor(cursor, 1)?.[0];
      const of = { district, bank: bankOf(request), limit, after: after === undefined ? undefined : String(after) };
      const { loans, next } = await portfolio.unsettled({ ...of, toExcl: settlementPeriodStart(on) });
      return { items: loans.map(printed), ...(next === undefined ? {} : { next: encodeCursor([next]) }) };
    },
  );
  app.get(
    "/open-items/due-loans",
    {
      ...reads("loans:read"),
      schema: {
        tags: ["bank"],
        security,
        operationId: "listDueLoans",
        summary: "即将到期贷款 / Open loans due within some days",
        querystring: Type.Object(
          { on: On, days: Type.Optional(Type.Integer({ minimum: 0, maximum: DUE_WITHIN_DAYS_MAX })), ...Paging },
          closed,
        ),
        response: { 200: PageOf(OpenLoan) },
      },
    },
    async (request) => {
      const { on = today(), days = DUE_WITHIN_DAYS, limit = PAGE_DEFAULT, cursor } = request.query;
      const after = decodeCursor(cursor, 1)?.[0];
      const of = { district, bank: bankOf(request), on, limit, after: after === undefined ? undefined : String(after) };
      const { loans, next } = await portfolio.ofBank({ ...of, open: true, dueFrom: on, dueTo: addDays(on, days) });
      return { items: loans.map(printed), ...(next === undefined ? {} : { next: encodeCursor([next]) }) };
    },
  );
}
