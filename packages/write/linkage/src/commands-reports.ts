/* 2.5 带贫收益报送: statistical, shown on the household sheet; a later report is a new version. */
import { addMonths } from "@huimin/calendar";
import { type CommandDefinition, type Gather, load } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { HouseholdState } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type CarrierState, carrierFold, carrierStream, reportKey } from "./evolve.ts";
import { AmountText, Currency, closed, DateField, Id, MonthField } from "./fields.ts";
import { gatherHousehold } from "./households.ts";
import { overlaps, spansOf } from "./marks.ts";
import { BenefitForm } from "./schema.ts";
import { amountsRefusal, dateRefusal, linkageEvent } from "./shared.ts";

interface Report {
  readonly enterprise: string;
  readonly household: string;
  readonly month: string;
}

/** The household with its carriers, linked to the enterprise on some day of the month (REPORT_NOT_LINKED). */
function* gatherReported({
  enterprise,
  household,
  month,
}: Report): Gather<Result<{ readonly state: HouseholdState; readonly carriers: CarrierState }>> {
  const found = yield* gatherHousehold(household, "/household");
  if (!found.ok) return found;
  const { state } = yield* load(carrierStream(household), carrierFold);
  const days = { from: `${month}-01`, toExcl: addMonths(`${month}-01`, 1) };
  const linked = spansOf(state.carriers.get(enterprise) ?? []).some((span) => overlaps(span, days));
  return linked ? ok({ state: found.value, carriers: state }) : refuse(errors.REPORT_NOT_LINKED, { household, enterprise, month });
}

const Common = {
  enterprise: Id,
  household: Id,
  month: MonthField,
  amount: AmountText,
  evidence: Type.Optional(Id),
  currency: Currency,
  valueDate: DateField,
};

export const ReportWageBody = Type.Object({ ...Common, person: Id }, closed);

/** 2.5 工资报送 (ENT) of a person and month. Refuses REPORT_NOT_LINKED, LINK_PERSON_NOT_MEMBER. */
export const ReportWage: CommandDefinition<Static<typeof ReportWageBody>> = {
  name: "ReportWage",
  schema: ReportWageBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run(command, context) {
    const { enterprise, household, person, month, amount, evidence, valueDate } = command;
    const early = dateRefusal(valueDate, context) ?? amountsRefusal({ amount });
    if (early) return early;
    const found = yield* gatherReported(command);
    if (!found.ok) return found;
    const { state, carriers } = found.value;
    const lived = [...state.members, ...state.formerMembers.filter((member) => member.to > `${month}-01`)];
    if (!lived.some((member) => member.personId === person))
      return refuse(errors.LINK_PERSON_NOT_MEMBER, { household }, { path: "/person" });
    const version = (carriers.reports.get(reportKey({ enterprise, person, form: "job", month }))?.version ?? 0) + 1;
    const event = linkageEvent("WagePaidReported", valueDate, {
      enterprise,
      household,
      village: state.village,
      person,
      month,
      amount,
      version,
      ...(evidence === undefined ? {} : { evidence }),
    });
    return ok({ writes: [{ stream: carrierStream(household), events: [event] }], answer: { household, month, amount, version } });
  },
};

export const ReportBenefitBody = Type.Object({ ...Common, form: BenefitForm }, closed);

/** 2.5 其他带贫收益报送 (ENT) of a household, form and month. Refuses REPORT_NOT_LINKED. */
export const ReportBenefit: CommandDefinition<Static<typeof ReportBenefitBody>> = {
  name: "ReportBenefit",
  schema: ReportBenefitBody,
  roles: ["ENT"],
  postsInBookG: false,
  *run(command, context) {
    const { enterprise, household, form, month, amount, evidence, valueDate } = command;
    const early = dateRefusal(valueDate, context) ?? amountsRefusal({ amount });
    if (early) return early;
    const found = yield* gatherReported(command);
    if (!found.ok) return found;
    const { state, carriers } = found.value;
    const known = carriers.reports.get(reportKey({ enterprise, form, month }));
    const event = linkageEvent("BenefitPaidReported", valueDate, {
      enterprise,
      household,
      village: state.village,
      form,
      month,
      amount,
      version: (known?.version ?? 0) + 1,
      ...(evidence === undefined ? {} : { evidence }),
    });
    const { version } = event.payload;
    return ok({ writes: [{ stream: carrierStream(household), events: [event] }], answer: { household, form, month, amount, version } });
  },
};
