import { addPeriods } from "@huimin/calendar";
import {
  type Component,
  DAY_COUNTS,
  EXCESS_RULES,
  INSTALMENT_METHODS,
  type InstalmentTerms,
  type LoanHappening,
  type LoanSettings,
  type LoanTerms,
  type SettlementTerms,
} from "@huimin/interest";
import { type CaseObject, CaseProblem } from "./reader.ts";

/** Terms of a loan case; section 3 and 4 of the format. */
export function readTerms(terms: CaseObject): LoanTerms {
  const settled = terms.has("settlement") || terms.raw("method") === "single-payment";
  const read = settled ? settlementTerms(terms) : instalmentTerms(terms);
  terms.done();
  return read;
}

function common(terms: CaseObject) {
  if (terms.raw("lastRowTakesRest") !== undefined && terms.raw("lastRowTakesRest") !== true)
    throw new CaseProblem(`${terms.path}.lastRowTakesRest is not true`);
  return {
    annualRatePercent: terms.decimal("annualRatePercent"),
    dayCount: terms.choice("dayCount", DAY_COUNTS),
    roundingMode: terms.choice("roundingMode", ["half-up", "half-even"], "half-up"),
    amountUnit: terms.amount("amountUnit"),
  };
}

function settlementTerms(terms: CaseObject): SettlementTerms {
  const disbursedOn = terms.date("disbursedOn");
  const method = terms.choice("method", ["interest-only-then-bullet", "single-payment"]);
  if (method === "interest-only-then-bullet" && !terms.has("settlement")) throw new CaseProblem(`missing key ${terms.path}.settlement`);
  // Keys of instalment loans have no meaning here; only their neutral values pass.
  terms.choice("interestOn", ["balance"], "balance");
  for (const grace of ["graceOnPrincipal", "graceOnInterest"])
    if (terms.whole(grace, 0) !== 0) throw new CaseProblem(`${terms.path}.${grace} on a settlement loan`);
  const monthEnd = terms.choice("monthEnd", ["clamp", "first-of-next-month"], "clamp");
  let maturesOn = terms.has("maturesOn") ? terms.date("maturesOn") : undefined;
  if (terms.has("term")) maturesOn ??= addPeriods(disbursedOn, terms.every("term"), 1, monthEnd);
  if (maturesOn === undefined) throw new CaseProblem(`missing key ${terms.path}.maturesOn`);
  return { kind: "settlement", ...common(terms), principal: terms.amount("principal"), disbursedOn, maturesOn, ...settlementDaysOf(terms) };
}

function settlementDaysOf(terms: CaseObject): Pick<SettlementTerms, "settlement"> {
  if (!terms.has("settlement")) return {};
  const settlement = terms.object("settlement");
  const months = settlement.raw("months");
  if (!Array.isArray(months) || !months.every((month) => Number.isInteger(month)))
    throw new CaseProblem(`${settlement.path}.months is not a list of months`);
  const day = settlement.whole("day");
  settlement.done();
  return { settlement: { months: months as number[], day } };
}

function instalmentTerms(terms: CaseObject): InstalmentTerms {
  const base = common(terms);
  const disbursements = terms.has("disbursements")
    ? terms.list("disbursements", (item) => ({ date: item.date("date"), amount: item.amount("amount") }))
    : [{ date: terms.date("disbursedOn"), amount: terms.amount("principal") }];
  if (terms.has("disbursements")) for (const key of ["principal", "disbursedOn"]) terms.raw(key);
  return {
    kind: "instalment",
    ...base,
    disbursements,
    ...(terms.has("startOn") ? { startOn: terms.date("startOn") } : {}),
    every: terms.has("every") ? terms.every("every") : everyOfRows(terms),
    ...(terms.has("instalments") ? { instalments: terms.whole("instalments") } : {}),
    ...(terms.has("firstDueOn") ? { firstDueOn: terms.date("firstDueOn") } : {}),
    monthEnd: terms.choice("monthEnd", ["clamp", "first-of-next-month"], "clamp"),
    ...(terms.has("rows") ? { rows: terms.list("rows", (row) => ({ dueOn: row.date("dueOn"), principal: row.amount("principal") })) } : {}),
    method: terms.choice("method", INSTALMENT_METHODS),
    interestOn: terms.choice("interestOn", ["balance", "original-principal"], "balance"),
    instalmentUnit: terms.amount("instalmentUnit", base.amountUnit),
    instalmentRounding: terms.choice("instalmentRounding", ["nearest", "up", "down"], "nearest"),
    ...(terms.has("instalmentAmounts")
      ? {
          instalmentAmounts: terms.list("instalmentAmounts", (entry) => ({
            fromNr: entry.whole("fromNr"),
            amount: entry.amount("amount"),
          })),
        }
      : {}),
    ...(terms.has("principalPerInstalment") ? { principalPerInstalment: terms.amount("principalPerInstalment") } : {}),
    graceOnPrincipal: terms.whole("graceOnPrincipal", 0),
    graceOnInterest: terms.whole("graceOnInterest", 0),
    onTranche: terms.choice("onTranche", ["recompute", "keep"], "recompute"),
  };
}

