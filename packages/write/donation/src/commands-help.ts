import { addDays, addMonths, earlierDate, type IsoDate, lastDayOfMonth, shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, given, load } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { personFold, personStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { event } from "./decide.ts";
import { errors } from "./errors.ts";
import { helpFold, pairedOn, pairingStream, wageKey } from "./evolve-help.ts";
import { workshopFold, workshopOpenIn, workshopStream } from "./evolve-social.ts";
import { AmountText, amountOf, Currency, closed, DateField, dayOf, Id, LongText, MonthText, ShortText } from "./fields.ts";
import { gatherEnterprise, gatherVillage, gatherVillageOf } from "./gather.ts";
import { HelpKind } from "./schema.ts";

const gatherHelp = (household: string) => load(pairingStream(household), helpFold);

export const EstablishPairingBody = Type.Object(
  {
    household: Id,
    helper: Id,
    helperKind: Type.Union([Type.Literal("person"), Type.Literal("unit"), Type.Literal("enterprise")]),
    unit: Type.Optional(ShortText),
    toExcl: Type.Optional(DateField),
    valueDate: DateField,
  },
  closed,
);

/**
 * 5.10 结对帮扶建立 (POV), from the value date on. A helper is named by a number, never by a personal name. Refuses
 * HELP_HOUSEHOLD_UNKNOWN, PAIRING_EXISTS, PAIRING_TERM_INVALID.
 */
export const EstablishPairing: CommandDefinition<Static<typeof EstablishPairingBody>> = {
  name: "EstablishPairing",
  schema: EstablishPairingBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ valueDate, ...pairing }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { household, helper, toExcl } = pairing;
    if (toExcl !== undefined && toExcl <= day.value) return refuse(errors.PAIRING_TERM_INVALID, { date: toExcl }, { path: "/toExcl" });
    const village = yield* gatherVillageOf(household, day.value);
    if (!village.ok) return village;
    const { stream, state } = yield* gatherHelp(household);
    if (state.pairings.some((one) => one.helper === helper && pairedOn(one, day.value)))
      return refuse(errors.PAIRING_EXISTS, { helper, household }, { path: "/helper" });
    return ok({ writes: [{ stream, events: [event("PairingEstablished", day.value, pairing)] }], answer: { household, helper } });
  },
};

export const EndPairingBody = Type.Object({ household: Id, helper: Id, reason: ShortText, valueDate: DateField }, closed);

/** 5.10 结对帮扶结束 (POV): no pair from the value date on. Refuses NOT_PAIRED. */
export const EndPairing: CommandDefinition<Static<typeof EndPairingBody>> = {
  name: "EndPairing",
  schema: EndPairingBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ valueDate, ...pairing }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { household, helper } = pairing;
    const { stream, state } = yield* gatherHelp(household);
    if (!state.pairings.some((one) => one.helper === helper && pairedOn(one, day.value)))
      return refuse(errors.NOT_PAIRED, { helper, household, date: day.value }, { path: "/helper" });
    return ok({ writes: [{ stream, events: [event("PairingEnded", day.value, pairing)] }], answer: { household, helper } });
  },
};

