import { addDays, shanghaiDate } from "@huimin/calendar";
import { type App, needsRole, waitsForPosition } from "@huimin/http";
import { ageing, deskDays, reconciliationState } from "@huimin/reconciliation-view";
import { printAgeing, printDayRow, printState } from "./printed.ts";
import {
  accountDay,
  accountSource,
  banksOf,
  claimsOf,
  filtered,
  listedClaims,
  listedDesk,
  listedPortfolio,
  listedUnclaimed,
  portfolioOf,
  type ReadingSources,
} from "./reading.ts";
import {
  Ageing,
  AskClaims,
  AskDays,
  AskDifferences,
  AskMatches,
  AskMonth,
  AskOn,
  AskPortfolio,
  AskUnclaimedOfBanks,
  ClaimDifferences,
  DAYS_DEFAULT,
  DaysOfDesk,
  DeskDifferences,
  Matches,
  OfBank,
  OfBankQuarter,
  OfDesk,
  PortfolioDifferences,
  States,
  Unclaimed,
} from "./schemas.ts";

export interface ReconciliationOptions extends ReadingSources {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const read = { onRequest: needsRole(), preHandler: waitsForPosition };
const schema = { tags: ["reconciliation"], security: [{ session: [] }, { bearer: [] }] };

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
        ...schema,
        summary: "专户对账状态 / Where each fund account stands at the end of a month",
        querystring: AskMonth,
        response: { 200: States },
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
      schema: { ...schema, summary: "差异账龄 / Open differences by age", querystring: AskOn, response: { 200: Ageing } },
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
        ...schema,
        summary: "逐日对账状态 / Days of a fund account",
        params: OfDesk,
        querystring: AskDays,
        response: { 200: DaysOfDesk },
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
        ...schema,
        summary: "差异清单 / Differences of a fund account at the end of a day",
        params: OfDesk,
        querystring: AskDifferences,
        response: { 200: DeskDifferences },
      },
    },
    async (request) => {
      const { day = today(), ...filter } = request.query;
      return listedDesk(await accountDay(options, accountSource(options, request.params.desk), day), filter, "office");
    },
  );
  app.get(
    "/reconciliation/desks/:desk/matches",
    {
      ...read,
      schema: {
        ...schema,
        summary: "已勾对 / What is matched and not yet settled by a closed day",
        params: OfDesk,
        querystring: AskMatches,
        response: { 200: Matches },
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
        ...schema,
        summary: "贷款余额对账 / A bank's portfolio file against our loans as of its day",
        params: OfBank,
        querystring: AskPortfolio,
        response: { 200: PortfolioDifferences },
      },
    },
    async (request) => {
      const { day, ...filter } = request.query;
      return listedPortfolio(await portfolioOf(options, request.params.bank, day, today()), filter, "office");
    },
  );
  app.get(
    "/reconciliation/claims/:bank/:quarter",
    {
      ...read,
      schema: {
        ...schema,
        summary: "贴息申报核对 / A bank's claim against interest and subsidy computed again",
        params: OfBankQuarter,
        querystring: AskClaims,
        response: { 200: ClaimDifferences },
      },
    },
    async (request) => {
      const { bank, quarter } = request.params;
      return listedClaims(await claimsOf(options, bank, quarter, today()), request.query, "office");
    },
  );
  app.get(
    "/reconciliation/unclaimed-subsidies",
    {
      ...read,
      schema: {
        ...schema,
        summary: "应报未报贴息 / Subsidies that a bank could claim and never claimed, of quarters that are over",
        description: "Of one bank or of all, by bank, loan and quarter. A page may have fewer items than `limit` and still a `next`.",
        querystring: AskUnclaimedOfBanks,
        response: { 200: Unclaimed },
      },
    },
    async (request) => {
      const { on = today(), bank, ...page } = request.query;
      const banks = await banksOf(options, on, bank);
      return listedUnclaimed(options, { ...page, banks, on }, "office");
    },
  );
}
