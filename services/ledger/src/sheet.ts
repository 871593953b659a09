import { shanghaiDate } from "@huimin/calendar";
import { type HouseholdSheet, type HouseholdSheets, printFigures } from "@huimin/household-sheet";
import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";
import { axesIn } from "./axes.ts";
import { ledgerErrors as errors } from "./errors.ts";
import { printLine } from "./printed.ts";

export interface SheetRouteOptions {
  readonly sheets: HouseholdSheets;
  readonly district: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** A household's sheet as it leaves the product: amounts as text, names and accounts masked. */
export const printSheet = (sheet: HouseholdSheet) => ({
  household: sheet.household,
  ...(sheet.village === undefined ? {} : { village: sheet.village }),
  status: sheet.status,
  members: sheet.members,
  accounts: sheet.accounts,
  figures: printFigures(sheet.figures),
  loans: sheet.loans.map((loan) => ({
    ...loan,
    drawn: formatAmount(loan.drawn),
    principal: formatAmount(loan.principal),
    interestOpen: formatAmount(loan.interestOpen),
  })),
  interest: sheet.interest.map((one) => ({ ...one, amount: formatAmount(one.amount) })),
  subsidies: sheet.subsidies.map((one) => ({
    ...one,
    accrued: formatAmount(one.accrued),
    paid: formatAmount(one.paid),
    clawedBack: formatAmount(one.clawedBack),
  })),
  entitlements: sheet.entitlements.map(({ payouts, ...one }) => ({
    ...one,
    entitled: formatAmount(one.entitled),
    payable: formatAmount(one.payable),
    inTransit: formatAmount(one.inTransit),
    paid: formatAmount(one.paid),
    awaitingReissue: formatAmount(one.awaitingReissue),
    unclaimed: formatAmount(one.unclaimed),
    payouts: payouts.map((payout) => ({ ...payout, amount: formatAmount(payout.amount) })),
  })),
  otherHelp: sheet.otherHelp.map(({ amount, ...one }) => ({ ...one, ...(amount === undefined ? {} : { amount: formatAmount(amount) }) })),
  pairings: sheet.pairings,
  carriers: sheet.carriers,
  lines: sheet.lines.map(printLine),
  timeline: sheet.timeline,
});

/** 一户全貌: everything of one household, as of a value date and as known at a time. Register under `/api/v1`. */
export async function sheetRoutes(app: App, { sheets, district, clock }: SheetRouteOptions): Promise<void> {
  app.get(
    "/households/:household/sheet",
    {
      onRequest: needsRole(),
      preHandler: waitsForPosition,
      schema: {
        tags: ["ledger"],
        security: [{ session: [] }, { bearer: [] }],
        summary: "一户全貌 / Everything of one household",
        params: Type.Object({ household: Type.String({ minLength: 1, maxLength: 64 }) }),
        querystring: Type.Object(
          {
            "as-of": Type.Optional(Type.String({ format: "date" })),
            "known-at": Type.Optional(Type.String({ maxLength: 40 })),
            ...MinPosition,
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async (request) => {
      const { household } = request.params;
      const sheet = await sheets.sheet({ district, household, today: shanghaiDate(clock()), ...axesIn(request.query) });
      if (sheet.status === "unknown" && sheet.lines.length === 0)
        throw new RefusalError({ code: errors.HOUSEHOLD_NOT_FOUND, details: { household } });
      return printSheet(sheet);
    },
  );
}
