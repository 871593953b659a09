import { createBankPortfolio } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import { addDays, shanghaiDate } from "@huimin/calendar";
import type { EventStore } from "@huimin/event-store";
import { type App, waitsForPosition } from "@huimin/http";
import { withBank } from "@huimin/projector";
import { deskDays, fundAccounts } from "@huimin/reconciliation-view";
import type { FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { printDayRow } from "./printed.ts";
import {
  accountDay,
  accountSource,
  claimsOf,
  listedClaims,
  listedDesk,
  listedPortfolio,
  listedUnclaimed,
  portfolioOf,
  type ReadingSources,
} from "./reading.ts";
import {
  AskClaims,
  AskDays,
  AskDifferences,
  AskPortfolio,
  AskUnclaimed,
  ClaimDifferences,
  DAYS_DEFAULT,
  DaysOfBank,
  DeskDifferences,
  OfDesk,
  OfQuarter,
  PortfolioDifferences,
  Unclaimed,
} from "./schemas.ts";

export interface BankReconciliationOptions {
  /** As the role `huimin_bank_gateway`, to which the tables' policies apply. */
  readonly pool: Pool;
  /** The office's: asked for the balances of loans that the bank's own portfolio lists, and of no others. */
  readonly books: Books;
  /** The log as a bank may see it. */
  readonly logOf: (bank: string) => Pick<EventStore, "readStreams">;
  readonly district: string;
  readonly clock: () => number;
  /** The bank that the scope's guard let in. */
  readonly bankOf: (request: FastifyRequest) => string;
}

/** Days of all accounts of a bank in one answer. */
const ACCOUNTS_MAX = 20;

/**
 * What a bank asks about its own accounts, loans and claims. Every question runs in the bank's transaction: row-level security
 * shows it its rows, whatever the address says. Register under `/bank/v1`.
 */
export async function bankReconciliationRoutes(app: App, options: BankReconciliationOptions): Promise<void> {
  const { pool, books, logOf, district, clock, bankOf } = options;
  const portfolio = createBankPortfolio(pool);
  const today = (): string => shanghaiDate(clock());
  // One transaction a statement: a question that also asks books and portfolio must not hold a connection while it waits for another.
  const ofBank = (bank: string): ReadingSources => ({
    db: { query: (text, values) => withBank(pool, district, bank, (client) => client.query(text, values)) },
    books,
    portfolio,
    store: logOf(bank),
    district,
  });
  const inBank = <T>(bank: string, work: (sources: ReadingSources) => Promise<T>): Promise<T> =>
    withBank(pool, district, bank, (client) => work({ ...ofBank(bank), db: client }));
  const common = { config: { bankScope: "reconciliation:read" }, preHandler: waitsForPosition };
  const schema = { tags: ["bank reconciliation"], security: [{ signature: [] }] };
  app.get(
    "/reconciliation/days",
    {
      ...common,
      schema: {
        ...schema,
        operationId: "listReconciliationDays",
        summary: "本行账户逐日对账状态 / Statement days of the bank's accounts",
        querystring: AskDays,
        response: { 200: DaysOfBank },
      },
    },
    async (request) => {
      const { to = today(), from = addDays(to, -DAYS_DEFAULT) } = request.query;
      const bank = bankOf(request);
      return inBank(bank, async (sources) => {
        const items = [];
        for (const { account } of (await fundAccounts(sources.db, district, to)).slice(0, ACCOUNTS_MAX)) {
          const source = accountSource(sources, `${account}-${bank}`, bank);
          const rows = await deskDays(sources.db, source, { from, through: to });
          items.push({ desk: source.desk, days: rows.map((row) => printDayRow(row, "bank")) });
        }
        return { items };
      });
    },
  );
  app.get(
    "/reconciliation/desks/:desk/differences",
    {
      ...common,
      schema: {
        ...schema,
        operationId: "listReconciliationDifferences",
        summary: "本行账户差异 / Differences of one of the bank's accounts",
        params: OfDesk,
        querystring: AskDifferences,
        response: { 200: DeskDifferences },
      },
    },
    async (request) => {
      const { day = today(), ...filter } = request.query;
      const bank = bankOf(request);
      const found = await inBank(bank, (sources) => accountDay(sources, accountSource(sources, request.params.desk, bank), day));
      return listedDesk(found, filter, "bank");
    },
  );
  app.get(
    "/reconciliation/portfolio",
    {
      ...common,
      schema: {
        ...schema,
        operationId: "listPortfolioDifferences",
        summary: "本行贷款余额差异 / Differences of the bank's portfolio file",
        querystring: AskPortfolio,
        response: { 200: PortfolioDifferences },
      },
    },
    async (request) => {
      const { day, ...filter } = request.query;
      return listedPortfolio(await portfolioOf(ofBank(bankOf(request)), bankOf(request), day, today()), filter, "bank");
    },
  );
  app.get(
    "/reconciliation/claims/:quarter",
    {
      ...common,
      schema: {
        ...schema,
        operationId: "listClaimDifferences",
        summary: "本行贴息申报差异 / Differences of the bank's claim",
        params: OfQuarter,
        querystring: AskClaims,
        response: { 200: ClaimDifferences },
      },
    },
    async (request) => {
      const bank = bankOf(request);
      return listedClaims(await claimsOf(ofBank(bank), bank, request.params.quarter, today()), request.query, "bank");
    },
  );
  app.get(
    "/reconciliation/unclaimed-subsidies",
    {
      ...common,
      schema: {
        ...schema,
        operationId: "listUnclaimedSubsidies",
        summary: "本行应报未报贴息 / Subsidies that the bank could claim and never claimed, of quarters that are over",
        description: "By loan and quarter. A page may have fewer items than `limit` and still a `next`.",
        querystring: AskUnclaimed,
        response: { 200: Unclaimed },
      },
    },
    async (request) => {
      const { on = today(), ...page } = request.query;
      const bank = bankOf(request);
      return listedUnclaimed(ofBank(bank), { ...page, banks: [bank], on }, "bank");
    },
  );
}
