import { daysBetween, type IsoDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Gather, load, type StreamWrite } from "@huimin/decider";
import { agreedFixedRate, agreementsOn, type EquityState, equityFold, equityStream, investedOn } from "@huimin/equity/events";
import { Exact, type Fen, fen, formatAmount, minFen, percent, roundHalfUp, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { gatherBatch, gatherBatchStakes } from "@huimin/pooled/events";
import { type Static, Type } from "typebox";
import { type DatedStake, fixedRateDividends, fixedRateShare } from "../engine/fixed-rate.ts";
import { errors } from "../errors.ts";
import type { OverpaymentState } from "../evolve/rights.ts";
import { AmountText, closed, DateField, Id, LIST_HOUSEHOLDS_MAX, PercentText, SegmentField, YearField } from "../fields.ts";
import {
  amountOf,
  bankruptRefusal,
  datesRefusal,
  dayOf,
  dividendEvent,
  gatherEnterprise,
  gatherOverpayment,
  gatherPool,
  periodRefusal,
  rateRefusal,
} from "../shared.ts";
import { overpaymentStream, poolStream } from "../streams.ts";

/** A rate above it is recorded with a warning (DESIGN, domain 2.1 1.4: 8 % is usual). Percent a year. */
export const RATE_WARNING = new Exact(9);

export const DeclareDividendBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    enterprise: Id,
    batch: Type.Optional(Id),
    model: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(4), Type.Literal(6)])),
    basis: Type.Optional(Type.Union([Type.Literal("fixed-rate"), Type.Literal("fixed-amount"), Type.Literal("profit-share")])),
    total: Type.Optional(AmountText),
    fixedRate: Type.Optional(PercentText),
    segments: Type.Optional(Type.Array(SegmentField, { maxItems: 10_000 })),
    dueOn: Type.Optional(DateField),
    document: Type.Optional(Id),
    valueDate: Type.Optional(DateField),
  },
  closed,
);
type DeclareDividendCommand = Static<typeof DeclareDividendBody>;

/** Stakes of a pool for a calendar year: of the batch, or as given. An open stake is taken to last. */
export function* gatherStakes(source: {
  readonly batch?: string | undefined;
  readonly segments?: readonly Static<typeof SegmentField>[] | undefined;
}): Gather<DatedStake[]> {
  if (source.segments) return source.segments.map((one) => ({ ...one, stake: fen(one.stake) }));
  if (source.batch === undefined) return [];
  const stakes = yield* gatherBatchStakes(source.batch);
  return stakes.map(({ household, stake, from, toExcl }) => ({ household, stake, from, toExcl: toExcl ?? "9999-12-31" }));
}

interface Declared {
  readonly total: Fen;
  readonly rate: string | undefined;
  readonly yearBase: number | undefined;
  readonly perHousehold: readonly { readonly household: string; readonly amount: Fen }[] | undefined;
}

/** What is declared: the total that is given, or the sum of the households' fixed dividends (R19). */
function* gatherDeclared(command: DeclareDividendCommand, batch: string | undefined, on: IsoDate): Gather<Result<Declared, Refusal>> {
  const given = command.total === undefined ? undefined : amountOf(command.total, "/total");
  if (given && !given.ok) return given;
  const policy = yield* loadPolicy(["dividend.fixedRate", "dividend.yearBase"]);
  const rate = command.fixedRate ?? (given ? undefined : policy.value("dividend.fixedRate", on));
  if (rate === undefined)
    return given ? ok({ total: given.value, rate, yearBase: undefined, perHousehold: undefined }) : refuse(errors.DIVIDEND_TERMS_MISSING);
  const stakes = yield* gatherStakes({ batch, segments: command.segments });
  const yearBase = policy.integer("dividend.yearBase", on);
  const perHousehold = fixedRateDividends(stakes, percent(rate), command.year, yearBase);
  if (perHousehold.length === 0) return refuse(errors.DIVIDEND_STAKES_MISSING, { pool: command.pool, year: command.year });
  if (perHousehold.length > LIST_HOUSEHOLDS_MAX)
    return refuse(errors.LIST_TOO_LONG, { limit: LIST_HOUSEHOLDS_MAX, households: perHousehold.length });
  const total = sumFen(perHousehold.map(({ amount }) => amount));
  if (given && given.value !== total)
    return refuse(errors.LIST_SUM_DIFFERS, { found: formatAmount(total), expected: formatAmount(given.value) }, { path: "/total" });
  return ok({ total, rate, yearBase, perHousehold });
}

