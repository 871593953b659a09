import { type CommandDefinition, given, type StreamWrite } from "@huimin/decider";
import { formatAmount, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { Consent } from "./commands-money.ts";
import { checkLines, event, known, mayLeaveStock, receivable } from "./decide.ts";
import { errors } from "./errors.ts";
import { nextEntry, stockOf } from "./evolve.ts";
import { pairingStream } from "./evolve-help.ts";
import { AmountText, amountOf, Currency, closed, DateField, dayOf, Id, LongText, PurposeText, ShortText } from "./fields.ts";
import { gatherDonation, gatherDonor, gatherVillageOf } from "./gather.ts";

/** A delivery of hundreds of kinds is several donations on paper too. */
const GOODS_MAX = 200;
/** One event and as many help files in one append. */
export const DISTRIBUTION_LINES_MAX = 2_000;

const GoodsField = Type.Object(
  {
    item: LongText,
    quantity: Type.Optional(Type.String({ pattern: "^\\d{1,9}(\\.\\d{1,3})?$" })),
    unit: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
    condition: Type.Optional(ShortText),
  },
  closed,
);

export const RecordInKindDonationBody = Type.Object(
  {
    donation: Id,
    donor: Id,
    goods: Type.Array(GoodsField, { minItems: 1, maxItems: GOODS_MAX }),
    value: AmountText,
    valueBasis: Type.Union([Type.Literal("document"), Type.Literal("market-price")], { description: "凭据价, else 市价" }),
    document: Type.Optional(Id),
    purpose: Type.Optional(PurposeText),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/** 5.4 收到捐赠物资 (POV), at their value with its basis. Refuses DONOR_UNKNOWN, DONOR_DIFFERS. */
export const RecordInKindDonation: CommandDefinition<Static<typeof RecordInKindDonationBody>> = {
  name: "RecordInKindDonation",
  schema: RecordInKindDonationBody,
  roles: ["POV"],
  postsInBookG: true,
  *run({ valueDate, currency: _, ...receipt }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const value = amountOf(receipt.value, "/value");
    if (!value.ok) return value;
    const { donation, donor } = receipt;
    const { stream, state } = yield* gatherDonation(donation);
    const allowed = receivable(state, donation, donor);
    if (!allowed.ok) return allowed;
    const registered = yield* gatherDonor(donor);
    if (!registered.ok) return registered;
    const entry = nextEntry(state);
    const events = [event("InKindDonationReceived", day.value, { ...receipt, entry })];
    return ok({ writes: [{ stream, events }], answer: { donation, entry } });
  },
};

const LineField = Type.Object({ household: Id, value: AmountText, items: Type.Optional(ShortText) }, closed);

export const DistributeGoodsBody = Type.Object(
  {
    donation: Id,
    value: AmountText,
    lines: Type.Array(LineField, { minItems: 1, maxItems: DISTRIBUTION_LINES_MAX }),
    signedList: Type.String({ minLength: 1, maxLength: 64, description: "签领表编号: the list that the households signed" }),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/**
 * 5.6 物资发放 (VIL): who got goods of which value, signed for. Each household's help file says so too. Refuses
 * DONATION_UNKNOWN, ABOVE_STOCK, DISTRIBUTION_SUM_DIFFERS, HOUSEHOLD_LISTED_TWICE, HELP_HOUSEHOLD_UNKNOWN. Answer: `entry`, `left`.
 */
export const DistributeGoods: CommandDefinition<Static<typeof DistributeGoodsBody>> = {
  name: "DistributeGoods",
  schema: DistributeGoodsBody,
  roles: ["VIL"],
  postsInBookG: true,
  *run({ donation, lines, signedList, value: text, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const value = amountOf(text, "/value");
    if (!value.ok) return value;
    const { stream, state } = yield* gatherDonation(donation);
    const found = known(state, donation);
    if (!found.ok) return found;
    const checked = checkLines(lines, value.value);
    if (!checked.ok) return checked;
    const allowed = mayLeaveStock(state, value.value, day.value);
    if (!allowed.ok) return allowed;
    const listed = [];
    for (const [index, line] of lines.entries()) {
      const village = yield* gatherVillageOf(line.household, day.value, `/lines/${index}/household`);
      if (!village.ok) return village;
      listed.push({ ...line, village: village.value });
    }
    const files = listed.map(
      ({ household, value, items }): StreamWrite => ({
        stream: pairingStream(household),
        expect: "any",
        events: [event("HouseholdGoodsReceived", day.value, { household, ...found.value, value, ...given({ items }) })],
      }),
    );
    const events = [event("InKindDistributed", day.value, { ...found.value, value: text, lines: listed, signedList })];
    const left = formatAmount(sumFen([stockOf(state), -value.value]));
    return ok({ writes: [{ stream, events }, ...files], answer: { ...found.value, households: lines.length, left } });
  },
};

export const WaiveForwardingBody = Type.Object(
  { donation: Id, value: AmountText, consent: Consent, goods: Type.Optional(LongText), currency: Currency, valueDate: DateField },
  closed,
);

/** 5.8 取消转赠要求 (FIN-R): goods stay with the unit. Refuses DONATION_UNKNOWN, CONSENT_MISSING, ABOVE_STOCK. */
export const WaiveForwarding: CommandDefinition<Static<typeof WaiveForwardingBody>> = {
  name: "WaiveForwarding",
  schema: WaiveForwardingBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run({ donation, value: text, consent, goods, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const value = amountOf(text, "/value");
    if (!value.ok) return value;
    const { stream, state } = yield* gatherDonation(donation);
    const found = known(state, donation);
    if (!found.ok) return found;
    if (consent === undefined) return refuse(errors.CONSENT_MISSING, {}, { path: "/consent" });
    const allowed = mayLeaveStock(state, value.value, day.value);
    if (!allowed.ok) return allowed;
    const events = [event("DonorWaivedForwarding", day.value, { ...found.value, value: text, consent, ...given({ goods }) })];
    return ok({ writes: [{ stream, events }], answer: found.value });
  },
};
