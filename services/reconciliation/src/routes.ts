import { addDays, shanghaiDate } from "@huimin/calendar";
import { type App, MinPosition, needsRole, PageQuery, waitsForPosition } from "@huimin/http";
import { ageing, deskDays, reconciliationState } from "@huimin/reconciliation-view";
import { Type } from "typebox";
import {
  AgeingSchema,
  ClaimDifferenceSchema,
  ClaimsSummary,
  DayRowSchema,
  DeskSummary,
  DifferenceSchema,
  PortfolioDifferenceSchema,
  PortfolioSummary,
  printAgeing,
  printClaimDifference,
  printClaims,
  printDayRow,
  printDesk,
  printDifference,
  printPortfolio,
  printPortfolioDifference,
  printState,
  StateSchema,
} from "./printed.ts";
import { accountDay, accountSource, claimsOf, filtered, portfolioOf, type ReadingSources } from "./reading.ts";

export interface ReconciliationOptions extends ReadingSources {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const tags = ["reconciliation"];
const security = [{ session: [] }, { bearer: [] }];
const closed = { additionalProperties: false } as const;
const read = { onRequest: needsRole(), preHandler: waitsForPosition };

export const Day = Type.Optional(Type.String({ format: "date", description: "end of this day; default today" }));
export const Filter = {
  status: Type.Optional(Type.Enum(["unexplained", "explained", "timing", "resolved"])),
  kind: Type.Optional(Type.Enum(["bank-only", "book-only", "amount", "date", "timing", "missing-here", "missing-at-bank", "differs"])),
  bucket: Type.Optional(Type.Enum(["0-3", "4-10", "11-30", ">30"])),
  ...PageQuery,
  ...MinPosition,
};
export const Desk = Type.Object({ desk: Type.String({ minLength: 3, maxLength: 80, examples: ["1002.03-K1"] }) });
export const Quarter = Type.String({ pattern: "^\\d{4}Q[1-4]$" });
const Bank = Type.String({ minLength: 1, maxLength: 64 });
const Month = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" });

export const DayRange = {
  from: Type.Optional(Type.String({ format: "date", description: "default 30 days before" })),
  to: Day,
  ...MinPosition,
};
/** Days of a list where nobody says from when. */
export const DAYS_DEFAULT = 30;

/** A list with what it is the list of. */
export const ListOf = <T extends ReturnType<typeof Type.Object>>(summary: object, item: T) =>
  Type.Object({ ...summary, items: Type.Array(item), next: Type.Optional(Type.String()) });

/** What the office asks. Register under `/api/v1`; any signed-in role may ask. */
export async function reconciliationRoutes(app: App, options: ReconciliationOptions): Promise<void> {
  const today = (): string => shanghaiDate(options.clock());
  stateRoutes(app, options, today);
  deskRoutes(app, options, today);
  fileRoutes(app, options, today);
}

function stateRoutes(app: App, { db, district }: ReconciliationOptions, today: () => string): void {
  app.get(
    "/reconciliation/fund-accounts",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "专户对账状态 / Where each fund account stands at the end of a month",
        querystring: Type.Object({ month: Type.Optional(Month), ...MinPosition }, closed),
        response: { 200: Type.Object({ month: Type.String(), items: Type.Array(StateSchema) }) },
      },
    },
    async (request) => {
      const month = request.query.month ?? today().slice(0, 7);
      return { month, items: (await reconciliationState(db, { district, month })).map(printState) };
    },
  );
  app.get(
    "/reconciliation/ageing",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "差异账龄 / Open differences by age",
        querystring: Type.Object({ on: Day, ...MinPosition }, closed),
        response: { 200: Type.Object({ on: Type.String(), items: Type.Array(AgeingSchema) }) },
      },
    },
    async (request) => {
      const on = request.query.on ?? today();
      return { on, items: (await ageing(db, district, on)).map(printAgeing) };
    },
  );
}