/** Money of the pool that came on or after the declaration's day and is held because the declaration was recorded later. */
function waitingMoney(held: OverpaymentState, pool: string, from: IsoDate, total: Fen): Fen {
  const waiting = sumFen(held.held.filter((one) => one.pool === pool && one.on >= from).map(({ amount }) => amount));
  return minFen(waiting, total);
}

/** The declaration with the money that waited for it. */
function writesOf(
  command: { readonly pool: string; readonly enterprise: string },
  event: (fromOverpayment: { fromOverpayment?: string }) => DomainEvent,
  waiting: Fen,
  on: IsoDate,
): StreamWrite[] {
  const { pool, enterprise } = command;
  if (waiting === 0n) return [{ stream: poolStream(pool), events: [event({})] }];
  const amount = formatAmount(waiting);
  return [
    { stream: poolStream(pool), events: [event({ fromOverpayment: amount })] },
    { stream: overpaymentStream(enterprise), events: [dividendEvent("OverpaymentReleased", on, { enterprise, pool, amount })] },
  ];
}

const formRefusal = (command: DeclareDividendCommand) =>
  rateRefusal(command.fixedRate) ??
  datesRefusal({ dueOn: command.dueOn }) ??
  command.segments?.map((one, index) => periodRefusal(one.from, one.toExcl, `/segments/${index}`)).find((refused) => refused !== undefined);

/**
 * D1 分红宣告 (FIN-R, ENT). With `fixedRate` each household's dividend is rounded half-up and their sum is the total (R19);
 * stakes are those of the batch or `segments`. Answer: `total`, `perHousehold`. Refuses DIVIDEND_TERMS_MISSING,
 * DIVIDEND_STAKES_MISSING, DIVIDEND_BATCH_UNKNOWN, DIVIDEND_ENTERPRISE_UNKNOWN, DIVIDEND_ENTERPRISE_BANKRUPT, and malformed fields.
 */
