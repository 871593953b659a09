import { type IsoDate, yearOf } from "@huimin/calendar";
import { type CommandDefinition, type Gather, given, load, resolve, type StreamWrite } from "@huimin/decider";
import { covers, linkageFold, linkageStream } from "@huimin/linkage/events";
import { formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import {
  enterpriseActiveOn,
  enterpriseFold,
  enterpriseStream,
  householdFold,
  householdStream,
  isParty,
  partyFold,
  partyStream,
} from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { event, known, mayLeave } from "./decide.ts";
import { errors } from "./errors.ts";
import { FREE } from "./evolve.ts";
import { pairingStream } from "./evolve-help.ts";
import { enterpriseFundFold, enterpriseFundStream, type Honour, honourFold, honourStream } from "./evolve-social.ts";
import { AmountText, amountOf, Currency, closed, DateField, dayOf, fiscalYearOf, Id, LongText, ShortText } from "./fields.ts";
import { gatherDonation, gatherEnterprise } from "./gather.ts";

const YearField = Type.Integer({ minimum: 2000, maximum: 2999 });

export const EstablishEnterpriseFundBody = Type.Object(
  { enterprise: Id, amount: AmountText, rules: LongText, currency: Currency, valueDate: DateField },
  closed,
);

/** 5.14 扶贫基金设立 (ENT), or raised: the money stays with the enterprise. Refuses PARTNER_ENTERPRISE_UNKNOWN. */
export const EstablishEnterpriseFund: CommandDefinition<Static<typeof EstablishEnterpriseFundBody>> = {
  name: "EstablishEnterpriseFund",
  schema: EstablishEnterpriseFundBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run({ enterprise, amount: text, rules, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(text);
    if (!amount.ok) return amount;
    const active = yield* gatherEnterprise(enterprise, day.value);
    if (!active.ok) return active;
    const { stream, state } = yield* load(enterpriseFundStream(enterprise), enterpriseFundFold);
    const events = [event("EnterpriseFundEstablished", day.value, { enterprise, amount: text, rules })];
    const left = formatAmount(state.established - state.drawn + amount.value);
    return ok({ writes: [{ stream, events }], answer: { enterprise, left } });
  },
};

export const DrawEnterpriseFundBody = Type.Object(
  { enterprise: Id, amount: AmountText, usedFor: ShortText, currency: Currency, valueDate: DateField },
  closed,
);

/** 5.14 扶贫基金使用 (ENT). Refuses ENTERPRISE_FUND_UNKNOWN, ENTERPRISE_FUND_EXCEEDED. Answer: `left`. */
export const DrawEnterpriseFund: CommandDefinition<Static<typeof DrawEnterpriseFundBody>> = {
  name: "DrawEnterpriseFund",
  schema: DrawEnterpriseFundBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run({ enterprise, amount: text, usedFor, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(text);
    if (!amount.ok) return amount;
    const { stream, state } = yield* load(enterpriseFundStream(enterprise), enterpriseFundFold);
    if (state.established === 0n) return refuse(errors.ENTERPRISE_FUND_UNKNOWN, { enterprise }, { path: "/enterprise" });
    const left = state.established - state.drawn - amount.value;
    if (left < 0n) {
      const details = { enterprise, left: formatAmount(state.established - state.drawn), amount: text };
      return refuse(errors.ENTERPRISE_FUND_EXCEEDED, details, { path: "/amount" });
    }
    const events = [event("EnterpriseFundDrawn", day.value, { enterprise, amount: text, usedFor })];
    return ok({ writes: [{ stream, events }], answer: { enterprise, left: formatAmount(left) } });
  },
};

export const AwardHonourBody = Type.Object(
  {
    honour: Id,
    party: Id,
    grade: Type.Optional(ShortText),
    document: Type.Optional(ShortText),
    amount: Type.Optional(AmountText),
    donation: Type.Optional(Id),
    year: Type.Optional(YearField),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/** Who is honoured: a donor, an enterprise or a household. Refuses HONOUR_PARTY_UNKNOWN, OPEN_BREACH. */
function* gatherHonoured(party: string, on: IsoDate): Gather<Result<Honour["partyKind"], Refusal>> {
  const { state: enterprise } = yield* load(enterpriseStream(party), enterpriseFold);
  const donor = isParty((yield* load(partyStream(party), partyFold)).state, "donor");
  if (enterprise.enterprise !== undefined && !enterpriseActiveOn(enterprise, on))
    return refuse(errors.OPEN_BREACH, { party, breach: "suspended or bankrupt" }, { path: "/party" });
  const household = (yield* load(householdStream(party), householdFold)).state.household !== undefined;
  const kind = donor ? "donor" : enterprise.enterprise !== undefined ? "enterprise" : household ? "household" : undefined;
  if (kind === undefined) return refuse(errors.HONOUR_PARTY_UNKNOWN, { party }, { path: "/party" });
  const open = (yield* load(linkageStream(party), linkageFold)).state.breaches.find((one) => !one.revoked && covers(one, on));
  const [breach = open && `commitment ${open.breach}`] = yield* resolve<readonly string[]>("openBreaches", { party, on });
  return breach === undefined ? ok(kind) : refuse(errors.OPEN_BREACH, { party, breach }, { path: "/party" });
}

/** The cash of an award out of a free donation. Refuses HONOUR_CASH_INCOMPLETE and what {@link mayLeave} refuses. */
function* gatherCash(
  honour: { readonly year: number; readonly honour: string; readonly party: string },
  cash: { readonly amount: string | undefined; readonly donation: string | undefined },
  on: IsoDate,
): Gather<Result<StreamWrite[], Refusal>> {
  const { amount: text, donation } = cash;
  if (text === undefined && donation === undefined) return ok([]);
  if (text === undefined || donation === undefined) return refuse(errors.HONOUR_CASH_INCOMPLETE, {}, { path: "/amount" });
  const amount = amountOf(text);
  if (!amount.ok) return amount;
  const { stream, state } = yield* gatherDonation(donation);
  const found = known(state, donation);
  if (!found.ok) return found;
  const allowed = mayLeave(state, FREE, amount.value, on, "/donation");
  if (!allowed.ok) return allowed;
  return ok([{ stream, events: [event("DonationAwardPaid", on, { ...found.value, amount: text, ...honour })] }]);
}

/**
 * 5.16 表彰 (OFFICE) on the honour roll of a year, with cash out of a free donation or without. A designated donation can't pay it
 * (PURPOSE_MISMATCH). Refuses HONOUR_KNOWN, HONOUR_PARTY_UNKNOWN, OPEN_BREACH, HONOUR_CASH_INCOMPLETE, DONATION_UNKNOWN,
 * ABOVE_BALANCE. Resolver: `openBreaches {party, on}` → list of what is open.
 */
export const AwardHonour: CommandDefinition<Static<typeof AwardHonourBody>> = {
  name: "AwardHonour",
  schema: AwardHonourBody,
  roles: ["OFFICE"],
  postsInBookG: true,
  *run({ honour, party, grade, document, amount, donation, year: listed, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const year = listed ?? yearOf(day.value);
    const { stream, state } = yield* load(honourStream(year), honourFold);
    if (state.honours.some((one) => one.honour === honour)) return refuse(errors.HONOUR_KNOWN, { year, honour }, { path: "/honour" });
    const kind = yield* gatherHonoured(party, day.value);
    if (!kind.ok) return kind;
    const cash = yield* gatherCash({ year, honour, party }, { amount, donation }, day.value);
    if (!cash.ok) return cash;
    const payload = { year, honour, party, partyKind: kind.value, ...given({ grade, document, amount, donation }) };
    const file: StreamWrite = {
      stream: pairingStream(party),
      expect: "any",
      events: [event("HouseholdHonoured", day.value, { household: party, year, honour, ...given({ grade }) })],
    };
    const writes = [{ stream, events: [event("HonourAwarded", day.value, payload)] }, ...cash.value];
    return ok({ writes: kind.value === "household" ? [...writes, file] : writes, answer: { year, honour } });
  },
};

export const RevokeHonourBody = Type.Object(
  { year: YearField, honour: Id, reason: ShortText, cashReturned: Type.Optional(Type.Boolean()), valueDate: DateField },
  closed,
);

/**
 * 5.16 撤销表彰 (OFFICE). `cashReturned`: the award's cash is back on the donation account, and in its free donation. Refuses
 * HONOUR_UNKNOWN.
 */
export const RevokeHonour: CommandDefinition<Static<typeof RevokeHonourBody>> = {
  name: "RevokeHonour",
  schema: RevokeHonourBody,
  roles: ["OFFICE"],
  postsInBookG: true,
  *run({ year, honour, reason, cashReturned, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { stream, state } = yield* load(honourStream(year), honourFold);
    const award = state.honours.find((one) => one.honour === honour && one.revokedOn === undefined);
    if (!award) return refuse(errors.HONOUR_UNKNOWN, { year, honour }, { path: "/honour" });
    const { party, partyKind } = award;
    const cash = cashReturned ? award.cash : undefined;
    const returned = cash && {
      amount: formatAmount(cash.amount),
      donation: cash.donation,
      priorYear: award.fiscalYear !== fiscalYearOf(context),
    };
    const writes: StreamWrite[] = [{ stream, events: [event("HonourRevoked", day.value, { year, honour, party, reason, ...returned })] }];
    if (returned) {
      const { amount, donation } = returned;
      const money = yield* gatherDonation(donation);
      const found = known(money.state, donation);
      if (!found.ok) return found;
      writes.push({
        stream: money.stream,
        events: [event("DonationAwardReturned", day.value, { ...found.value, amount, year, honour, party })],
      });
    }
    if (partyKind === "household") {
      const events = [event("HouseholdHonourRevoked", day.value, { household: party, year, honour })];
      writes.push({ stream: pairingStream(party), expect: "any", events });
    }
    return ok({ writes, answer: { year, honour } });
  },
};