function deskRoutes(app: App, options: ReconciliationOptions, today: () => string): void {
  app.get(
    "/reconciliation/desks/:desk/days",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "逐日对账状态 / Days of a fund account",
        params: Desk,
        querystring: Type.Object(DayRange, closed),
        response: { 200: Type.Object({ desk: Type.String(), items: Type.Array(DayRowSchema) }) },
      },
    },
    async (request) => {
      const { to = today(), from = addDays(to, -DAYS_DEFAULT) } = request.query;
      const source = accountSource(options, request.params.desk);
      const rows = await deskDays(options.db, source, { from, through: to });
      return { desk: source.desk, items: rows.map((row) => printDayRow(row, "office")) };
    },
  );
  app.get(
    "/reconciliation/desks/:desk/differences",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "差异清单 / Differences of a fund account at the end of a day",
        params: Desk,
        querystring: Type.Object({ day: Day, ...Filter }, closed),
        response: { 200: ListOf(DeskSummary, DifferenceSchema) },
      },
    },
    async (request) => {
      const { day = today(), ...filter } = request.query;
      const found = await accountDay(options, accountSource(options, request.params.desk), day);
      const { items, next } = filtered(found.differences, filter);
      return { ...printDesk(found), items: items.map((one) => printDifference(one, "office")), ...(next === undefined ? {} : { next }) };
    },
  );
  app.get(
    "/reconciliation/desks/:desk/matches",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "已勾对 / What is matched and not yet settled by a closed day",
        params: Desk,
        querystring: Type.Object({ day: Day, ...PageQuery, ...MinPosition }, closed),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Type.String(),
                rule: Type.String(),
                match: Type.Optional(Type.String()),
                bank: Type.Array(Type.String()),
                book: Type.Array(Type.String()),
                daysApart: Type.Integer(),
              }),
            ),
            next: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { day = today(), ...page } = request.query;
      const found = await accountDay(options, accountSource(options, request.params.desk), day);
      const rows = found.matches.map((one) => ({ ...one, id: one.bank[0] ?? one.book[0] ?? "", status: "", bucket: "" }));
      const { items, next } = filtered(rows, page);
      return {
        items: items.map(({ status: _, bucket: __, bank, book, ...one }) => ({ ...one, bank: [...bank], book: [...book] })),
        ...(next === undefined ? {} : { next }),
      };
    },
  );
}

function fileRoutes(app: App, options: ReconciliationOptions, today: () => string): void {
  app.get(
    "/reconciliation/portfolios/:bank",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "贷款余额对账 / A bank's portfolio file against our loans as of its day",
        params: Type.Object({ bank: Bank }),
        querystring: Type.Object(
          { day: Type.Optional(Type.String({ format: "date", description: "default: the last file" })), ...Filter },
          closed,
        ),
        response: { 200: ListOf(PortfolioSummary, PortfolioDifferenceSchema) },
      },
    },
    async (request) => {
      const { day, ...filter } = request.query;
      const found = await portfolioOf(options, request.params.bank, day, today());
      const { items, next } = filtered(found.differences, filter);
      return {
        ...printPortfolio(found),
        items: items.map((one) => printPortfolioDifference(one, "office")),
        ...(next === undefined ? {} : { next }),
      };
    },
  );
  app.get(
    "/reconciliation/claims/:bank/:quarter",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "贴息申报核对 / A bank's claim against interest and subsidy computed again",
        params: Type.Object({ bank: Bank, quarter: Quarter }),
        querystring: Type.Object(Filter, closed),
        response: { 200: ListOf(ClaimsSummary, ClaimDifferenceSchema) },
      },
    },
    async (request) => {
      const { bank, quarter } = request.params;
      const found = await claimsOf(options, bank, quarter, today());
      const { items, next } = filtered(found.differences, request.query);
      return {
        ...printClaims(found),
        items: items.map((one) => printClaimDifference(one, found, "office")),
        ...(next === undefined ? {} : { next }),
      };
    },
  );
}
