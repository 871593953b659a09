import {
  ACCOUNTS,
  accountsUnder,
  BOOKS,
  type Books,
  DIMENSIONS,
  type Dimension,
  type DimsFilter,
  printAmount,
  type TrialBalanceQuestion,
} from "@huimin/books";
import { lastDayOfMonth, shanghaiDate } from "@huimin/calendar";
import {
  type App,
  decodeCursor,
  MinPosition,
  needsRole,
  PAGE_DEFAULT,
  PAGE_MAX,
  PageOf,
  pageOf,
  RefusalError,
  waitsForPosition,
} from "@huimin/http";
import { Type } from "typebox";
import { AxesQuery, axesIn, DateQuery, knownDay, PeriodQuery } from "./axes.ts";
import { ledgerErrors as errors } from "./errors.ts";
import {
  AccountSchema,
  accountMapping,
  BalanceSchema,
  LineSchema,
  MappingSchema,
  printAccount,
  printBalance,
  printLine,
} from "./printed.ts";

export interface LedgerOptions {
  readonly books: Books;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const security = [{ session: [] }, { bearer: [] }];
const tags = ["ledger"];
const closed = { additionalProperties: false } as const;
const read = { onRequest: needsRole(), preHandler: waitsForPosition };

const DimsQuery = Object.fromEntries(DIMENSIONS.map((name) => [name, Type.Optional(Type.String({ maxLength: 64 }))]));
const BookQuery = Type.Optional(Type.Enum([...BOOKS]));

type DimsInQuery = { readonly [K in Dimension]?: string };
const dimsIn = (query: DimsInQuery): DimsFilter =>
  Object.fromEntries(DIMENSIONS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));

/** Questions to the books (总账查询). Register under `/api/v1`; any signed-in role may ask. */
export async function ledgerRoutes(app: App, options: LedgerOptions): Promise<void> {
  const today = (): string => shanghaiDate(options.clock());
  app.get(
    "/accounts",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "科目表 / Chart of accounts",
        querystring: Type.Object({ "as-of": DateQuery, ...MinPosition }, closed),
        response: { 200: Type.Object({ items: Type.Array(AccountSchema) }) },
      },
    },
    async (request) => ({ items: ACCOUNTS.map((account) => printAccount(account, request.query["as-of"] ?? today())) }),
  );
  app.get(
    "/accounts/mapping",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "科目编号对照 / Codes of each account with their dates; with `from` and `to`, those that differ between two days",
        querystring: Type.Object({ from: DateQuery, to: DateQuery }, closed),
        response: { 200: Type.Object({ items: Type.Array(MappingSchema) }) },
      },
    },
    async (request) => ({ items: accountMapping(request.query) }),
  );
  balanceRoutes(app, options, today);
  journalRoutes(app, options);
}