export const DeclareDividend: CommandDefinition<DeclareDividendCommand> = {
  name: "DeclareDividend",
  schema: DeclareDividendBody,
  roles: ["FIN-R", "ENT"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const malformed = formRefusal(command);
    if (malformed) return malformed;
    const { pool, year, enterprise, dueOn, document } = command;
    const known = yield* gatherEnterprise(enterprise);
    if (!known.ok) return known;
    const bankrupt = bankruptRefusal(enterprise, known.value.bankruptFrom, day.value);
    if (bankrupt) return bankrupt;
    const state = yield* gatherPool(pool);
    const batch = command.batch ?? state.batch;
    if (batch !== undefined) {
      const signed = yield* gatherBatch(batch);
      const active = signed.enterprise === enterprise && (signed.status === "signed" || signed.status === "closed");
      if (!active) return refuse(errors.DIVIDEND_BATCH_UNKNOWN, { batch, enterprise }, { path: "/batch" });
    }
    const declared = yield* gatherDeclared(command, batch, day.value);
    if (!declared.ok) return declared;
    const { total, rate, yearBase } = declared.value;
    const model = command.model ?? (state.model === 4 ? 4 : 1);
    const waiting = waitingMoney(yield* gatherOverpayment(enterprise), pool, day.value, total);
    const perHousehold = declared.value.perHousehold?.map(({ household, amount }) => ({ household, amount: formatAmount(amount) }));
    const event = (fromOverpayment: { fromOverpayment?: string }) =>
      dividendEvent("DividendDeclared", day.value, {
        pool,
        year,
        enterprise,
        model,
        ...(batch === undefined ? {} : { batch }),
        basis: command.basis ?? (rate === undefined ? "fixed-amount" : "fixed-rate"),
        receivable: model === 4 ? "1215.01" : "1218.06",
        total: formatAmount(total),
        ...(rate === undefined ? {} : { fixedRate: rate, ...(yearBase === undefined ? {} : { yearBase }) }),
        ...(command.segments ? { segments: command.segments } : {}),
        ...(perHousehold ? { perHousehold } : {}),
        ...(dueOn === undefined ? {} : { dueOn }),
        ...(document === undefined ? {} : { document }),
        ...(rate !== undefined && percent(rate).gt(RATE_WARNING) ? { aboveWarning: true } : {}),
        ...fromOverpayment,
      });
    return ok({
      writes: writesOf(command, event, waiting, day.value),
      answer: {
        pool,
        year,
        total: formatAmount(total),
        ...(perHousehold ? { perHousehold: Object.fromEntries(perHousehold.map((one) => [one.household, one.amount])) } : {}),
        ...(rate !== undefined && percent(rate).gt(RATE_WARNING) ? { warning: "rate above 9 %" } : {}),
      },
    });
  },
};

export const AccrueFixedDividendBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    enterprise: Id,
    total: Type.Optional(AmountText),
    fixedRate: Type.Optional(PercentText),
    from: Type.Optional(DateField),
    toExcl: Type.Optional(DateField),
    dueOn: Type.Optional(DateField),
    valueDate: Type.Optional(DateField),
  },
  closed,
);
type AccrueCommand = Static<typeof AccrueFixedDividendBody>;

interface Accrual {
  readonly total: Fen;
  readonly terms: {
    readonly fixedRate?: string;
    readonly base?: string;
    readonly from?: IsoDate;
    readonly toExcl?: IsoDate;
    readonly days?: number;
  };
}

/** The fixed amount, or the rate on what was invested on each day of [from, toExcl), rounded once. */
function* gatherAccrual(command: AccrueCommand, equity: EquityState, on: IsoDate): Gather<Result<Accrual, Refusal>> {
  const { enterprise, year, from = `${year}-01-01`, toExcl = `${year + 1}-01-01` } = command;
  const malformed = periodRefusal(from, toExcl);
  if (malformed) return malformed;
  const days = daysBetween(from, toExcl);
  const given = command.from === undefined && command.toExcl === undefined ? {} : { from, toExcl, days };
  if (command.total !== undefined && command.fixedRate === undefined) {
    const total = amountOf(command.total, "/total");
    return total.ok ? ok({ total: total.value, terms: given }) : total;
  }
  const policy = yield* loadPolicy(["dividend.fixedRate", "dividend.yearBase"]);
  const rate = command.fixedRate ?? agreedFixedRate(equity, on) ?? policy.value("dividend.fixedRate", on);
  if (rate === undefined) return refuse(errors.DIVIDEND_TERMS_MISSING);
  const invested = investedOn(equity, from, toExcl);
  const exact = invested
    .map((segment) => fixedRateShare(segment.amount, percent(rate), segment, policy.integer("dividend.yearBase", on)))
    .reduce((sum, share) => sum.add(share), new Exact(0));
  const total = roundHalfUp(exact);
  if (total <= 0n) return refuse(errors.DIVIDEND_EQUITY_NOT_INVESTED, { enterprise, from, toExcl });
  const base = invested.length === 1 && invested[0] ? { base: formatAmount(invested[0].amount) } : {};
  return ok({ total, terms: { fixedRate: rate, ...base, from, toExcl, days } });
}

