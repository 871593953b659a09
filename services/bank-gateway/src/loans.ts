import type { BankPortfolio, PortfolioLoan } from "@huimin/bank-portfolio";
import { shanghaiDate } from "@huimin/calendar";
import {
  type App,
  decodeCursor,
  encodeCursor,
  MinPosition,
  PAGE_DEFAULT,
  PAGE_MAX,
  PageOf,
  RefusalError,
  waitsForPosition,
} from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { declareErrors } from "@huimin/outcome";
import { Type } from "typebox";
import { bankOf } from "./authenticate.ts";

export const portfolioErrors = declareErrors({
  LOAN_NOT_IN_PORTFOLIO: {
    zh: "本行名下没有贷款 {loan}。",
    en: "This bank has no loan {loan}.",
    remedyZh: "核对贷款编号；刚发送的业务请带上答复中的 position 作为 min-position 再查。",
    remedyEn: "Check the number; to see a message just sent, ask with its answer's position as min-position.",
    kind: "missing",
  },
});

const DateText = Type.String({ format: "date" });
const LoanSchema = Type.Object({
  loan: Type.String(),
  household: Type.Optional(Type.String()),
  village: Type.Optional(Type.String()),
  enterprise: Type.Optional(Type.String()),
  batch: Type.Optional(Type.String()),
  status: Type.String({ description: "performing, overdue, settled, renewed, cancelled" }),
  contractDate: Type.String(),
  firstDrawnOn: Type.String(),
  due: Type.String(),
  annualRate: Type.String({ description: "percent a year, in force on the day of the question" }),
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

const printed = ({ bank: _, principal, interestOpen, drawn, ...loan }: PortfolioLoan) => ({
  ...loan,
  drawn: formatAmount(drawn),
  openPrincipal: formatAmount(principal),
  openInterest: formatAmount(interestOpen),
});

const closed = { additionalProperties: false } as const;
const On = Type.Optional(Type.String({ format: "date", description: "day of the question; default today" }));
const Name = Type.Optional(Type.String({ minLength: 1, maxLength: 64 }));
const Status = Type.Optional(Type.Enum(["performing", "overdue", "settled", "renewed", "cancelled"]));

/** A bank's own loans. The database role sees this bank's rows only, whatever the query says. Register under `/bank/v1`. */
export async function bankLoanRoutes(
  app: App,
  options: { readonly now: () => number; readonly portfolio: BankPortfolio; readonly district: string },
): Promise<void> {
  const { portfolio, district } = options;
  const common = { config: { bankScope: "loans:read" }, preHandler: waitsForPosition };
  const tags = ["bank"];
  const security = [{ signature: [] }];
  app.get(
    "/loans",
    {
      ...common,
      schema: {
        tags,
        security,
        operationId: "listLoans",
        summary: "本行贷款 / The bank's own loans",
        querystring: Type.Object(
          {
            on: On,
            status: Status,
            household: Name,
            village: Name,
            enterprise: Name,
            batch: Name,
            model: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: "1 分贷统还, 2 企贷增收, 3 自贷创业" })),
            dueFrom: Type.Optional(DateText),
            dueTo: Type.Optional(DateText),
            open: Type.Optional(Type.Boolean({ description: "principal is open" })),
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
      const { on = shanghaiDate(options.now()), limit = PAGE_DEFAULT, cursor, "min-position": _, model, ...filter } = request.query;
      const after = decodeCursor(cursor, 1)?.[0];
      const page = await portfolio.ofBank({
        district,
        bank: bankOf(request),
        on,
        ...filter,
        model: model as 1 | 2 | 3 | undefined,
        limit,
        after: after === undefined ? undefined : String(after),
      });
      return { items: page.loans.map(printed), ...(page.next === undefined ? {} : { next: encodeCursor([page.next]) }) };
    },
  );
  app.get(
    "/loans/:loan",
    {
      ...common,
      schema: {
        tags,
        security,
        operationId: "getLoan",
        summary: "一笔贷款 / One of the bank's loans",
        params: Type.Object({ loan: Type.String({ minLength: 1, maxLength: 64 }) }),
        querystring: Type.Object({ on: Type.Optional(DateText), ...MinPosition }, closed),
        response: { 200: LoanSchema },
      },
    },
    async (request) => {
      const { loan } = request.params;
      const found = await portfolio.loan({ district, loan, on: request.query.on ?? shanghaiDate(options.now()), bank: bankOf(request) });
      if (!found) throw new RefusalError({ code: portfolioErrors.LOAN_NOT_IN_PORTFOLIO, details: { loan } });
      return printed(found);
    },
  );
}
