import { MinPosition, PageQuery } from "@huimin/http";
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
  StateSchema,
  UnclaimedSchema,
} from "./printed.ts";

/* What the office and the banks ask and are answered: the same questions, each about what it may see. */

const closed = { additionalProperties: false } as const;

const Day = Type.Optional(Type.String({ format: "date", description: "end of this day; default today" }));
const Quarter = Type.String({ pattern: "^\\d{4}Q[1-4]$" });
const Bank = Type.String({ minLength: 1, maxLength: 64 });
const Month = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" });

const Filter = {
  status: Type.Optional(Type.Enum(["unexplained", "explained", "timing", "resolved"])),
  kind: Type.Optional(Type.Enum(["bank-only", "book-only", "amount", "date", "timing", "missing-here", "missing-at-bank", "differs"])),
  bucket: Type.Optional(Type.Enum(["0-3", "4-10", "11-30", ">30"])),
  ...PageQuery,
  ...MinPosition,
};

export const OfDesk = Type.Object({ desk: Type.String({ minLength: 3, maxLength: 80, examples: ["1002.03-K1"] }) });
export const OfBank = Type.Object({ bank: Bank });
export const OfQuarter = Type.Object({ quarter: Quarter });
export const OfBankQuarter = Type.Object({ bank: Bank, quarter: Quarter });

/** Days of a list where nobody says from when. */
export const DAYS_DEFAULT = 30;
export const AskDays = Type.Object(
  { from: Type.Optional(Type.String({ format: "date", description: "default 30 days before" })), to: Day, ...MinPosition },
  closed,
);
export const AskDifferences = Type.Object({ day: Day, ...Filter }, closed);
export const AskMatches = Type.Object({ day: Day, ...PageQuery, ...MinPosition }, closed);
export const AskPortfolio = Type.Object(
  { day: Type.Optional(Type.String({ format: "date", description: "default: the last file" })), ...Filter },
  closed,
);
export const AskClaims = Type.Object(Filter, closed);
export const AskOn = Type.Object({ on: Day, ...MinPosition }, closed);
export const AskMonth = Type.Object({ month: Type.Optional(Month), ...MinPosition }, closed);
export const AskUnclaimed = Type.Object({ on: Day, quarter: Type.Optional(Quarter), ...PageQuery, ...MinPosition }, closed);
export const AskUnclaimedOfBanks = Type.Object({ ...AskUnclaimed.properties, bank: Type.Optional(Bank) }, closed);

/** A list with what it is the list of. */
const ListOf = <T extends ReturnType<typeof Type.Object>>(summary: object, item: T) =>
  Type.Object({ ...summary, items: Type.Array(item), next: Type.Optional(Type.String()) });

export const States = Type.Object({ month: Type.String(), items: Type.Array(StateSchema) });
export const Ageing = Type.Object({ on: Type.String(), items: Type.Array(AgeingSchema) });
export const DaysOfDesk = Type.Object({ desk: Type.String(), items: Type.Array(DayRowSchema) });
export const DaysOfBank = Type.Object({ items: Type.Array(Type.Object({ desk: Type.String(), days: Type.Array(DayRowSchema) })) });
export const DeskDifferences = ListOf(DeskSummary, DifferenceSchema);
export const PortfolioDifferences = ListOf(PortfolioSummary, PortfolioDifferenceSchema);
export const ClaimDifferences = ListOf(ClaimsSummary, ClaimDifferenceSchema);
export const Unclaimed = ListOf({ on: Type.String() }, UnclaimedSchema);
export const Matches = ListOf(
  {},
  Type.Object({
    id: Type.String(),
    rule: Type.String(),
    match: Type.Optional(Type.String()),
    bank: Type.Array(Type.String()),
    book: Type.Array(Type.String()),
    daysApart: Type.Integer(),
  }),
);
