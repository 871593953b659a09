import type { BankPortfolio, PortfolioLoan } from "@huimin/bank-portfolio";
import { shanghaiDate } from "@huimin/calendar";
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
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";
import { ledgerErrors as errors } from "./errors.ts";

export interface PortfolioOptions {
  readonly portfolio: BankPortfolio;
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

const printed = ({ principal, interestOpen, drawn, ...loan }: PortfolioLoan) => ({
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
export async function portfolioRoutes(app: App, { portfolio, district, clock }: PortfolioOptions): Promise<void> {
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
      return { items: page.loans.map(printed), ...(page.next === undefined ? {} : { next: encodeCursor([page.next]) }) };
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
        querystring: Type.Object({ on: On, ...MinPosition }, closed),
        response: { 200: LoanSchema },
      },
    },
    async (request) => {
      const { loan } = request.params;
      const found = await portfolio.loan({ district, loan, on: request.query.on ?? today() });
      if (!found) throw new RefusalError({ code: errors.LOAN_UNKNOWN_HERE, details: { loan } });
      return printed(found);
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