function everyOfRows(terms: CaseObject) {
  if (!terms.has("rows")) throw new CaseProblem(`missing key ${terms.path}.every`);
  return { count: 1, unit: "month" } as const;
}

const COMPONENTS: readonly Component[] = ["penalty", "fee", "interest", "principal"];

/** Settings of a loan case; section 6. */
export function readSettings(settings: CaseObject): Partial<LoanSettings> {
  const read: { -readonly [K in keyof LoanSettings]?: LoanSettings[K] } = {};
  if (settings.has("interestBasis")) read.interestBasis = settings.choice("interestBasis", ["schedule", "actual-balance"]);
  if (settings.has("subPeriodRounding")) read.subPeriodRounding = settings.choice("subPeriodRounding", ["once", "each-part"]);
  if (settings.has("paymentCountsFrom")) read.paymentCountsFrom = settings.choice("paymentCountsFrom", ["payment-date", "next-due-date"]);
  if (settings.has("unpaidAssumedPaidOn"))
    read.unpaidAssumedPaidOn = settings.choice("unpaidAssumedPaidOn", ["as-of-date", "next-due-date"]);
  if (settings.has("allocationOrder")) read.allocationOrder = allocationOrder(settings);
  if (settings.has("excess")) read.excess = settings.choice("excess", EXCESS_RULES);
  if (settings.has("accruedInterestFirst")) read.accruedInterestFirst = flag(settings, "accruedInterestFirst");
  if (settings.has("afterPrepayment")) {
    read.afterPrepayment = settings.choice("afterPrepayment", ["reduce-instalment", "reduce-term", "skip-next-principal"]);
  }
  if (settings.has("payOffInterestTo")) read.payOffInterestTo = settings.choice("payOffInterestTo", ["pay-off-date", "end-of-period"]);
  if (settings.has("chargeAfterLastRow")) settings.choice("chargeAfterLastRow", ["own-row"]);
  if (settings.has("prepaymentInterest")) read.prepaymentInterest = settings.choice("prepaymentInterest", ["on-prepaid-part"]);
  if (settings.has("penalty")) {
    const penalty = settings.object("penalty");
    penalty.choice("when", ["once-per-overdue-row"], "once-per-overdue-row");
    read.penalty = {
      percent: penalty.decimal("percent"),
      on: penalty.choice("on", ["overdue-principal", "overdue-principal-and-interest"]),
    };
    penalty.done();
  }
  if (settings.has("rateTiers")) {
    read.rateTiers = settings.list("rateTiers", (tier) => ({
      upToMonths: tier.whole("upToMonths"),
      annualRatePercent: tier.decimal("annualRatePercent"),
    }));
  }
  settings.done();
  return read;
}

function allocationOrder(settings: CaseObject): Component[] {
  const order = settings.raw("allocationOrder");
  if (!Array.isArray(order) || new Set(order).size !== order.length || !order.every((part) => COMPONENTS.includes(part))) {
    throw new CaseProblem(`${settings.path}.allocationOrder is not an order of ${COMPONENTS.join(", ")}`);
  }
  return order as Component[];
}

function flag(settings: CaseObject, key: string): boolean {
  const value = settings.raw(key);
  if (typeof value !== "boolean") throw new CaseProblem(`${settings.path}.${key} is neither true nor false`);
  return value;
}

export interface CaseEvent {
  readonly happening: LoanHappening;
  /** The event must be refused. */
  readonly rejected: boolean;
}

/** One event of a loan case; section 5. */
export function readEvent(event: CaseObject): CaseEvent {
  const rejected = event.has("expect") && event.choice("expect", ["rejected"]) === "rejected";
  const base = { date: event.date("date"), ...(event.has("id") ? { id: event.text("id") } : {}) };
  return { happening: happening(event, base), rejected };
}

function happening(event: CaseObject, base: { date: string; id?: string }): LoanHappening {
  const type = event.text("type");
  switch (type) {
    case "repayment":
    case "prepayment":
      return { ...base, type, amount: event.amount("amount") };
    case "pay-off":
    case "write-off":
    case "re-amortise":
      return { ...base, type };
    case "charge":
      return {
        ...base,
        type,
        chargeKind: event.choice("chargeKind", ["fee", "penalty"]),
        amount: event.amount("amount"),
        dueOn: event.date("dueOn"),
      };
    case "reversal":
      return { ...base, type, of: event.text("of") };
    case "move-due-date":
      return { ...base, type, fromDueOn: event.date("fromDueOn"), newDueOn: event.date("newDueOn") };
    case "add-instalments":
    case "principal-holiday":
      return { ...base, type, fromDueOn: event.date("fromDueOn"), instalments: event.whole("instalments") };
    case "rate-change":
      return { ...base, type, effectiveFrom: event.date("effectiveFrom"), annualRatePercent: event.decimal("annualRatePercent") };
    case "extension":
      return { ...base, type, newMaturesOn: event.date("newMaturesOn") };
    case "re-age":
      return { ...base, type, firstDueOn: event.date("firstDueOn"), every: event.every("every"), instalments: event.whole("instalments") };
    default:
      throw new CaseProblem(`${event.path}.type is ${JSON.stringify(type)}, an event that the format does not define`);
  }
}
