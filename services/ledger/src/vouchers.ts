import { accountsUnder, BOOKS, type Book } from "@huimin/books";
import { type IsoDate, shanghaiDate } from "@huimin/calendar";
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
import { parseNumber, VOUCHER_TYPES, type VoucherHead, type Vouchers, type VoucherType, type VoucherTypes } from "@huimin/vouchers";
import { Type } from "typebox";
import { AxesQuery, axesIn, PeriodQuery } from "./axes.ts";
import { ledgerErrors as errors } from "./errors.ts";
import { LineSchema } from "./printed.ts";
import { type Names, printVoucher, printVoucherHead, VoucherHeadSchema, VoucherSchema } from "./printed-vouchers.ts";

export interface VoucherRouteOptions {
  readonly vouchers: Vouchers;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly namesOf: (actors: readonly string[]) => Promise<Names>;
  /** The numbering that the district shows: policy parameter `voucher.types`. */
  readonly typesOn: (on: IsoDate) => Promise<VoucherTypes>;
}

const Query = Type.Object(
  {
    book: Type.Optional(Type.Enum([...BOOKS])),
    period: PeriodQuery,
    from: PeriodQuery,
    through: PeriodQuery,
    type: Type.Optional(Type.Enum([...VOUCHER_TYPES])),
    types: Type.Optional(Type.Enum(["single", "three"])),
    account: Type.Optional(Type.String({ maxLength: 40 })),
    maker: Type.Optional(Type.String({ maxLength: 128 })),
    reviewer: Type.Optional(Type.String({ maxLength: 128 })),
    ...AxesQuery,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
  },
  { additionalProperties: false },
);

const tags = ["vouchers"];
const security = [{ session: [] }, { bearer: [] }];
const read = { onRequest: needsRole(), preHandler: waitsForPosition };

export const peopleOf = (heads: readonly VoucherHead[]): string[] =>
  heads.flatMap(({ maker, reviewer }) => (reviewer === undefined ? [maker] : [maker, reviewer]));

/** 记账凭证: list, one by number or position. Register under `/api/v1`; any signed-in role may ask. */
export async function voucherRoutes(app: App, options: VoucherRouteOptions): Promise<void> {
  const { vouchers, district, clock, namesOf, typesOn } = options;
  const typesFor = async (type?: VoucherType, asked?: VoucherTypes): Promise<VoucherTypes> =>
    type !== undefined ? (type === "记" ? "single" : "three") : (asked ?? (await typesOn(shanghaiDate(clock()))));
  app.get(
    "/vouchers",
    {
      ...read,
      schema: { tags, security, summary: "记账凭证 / Vouchers", querystring: Query, response: { 200: PageOf(VoucherHeadSchema) } },
    },
    async (request) => {
      const { book, period, from, through, type, types, account, maker, reviewer, cursor, limit = PAGE_DEFAULT } = request.query;
      const accounts = account === undefined ? undefined : accountsUnder(account);
      if (accounts?.length === 0)
        throw new RefusalError({ code: errors.ACCOUNT_UNKNOWN, details: { account: account ?? "" }, path: "#querystring/account" });
      const numbering = await typesFor(type, types);
      const heads = await vouchers.list({
        district,
        book,
        from: period ?? from,
        through: period ?? through,
        type,
        types: numbering,
        accounts,
        maker,
        reviewer,
        ...axesIn(request.query),
        after: cursorOf(cursor),
        limit: limit + 1,
      });
      const names = await namesOf(peopleOf(heads));
      const page = pageOf(heads, limit, (head) => [head.book, head.period, head.type, head.number]);
      return { ...page, items: page.items.map((head) => printVoucherHead(head, names)) };
    },
  );
  app.get(
    "/vouchers/:voucher",
    {
      ...read,
      schema: {
        tags,
        security,
        summary: "一张凭证 / One voucher, by its number (记-2018-06-0012) or by the position of its event",
        params: Type.Object({ voucher: Type.String({ minLength: 1, maxLength: 40 }) }),
        querystring: Type.Object(MinPosition, { additionalProperties: false }),
        response: {
          200: Type.Object({ position: Type.Integer(), lines: Type.Array(LineSchema), vouchers: Type.Array(VoucherSchema) }),
        },
      },
    },
    async (request) => {
      const { voucher } = request.params;
      const found = await findVouchers(options, voucher);
      const [first] = found;
      if (first === undefined) throw new RefusalError({ code: errors.VOUCHER_MISSING, details: { voucher } });
      const names = await namesOf(peopleOf(found));
      const printed = found.map((one) => printVoucher(one, names));
      return { position: first.position, lines: printed.flatMap(({ entries }) => entries), vouchers: printed };
    },
  );
}

/** By number, or all of the event at a position. */
export async function findVouchers(options: Pick<VoucherRouteOptions, "vouchers" | "district" | "typesOn" | "clock">, text: string) {
  const { vouchers, district, typesOn, clock } = options;
  if (/^\d{1,15}$/.test(text)) return vouchers.at(district, Number(text), await typesOn(shanghaiDate(clock())));
  const number = parseNumber(text);
  if (number === undefined) throw new RefusalError({ code: errors.VOUCHER_NUMBER_INVALID, details: { voucher: text } });
  const found = await vouchers.find(district, number);
  return found === undefined ? [] : [found];
}

const cursorOf = (cursor: string | undefined) => {
  const key = decodeCursor(cursor, 4);
  if (key === undefined) return undefined;
  const [book, period, type, number] = key;
  return { book: book as Book, period: String(period), type: type as VoucherType, number: Number(number) };
};