function balanceRoutes(app: App, { books, district }: LedgerOptions, today: () => string): void {
  app.get(
    "/balances",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "余额 / Balances of an account, as of a value date and as known at a time",
        querystring: Type.Object(
          {
            account: Type.String({ maxLength: 40 }),
            by: Type.Optional(Type.String({ maxLength: 200, description: "dimensions, comma-separated" })),
            "before-transfers": Type.Optional(Type.Boolean({ description: "结转前: without the transfers at the end of the year (R8)" })),
            "fiscal-year": Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999, description: "movement of this year only" })),
            ...AxesQuery,
            ...DimsQuery,
          },
          closed,
        ),
        response: {
          200: Type.Object({
            accounts: Type.Array(AccountSchema),
            balance: BalanceSchema,
            details: Type.Optional(
              Type.Array(Type.Object({ account: AccountSchema, dims: Type.Record(Type.String(), Type.String()), balance: BalanceSchema })),
            ),
          }),
        },
      },
    },
    async (request) => {
      const query = request.query as DimsInQuery & {
        account: string;
        by?: string;
        "fiscal-year"?: number;
        "before-transfers"?: boolean;
        "as-of"?: string;
        "known-at"?: string;
      };
      const year = query["fiscal-year"];
      const onDate = query["as-of"] ?? (year === undefined ? knownDay(query["known-at"], today()) : `${year}-12-31`);
      const accounts = accountsUnder(query.account);
      const [account] = accounts;
      if (!account || !ACCOUNTS.includes(account))
        throw new RefusalError({ code: errors.ACCOUNT_UNKNOWN, details: { account: query.account }, path: "#querystring/account" });
      const printed = accounts.map((one) => printAccount(one, onDate));
      const question = {
        district,
        account: query.account,
        dims: dimsIn(query),
        year,
        beforeTransfers: query["before-transfers"],
        ...axesIn(query),
      };
      const by = DIMENSIONS.filter((name) => query.by?.split(",").includes(name));
      const balance = printBalance(account.book, await books.balance(question));
      if (query.by === undefined) return { accounts: printed, balance };
      const rows = await books.details({ ...question, by });
      const details = rows.map((row) => ({
        account: printAccount(row.account, onDate),
        dims: row.dims as Record<string, string>,
        balance: printBalance(row.account.book, row.balance),
      }));
      return { accounts: printed, balance, details };
    },
  );
  const Row = Type.Object({
    account: AccountSchema,
    opening: Type.String(),
    debit: Type.String(),
    credit: Type.String(),
    closing: Type.String(),
  });
  const Total = Type.Object({ debit: Type.String(), credit: Type.String() });
  app.get(
    "/trial-balance",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "试算平衡表 / Trial balance, by period or by value date",
        querystring: Type.Object({ book: BookQuery, from: PeriodQuery, through: PeriodQuery, since: DateQuery, ...AxesQuery }, closed),
        response: { 200: Type.Object({ rows: Type.Array(Row), totals: Type.Record(Type.String(), Total) }) },
      },
    },
    async (request) => {
      const { book, from, through, since } = request.query;
      const { asOf, ...known } = axesIn(request.query);
      // Printed as it was on the last day of the span: a closed period's trial balance is the same whenever it is asked for.
      const onDate = asOf ?? (through === undefined ? knownDay(request.query["known-at"], today()) : lastDayOfMonth(`${through}-01`));
      const span = asOf === undefined ? { from, through } : { asOf, since };
      const trial = await books.trialBalance({ district, book, ...known, ...span } as TrialBalanceQuestion);
      return {
        rows: trial.rows.map((row) => ({
          account: printAccount(row.account, onDate),
          opening: printAmount(row.account.book, row.opening),
          debit: printAmount(row.account.book, row.debit),
          credit: printAmount(row.account.book, row.credit),
          closing: printAmount(row.account.book, row.closing),
        })),
        totals: Object.fromEntries(
          BOOKS.map((name) => [
            name,
            { debit: printAmount(name, trial.totals[name].debit), credit: printAmount(name, trial.totals[name].credit) },
          ]),
        ),
      };
    },
  );
}

function journalRoutes(app: App, { books, district }: LedgerOptions): void {
  app.get(
    "/journal",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "分录 / Journal lines by dimension",
        querystring: Type.Object(
          {
            ...AxesQuery,
            ...DimsQuery,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
            cursor: Type.Optional(Type.String({ maxLength: 64 })),
          },
          closed,
        ),
        response: { 200: PageOf(Type.Object({ position: Type.Integer(), lines: Type.Array(LineSchema) })) },
      },
    },
    async (request) => {
      const query = request.query as DimsInQuery & { limit?: number; cursor?: string; "as-of"?: string; "known-at"?: string };
      const limit = query.limit ?? PAGE_DEFAULT;
      const after = Number(decodeCursor(query.cursor, 1)?.[0] ?? 0);
      const lines = await books.journal({
        district,
        anyOf: [dimsIn(query)],
        after,
        limit: limit + 1,
        wholeVouchers: true,
        ...axesIn(query),
      });
      const vouchers = Map.groupBy(lines, (line) => line.position);
      return pageOf(
        [...vouchers].map(([position, of]) => ({ position, lines: of.map(printLine) })),
        limit,
        (voucher) => [voucher.position],
      );
    },
  );
}
