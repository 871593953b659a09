import { type BankPortfolio, loanFromEvents, type PortfolioLoan } from "@huimin/bank-portfolio";
import type { KnownAt } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import {
  type App,
  decodeCursor,
  encodeCursor,
  MinPosition,
  needsRole,
  PAGE_DEFAULT,
  PAGE_MAX,
  PageOf,
  RefusalError,
  waitsForPosition,
} from "@huimin/http";
import { loanStream } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";
import { AxesQuery, axesIn, knownDay } from "./axes.ts";
import { ledgerErrors as errors } from "./errors.ts";

export interface PortfolioOptions {
  readonly portfolio: BankPortfolio;
  readonly store: EventStore;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const LoanSchema = Type.Object({
  loan: Type.String(),
  bank: Type.String(),
  household: Type.Optional(Type.String()),
  village: Type.Optional(Type.String()),
  enterprise: Type.Optional(Type.String()),
  batch: Type.Optional(Type.String()),
  status: Type.String(),
  contractDate: Type.String(),
  firstDrawnOn: Type.String(),
  due: Type.String(),
  annualRate: Type.String(),
  method: Type.String(),
  drawn: Type.String(),
  openPrincipal: Type.String(),
  openInterest: Type.String(),
  topUpOf: Type.Optional(Type.String()),
  renewedInto: Type.Optional(Type.String()),
  misuseFrom: Type.Optional(Type.String()),
  overdueSince: Type.Optional(Type.String()),
  lastSettledTo: Type.Optional(Type.String()),
});

export interface LoanAtQuestion {
  readonly district: string;
  readonly loan: string;
  readonly on: string;
  readonly asOf?: string | undefined;
  readonly knownAt?: KnownAt | undefined;
}

/** A loan on both time axes, from its own stream: what had happened by `asOf`, as it was known then. */
export async function loanAt(store: EventStore, { district, loan, on, asOf, knownAt }: LoanAtQuestion): Promise<PortfolioLoan | undefined> {
  const { events } = await store.readStream(district, loanStream(loan));
  const known = (event: StoredEvent): boolean => {
    if (asOf !== undefined && event.valueDate > asOf) return false;
    if (knownAt === undefined) return true;
    if ("position" in knownAt) return event.position <= knownAt.position;
    return Temporal.Instant.compare(event.recordedAt, knownAt.instant) <= 0;
  };
  return loanFromEvents(loan, events.filter(known), on);
}

export const printLoan = ({ principal, interestOpen, drawn, ...loan }: PortfolioLoan) => ({
  ...loan,
  drawn: formatAmount(drawn),
  openPrincipal: formatAmount(principal),
  openInterest: formatAmount(interestOpen),
});

const Total = Type.Object({
  bank: Type.String(),
  loans: Type.Integer(),
  drawn: Type.String(),
  openPrincipal: Type.String(),
  openInterest: Type.String(),
  overduePrincipal: Type.String(),
});
const On = Type.Optional(Type.String({ format: "date", description: "day of the question; default today" }));
const closed = { additionalProperties: false } as const;
const tags = ["ledger"];
const security = [{ session: [] }, { bearer: [] }];
const read = { onRequest: needsRole(), preHandler: waitsForPosition };

/** Loans of every bank, for the offices. Register under `/api/v1`. */
export async function portfolioRoutes(app: App, { portfolio, store, district, clock }: PortfolioOptions): Promise<void> {
  const today = (): string => shanghaiDate(clock());
  app.get(
    "/loans",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "某银行的贷款 / Loans of a bank",
        querystring: Type.Object(
          {
            bank: Type.String({ maxLength: 64 }),
            on: On,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
            cursor: Type.Optional(Type.String({ maxLength: 512 })),
            ...MinPosition,
          },
          closed,
        ),
        response: { 200: PageOf(LoanSchema) },
      },
    },
    async (request) => {
      const { bank, on = today(), limit = PAGE_DEFAULT, cursor } = request.query;
      const after = decodeCursor(cursor, 1)?.[0];
      const page = await portfolio.ofBank({ district, bank, on, limit, after: after === undefined ? undefined : String(after) });
      return { items: page.loans.map(printLoan), ...(page.next === undefined ? {} : { next: encodeCursor([page.next]) }) };
    },
  );
  app.get(
    "/loans/:loan",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "一笔贷款 / One loan",
        params: Type.Object({ loan: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object(
          {
            on: On,
            ...AxesQuery,
          },
          closed,
        ),
        response: { 200: LoanSchema },
      },
    },
    async (request) => {
      const { loan } = request.params;
      const { asOf, knownAt } = axesIn(request.query);
      const on = request.query.on ?? asOf ?? knownDay(request.query["known-at"], today());
      const found =
        asOf === undefined && knownAt === undefined
          ? await portfolio.loan({ district, loan, on })
          : await loanAt(store, { district, loan, on, asOf, knownAt });
      if (!found) throw new RefusalError({ code: errors.LOAN_UNKNOWN_HERE, details: { loan } });
      return printLoan(found);
    },
  );
  app.get(
    "/portfolio",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "各银行贷款余额 / Totals of each bank",
        querystring: Type.Object({ on: On, ...MinPosition }, closed),
        response: { 200: Type.Object({ items: Type.Array(Total) }) },
      },
    },
    async (request) => ({
      items: (await portfolio.totals({ district, on: request.query.on ?? today() })).map((total) => ({
        bank: total.bank,
        loans: total.loans,
        drawn: formatAmount(total.drawn),
        openPrincipal: formatAmount(total.principal),
        openInterest: formatAmount(total.interestOpen),
        overduePrincipal: formatAmount(total.overduePrincipal),
      })),
    }),
  );
}