/**
 * 4.6 固定分红计提 (FIN-M): a fixed amount, or the rate on the equity invested by value date over [from, toExcl), default the
 * calendar year. Due whatever the profit. Answer: `days`, `total`. Refuses DIVIDEND_AGREEMENT_NOT_ACTIVE,
 * DIVIDEND_EQUITY_NOT_INVESTED, DIVIDEND_TERMS_MISSING, and DIVIDEND_ENTERPRISE_BANKRUPT for days after the filing.
 */
export const AccrueFixedDividend: CommandDefinition<AccrueCommand> = {
  name: "AccrueFixedDividend",
  schema: AccrueFixedDividendBody,
  roles: ["FIN-M"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const malformed = rateRefusal(command.fixedRate) ?? datesRefusal({ dueOn: command.dueOn });
    if (malformed) return malformed;
    const { pool, year, enterprise, dueOn, toExcl } = command;
    const known = yield* gatherEnterprise(enterprise);
    if (!known.ok) return known;
    const { bankruptFrom } = known.value;
    // What was earned before the filing is a claim in the proceedings and may still be accrued.
    const earnedBefore = toExcl !== undefined && bankruptFrom !== undefined && toExcl <= bankruptFrom;
    const bankrupt = earnedBefore ? undefined : bankruptRefusal(enterprise, bankruptFrom, day.value);
    if (bankrupt) return bankrupt;
    const equity = (yield* load(equityStream(enterprise), equityFold)).state;
    if (agreementsOn(equity, day.value).length === 0 && investedOn(equity, "1990-01-01", day.value).length === 0)
      return refuse(errors.DIVIDEND_AGREEMENT_NOT_ACTIVE, { enterprise, on: day.value });
    const accrual = yield* gatherAccrual(command, equity, day.value);
    if (!accrual.ok) return accrual;
    const { total, terms } = accrual.value;
    yield* gatherPool(pool);
    const waiting = waitingMoney(yield* gatherOverpayment(enterprise), pool, day.value, total);
    const event = (fromOverpayment: { fromOverpayment?: string }) =>
      dividendEvent("FixedDividendAccrued", day.value, {
        pool,
        year,
        enterprise,
        total: formatAmount(total),
        ...terms,
        ...(dueOn === undefined ? {} : { dueOn }),
        ...fromOverpayment,
      });
    return ok({
      writes: writesOf(command, event, waiting, day.value),
      answer: { pool, year, total: formatAmount(total), ...(terms.days === undefined ? {} : { days: terms.days }) },
    });
  },
};

export const ReverseDeclarationBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    enterprise: Id,
    amount: Type.Optional(AmountText),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** C1 of D1 and 4.6 (FIN-R): takes back `amount`, default all that is open, of a claim. Refuses DIVIDEND_CLAIM_NOT_OPEN. */
export const ReverseDeclaration: CommandDefinition<Static<typeof ReverseDeclarationBody>> = {
  name: "ReverseDividendDeclaration",
  schema: ReverseDeclarationBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const { pool, year, enterprise, reason } = command;
    const asked = command.amount === undefined ? undefined : amountOf(command.amount);
    if (asked && !asked.ok) return asked;
    const { claims } = yield* gatherPool(pool);
    const claim = claims.find((one) => one.year === year && one.enterprise === enterprise && one.total > one.paid);
    const open = claim ? claim.total - claim.paid : 0n;
    const amount = asked?.value ?? open;
    if (!claim || amount > open) return refuse(errors.DIVIDEND_CLAIM_NOT_OPEN, { pool, year, enterprise });
    const payload = { pool, year, enterprise, receivable: claim.receivable, amount: formatAmount(amount), reason };
    return ok({
      writes: [{ stream: poolStream(pool), events: [dividendEvent("DividendDeclarationReversed", day.value, payload)] }],
      answer: { pool, year, enterprise, amount: formatAmount(amount) },
    });
  },
};