export const RecordHelpBody = Type.Object(
  {
    household: Id,
    helper: Id,
    help: Id,
    kind: HelpKind,
    value: Type.Optional(AmountText),
    note: Type.Optional(LongText),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

/**
 * 5.11 帮扶记录 (statistical) of a helper who is paired with the household on the day (NOT_PAIRED). The same `help` number
 * again is a new version of it.
 */
export const RecordHelp: CommandDefinition<Static<typeof RecordHelpBody>> = {
  name: "RecordHelp",
  schema: RecordHelpBody,
  roles: ["OFFICE", "VIL", "POV", "ENT"],
  postsInBookG: false,
  *run({ valueDate, currency: _, ...help }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { household, helper } = help;
    const { stream, state } = yield* gatherHelp(household);
    if (!state.pairings.some((one) => one.helper === helper && pairedOn(one, day.value)))
      return refuse(errors.NOT_PAIRED, { helper, household, date: day.value }, { path: "/helper" });
    const version = (state.helps.get(help.help)?.version ?? 0) + 1;
    const events = [event("HelpGiven", day.value, { ...help, version })];
    return ok({ writes: [{ stream, events }], answer: { household, help: help.help, version } });
  },
};

export const OpenWorkshopBody = Type.Object(
  {
    workshop: Id,
    enterprise: Id,
    village: Id,
    sector: ShortText,
    posts: Type.Integer({ minimum: 1, maximum: 100_000 }),
    valueDate: DateField,
  },
  closed,
);

/** 5.12 扶贫车间设立 (ENT, OFFICE). Refuses WORKSHOP_KNOWN, PARTNER_ENTERPRISE_UNKNOWN, PARTNER_VILLAGE_UNKNOWN. */
export const OpenWorkshop: CommandDefinition<Static<typeof OpenWorkshopBody>> = {
  name: "OpenWorkshop",
  schema: OpenWorkshopBody,
  roles: ["ENT", "OFFICE"],
  postsInBookG: false,
  *run({ valueDate, ...opened }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { workshop } = opened;
    const { stream, state } = yield* load(workshopStream(workshop), workshopFold);
    if (state.workshop !== undefined) return refuse(errors.WORKSHOP_KNOWN, { workshop }, { path: "/workshop" });
    const enterprise = yield* gatherEnterprise(opened.enterprise, day.value);
    if (!enterprise.ok) return enterprise;
    const village = yield* gatherVillage(opened.village);
    if (!village.ok) return village;
    return ok({ writes: [{ stream, events: [event("WorkshopOpened", day.value, opened)] }], answer: { workshop } });
  },
};

export const CloseWorkshopBody = Type.Object({ workshop: Id, reason: ShortText, valueDate: DateField }, closed);

const dayAfter = (date: IsoDate): IsoDate => addDays(date, 1);

/** 5.12 扶贫车间关闭 (ENT, OFFICE). Refuses WORKSHOP_NOT_OPEN. */
export const CloseWorkshop: CommandDefinition<Static<typeof CloseWorkshopBody>> = {
  name: "CloseWorkshop",
  schema: CloseWorkshopBody,
  roles: ["ENT", "OFFICE"],
  postsInBookG: false,
  *run({ workshop, reason, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { stream, state } = yield* load(workshopStream(workshop), workshopFold);
    if (state.closedOn !== undefined || !workshopOpenIn(state, day.value, dayAfter(day.value)))
      return refuse(errors.WORKSHOP_NOT_OPEN, { workshop, date: day.value }, { path: "/workshop" });
    return ok({ writes: [{ stream, events: [event("WorkshopClosed", day.value, { workshop, reason })] }], answer: { workshop } });
  },
};

export const ReportWorkshopWageBody = Type.Object(
  {
    workshop: Id,
    household: Id,
    person: Id,
    month: MonthText,
    days: Type.Integer({ minimum: 1, maximum: 31 }),
    amount: AmountText,
    currency: Currency,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/**
 * 5.13 车间工资报送 (ENT, statistical) of a member of a registered household, as a `personId`. The same person and month again is a new
 * version. Refuses WORKSHOP_NOT_OPEN in that month, WAGE_MONTH_IN_FUTURE, WAGE_DAYS_INVALID, WAGE_PERSON_UNKNOWN,
 * HELP_HOUSEHOLD_UNKNOWN, DONATION_AMOUNT_INVALID.
 */
export const ReportWorkshopWage: CommandDefinition<Static<typeof ReportWorkshopWageBody>> = {
  name: "ReportWorkshopWage",
  schema: ReportWorkshopWageBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run({ valueDate, currency: _, ...wage }, context) {
    const { workshop, household, person, month, days } = wage;
    const today = shanghaiDate(context.recordedAt);
    const first = `${month}-01`;
    if (first > today) return refuse(errors.WAGE_MONTH_IN_FUTURE, { month }, { path: "/month" });
    const last = lastDayOfMonth(first);
    const day = dayOf(valueDate ?? earlierDate(last, today), context);
    if (!day.ok) return day;
    if (days > Number(last.slice(8))) return refuse(errors.WAGE_DAYS_INVALID, { month, days }, { path: "/days" });
    const amount = amountOf(wage.amount);
    if (!amount.ok) return amount;
    const open = (yield* load(workshopStream(workshop), workshopFold)).state;
    if (!workshopOpenIn(open, first, addMonths(first, 1)))
      return refuse(errors.WORKSHOP_NOT_OPEN, { workshop, date: month }, { path: "/workshop" });
    const village = yield* gatherVillageOf(household, day.value);
    if (!village.ok) return village;
    const member = (yield* load(personStream(person), personFold)).state;
    if (member.household !== household) return refuse(errors.WAGE_PERSON_UNKNOWN, { household }, { path: "/person" });
    const { stream, state } = yield* gatherHelp(household);
    const version = (state.wages.get(wageKey(workshop, person, month))?.version ?? 0) + 1;
    const events = [event("WorkshopWageReported", day.value, { ...wage, version })];
    return ok({ writes: [{ stream, events }], answer: { ...given({ workshop, household, month }), version } });
  },
};
