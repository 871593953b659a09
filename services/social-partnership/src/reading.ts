import type { Fold, RecordedEvent } from "@huimin/decider";
import { donationErrors } from "@huimin/donation";
import {
  balanceOf,
  donationFold,
  donationStream,
  enterpriseFundFold,
  enterpriseFundStream,
  helpFold,
  honourFold,
  honourStream,
  pairingStream,
  purposesOf,
  workshopFold,
  workshopStream,
} from "@huimin/donation/events";
import type { EventStore } from "@huimin/event-store";
import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import { formatAmount } from "@huimin/money";
import { Type } from "typebox";
import { Donations, printDonation } from "./donors.ts";

export interface SocialPartnershipReading {
  readonly store: EventStore;
  readonly district: string;
}

const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const Text = Type.String();
const common = { tags: ["social partnership"], security: [{ session: [] }, { bearer: [] }], querystring: Type.Object({ ...MinPosition }) };
const guards = { onRequest: needsRole(), preHandler: waitsForPosition };

async function folded<S>({ store, district }: SocialPartnershipReading, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}

const Money = {
  received: Text,
  spent: Text,
  refunded: Text,
  unspent: Text,
  goodsReceived: Text,
  goodsInStock: Text,
};

/** 捐赠人名单 and one donation. */
function donationRoutes(app: App, options: SocialPartnershipReading): void {
  const donations = new Donations(options.store, options.district);
  app.get(
    "/donors",
    {
      ...guards,
      schema: {
        ...common,
        summary: "捐赠人名单 / Donors, what they gave and what is left of it",
        response: { 200: Type.Object({ items: Type.Array(Type.Object({ donor: Text, donations: Type.Integer(), ...Money })) }) },
      },
    },
    async () => ({ items: await donations.donors() }),
  );
  app.get(
    "/donations/:donation",
    {
      ...guards,
      schema: {
        ...common,
        summary: "一笔捐赠 / One donation",
        params: Type.Object({ donation: Id }),
        response: {
          200: Type.Object({
            donation: Text,
            donor: Text,
            ...Money,
            purposes: Type.Array(Type.Object({ purpose: Text, balance: Text })),
            entries: Type.Array(
              Type.Object({ entry: Type.Integer(), type: Text, valueDate: Text, reversed: Type.Boolean(), details: Type.Unknown() }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { donation } = request.params;
      const state = await folded(options, donationStream(donation), donationFold);
      if (state.donation === undefined) throw new RefusalError({ code: donationErrors.DONATION_UNKNOWN, details: { donation } });
      const { received, spent, refunded, unspent, goodsReceived, goodsInStock } = printDonation(state);
      return {
        donation,
        donor: state.donor ?? "",
        received: formatAmount(received),
        spent: formatAmount(spent),
        refunded: formatAmount(refunded),
        unspent: formatAmount(unspent),
        goodsReceived: formatAmount(goodsReceived),
        goodsInStock: formatAmount(goodsInStock),
        purposes: purposesOf(state).map((purpose) => ({ purpose, balance: formatAmount(balanceOf(state, purpose)) })),
        entries: state.entries.map(({ entry, type, valueDate, reversed, payload }) => ({
          entry,
          type,
          valueDate,
          reversed,
          details: payload,
        })),
      };
    },
  );
}

/** 光荣榜 of a year: who stands on it. */
function honourRoutes(app: App, options: SocialPartnershipReading): void {
  app.get(
    "/honours/:year",
    {
      ...guards,
      schema: {
        ...common,
        summary: "光荣榜 / Honour roll of a year",
        params: Type.Object({ year: Type.Integer({ minimum: 2000, maximum: 2999 }) }),
        response: {
          200: Type.Object({
            year: Type.Integer(),
            items: Type.Array(
              Type.Object({
                honour: Text,
                party: Text,
                partyKind: Text,
                grade: Type.Optional(Text),
                document: Type.Optional(Text),
                on: Text,
                amount: Type.Optional(Text),
                donation: Type.Optional(Text),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { year } = request.params;
      const { honours } = await folded(options, honourStream(year), honourFold);
      return {
        year,
        items: honours
          .filter(({ revokedOn }) => revokedOn === undefined)
          .map(({ honour, party, partyKind, grade, document, on, cash }) => ({
            ...{ honour, party, partyKind, on },
            ...(grade === undefined ? {} : { grade }),
            ...(document === undefined ? {} : { document }),
            ...(cash === undefined ? {} : { amount: formatAmount(cash.amount), donation: cash.donation }),
          })),
      };
    },
  );
}

/** Pairings of a household, a workshop, an enterprise's fund. */
function partnerRoutes(app: App, options: SocialPartnershipReading): void {
  const open = { 200: Type.Object({}, { additionalProperties: true }) };
  app.get(
    "/pairings/:household",
    {
      ...guards,
      schema: { ...common, summary: "结对帮扶与帮扶记录 / Helpers of a household", params: Type.Object({ household: Id }), response: open },
    },
    async (request) => {
      const { household } = request.params;
      const { pairings, helps } = await folded(options, pairingStream(household), helpFold);
      const given = [...helps].map(([help, { value, ...one }]) => ({
        help,
        ...one,
        ...(value === undefined ? {} : { value: formatAmount(value) }),
      }));
      return { household, pairings: [...pairings], help: given };
    },
  );
  app.get(
    "/workshops/:workshop",
    { ...guards, schema: { ...common, summary: "扶贫车间 / A workshop", params: Type.Object({ workshop: Id }), response: open } },
    async (request) => {
      const { workshop } = request.params;
      const state = await folded(options, workshopStream(workshop), workshopFold);
      if (state.workshop === undefined)
        throw new RefusalError({ code: donationErrors.WORKSHOP_NOT_OPEN, details: { workshop, date: "–" } });
      return { ...state };
    },
  );
  app.get(
    "/enterprise-funds/:enterprise",
    {
      ...guards,
      schema: { ...common, summary: "企业扶贫基金 / An enterprise's aid fund", params: Type.Object({ enterprise: Id }), response: open },
    },
    async (request) => {
      const { enterprise } = request.params;
      const { established, drawn } = await folded(options, enterpriseFundStream(enterprise), enterpriseFundFold);
      return { enterprise, established: formatAmount(established), drawn: formatAmount(drawn), left: formatAmount(established - drawn) };
    },
  );
}

/** What can be asked of 社企共助; read from its streams, so nothing is ever behind. */
export function socialPartnershipReadingRoutes(app: App, options: SocialPartnershipReading): void {
  donationRoutes(app, options);
  honourRoutes(app, options);
  partnerRoutes(app, options);
}
