import { addDays, type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type Gather, load, type Role } from "@huimin/decider";
import { poolFold, poolStream } from "@huimin/dividend/events";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { bankFold, bankStream } from "@huimin/registry/events";
import { type Static, type TObject, type TProperties, Type } from "typebox";
import { errors } from "./errors.ts";
import { isOver, lastRun, type YearEndRun, yearEndFold } from "./evolve.ts";
import { YEAR_END_FORMATS, type YearEndEventType, type YearEndPayload, yearEndStream } from "./schema.ts";

const closed = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64, pattern: "^[^/\\s]+$" });
const Year = Type.Integer({ minimum: 1990, maximum: 2999, description: "year of entitlement 所属年度" });
const DateField = Type.String({ format: "date", description: "civil date in China, YYYY-MM-DD" });
const Place = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
/** Publicity lasts this many days at least, both ends counted (国开办发〔2018〕11号). */
const PUBLICITY_DAYS_MIN = 10;
export const YEAR_END_POOLS_MAX = 1_000;
export const YEAR_END_BANKS_MAX = 50;

export const OpenYearEndBody = Type.Object(
  {
    year: Year,
    snapshot: Type.Optional(Type.Unsafe<string>({ ...DateField, description: "资格快照日; default: 30 November" })),
    pools: Type.Array(
      Type.Object(
        {
          pool: Id,
          total: Type.Optional(Type.String({ pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$", description: "default: the money in the pool" })),
          method: Type.Optional(Id),
          residueRule: Type.Optional(Id),
        },
        closed,
      ),
      { minItems: 1, maxItems: YEAR_END_POOLS_MAX },
    ),
    banks: Type.Array(
      Type.Object(
        {
          bank: Id,
          rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000, description: "rows of one file" })),
          format: Type.Optional(Type.Enum([...YEAR_END_FORMATS], { description: "form of its files; default: csv" })),
        },
        closed,
      ),
      { minItems: 1, maxItems: YEAR_END_BANKS_MAX, description: "who pays; the first also pays on accounts with any other bank" },
    ),
    publicity: Type.Optional(Type.Object({ from: DateField, to: DateField, place: Place }, closed)),
  },
  closed,
);
type Open = Static<typeof OpenYearEndBody>;

const twice = (names: readonly string[], path: string): Result<never, Refusal> | undefined => {
  const index = names.findIndex((name, at) => names.indexOf(name) !== at);
  return index < 0 ? undefined : refuse(errors.YEAR_END_NAMED_TWICE, { name: names[index] as string }, { path: `${path}/${index}` });
};

const invalid = (why: string, path: string) => refuse(errors.YEAR_END_DATES_INVALID, { why }, { path });

/** What is wrong with the days of a publicity. */
function daysRefusal({ from, to }: { readonly from: string; readonly to: string }, snapshot: string) {
  for (const [name, date] of Object.entries({ from, to, snapshot })) if (!parseDate(date)) return invalid(date, `/publicity/${name}`);
  if (to < addDays(from as IsoDate, PUBLICITY_DAYS_MIN - 1)) return invalid(`${from} – ${to}`, "/publicity/to");
  return snapshot > from ? invalid(`${snapshot} > ${from}`, "/snapshot") : undefined;
}

/** Pools and banks that are not there, as the pools' and the registry's own refusals. */
function* gatherNamed({ pools, banks }: Pick<Open, "pools" | "banks">): Gather<Result<undefined, Refusal>> {
  for (const [index, { pool }] of pools.entries())
    if ((yield* load(poolStream(pool), poolFold)).version === 0) return refuse("POOL_UNKNOWN", { pool }, { path: `/pools/${index}` });
  for (const [index, { bank }] of banks.entries())
    if ((yield* load(bankStream(bank), bankFold)).state.bank === undefined)
      return refuse("BANK_UNKNOWN", { bank }, { path: `/banks/${index}` });
  return ok(undefined);
}

/**
 * 开启年终兑付 (FIN-M): pools, snapshot, publicity and banks of a year. Answer: `year`, `run`, `decisions`. Refuses YEAR_END_RUN_OPEN while another
 * run of the year goes on, POOL_UNKNOWN, BANK_UNKNOWN, YEAR_END_NAMED_TWICE, YEAR_END_DATES_INVALID.
 */
export const OpenYearEnd: CommandDefinition<Open> = {
  name: "OpenYearEnd",
  schema: OpenYearEndBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run({ year, pools, banks, ...command }, context) {
    const { snapshot = `${year}-11-30`, publicity = { from: `${year}-12-11`, to: `${year}-12-20` } } = command;
    const { stream, state } = yield* load(yearEndStream(year), yearEndFold);
    const before = lastRun(state);
    if (before && !isOver(before)) return refuse(errors.YEAR_END_RUN_OPEN, { year, run: before.plan.is.run });
    const wrong =
      twice(
        pools.map(({ pool }) => pool),
        "/pools",
      ) ??
      twice(
        banks.map(({ bank }) => bank),
        "/banks",
      ) ??
      daysRefusal(publicity, snapshot);
    if (wrong) return wrong;
    const named = yield* gatherNamed({ pools, banks });
    if (!named.ok) return named;
    const run = state.runs.length + 1;
    const payload: YearEndPayload<"YearEndOpened"> = { year, run, snapshot, pools, banks, publicity };
    const event = { type: "YearEndOpened", valueDate: shanghaiDate(context.recordedAt), payload };
    return ok({ writes: [{ stream, events: [event] }], answer: { year, run, decisions: 1 } });
  },
};

/** The run that goes on. Refuses YEAR_END_RUN_UNKNOWN, YEAR_END_RUN_OVER. */
function* gatherRun(year: number): Gather<Result<YearEndRun, Refusal>> {
  const run = lastRun((yield* load(yearEndStream(year), yearEndFold)).state);
  if (!run) return refuse(errors.YEAR_END_RUN_UNKNOWN, { year }, { path: "/year" });
  if (!isOver(run)) return ok(run);
  return refuse(errors.YEAR_END_RUN_OVER, { year, run: run.plan.is.run, how: run.cancelled ? "已中止 cancelled" : "已归档 closed" });
}

/** The steps that people decide, in their order. */
const STEPS = {
  publicity: ["公示", "publicity"],
  approval: ["审批", "approval"],
  allocation: ["分配到户", "allocation"],
  payout: ["发放", "payout"],
  statements: ["告知书", "statements"],
} as const;
type Step = keyof typeof STEPS;

const isDecided = (run: YearEndRun, step: Step): boolean => (step === "payout" ? run.payouts.length > 0 : run[step] !== undefined);

function early(run: YearEndRun, step: Step) {
  const { year } = run.plan.is;
  const order = Object.keys(STEPS) as Step[];
  const before = order.slice(0, order.indexOf(step)).find((one) => !isDecided(run, one));
  const [zh, stepEn] = STEPS[step];
  if (before) return refuse(errors.YEAR_END_STEP_EARLY, { year, step: zh, stepEn, before: STEPS[before][0], beforeEn: STEPS[before][1] });
  // A payout may be followed by others until the statements are ordered: what came back is paid again.
  const again = step === "payout" ? run.statements !== undefined : isDecided(run, step);
  return again ? refuse(errors.YEAR_END_STEP_DECIDED, { year, step: zh, stepEn }) : undefined;
}

/** Body of a decision with these fields. */
type Decided<P extends TProperties> = { readonly year: number } & Static<TObject<P>>;

/** A command by which people decide a step of the run that goes on. */
function decision<T extends YearEndEventType, P extends TProperties>(of: {
  readonly name: string;
  readonly step?: Step;
  readonly type: T;
  readonly roles: readonly Role[];
  readonly secondPerson?: boolean;
  readonly fields: P;
  readonly payload: (run: YearEndRun, command: Decided<P>, today: string) => Result<Omit<YearEndPayload<T>, "year" | "run">, Refusal>;
}): CommandDefinition<Decided<P>> {
  return {
    name: of.name,
    schema: Type.Object({ year: Year, ...of.fields }, closed),
    roles: of.roles,
    postsInBookG: false,
    ...(of.secondPerson ? { secondPerson: true } : {}),
    *run(command, context) {
      const found = yield* gatherRun(command.year);
      if (!found.ok) return found;
      const refused = of.step && early(found.value, of.step);
      if (refused) return refused;
      const today = shanghaiDate(context.recordedAt);
      const payload = of.payload(found.value, command, today);
      if (!payload.ok) return payload;
      const { year, run } = found.value.plan.is;
      const event = { type: of.type, valueDate: today, payload: { year, run, ...payload.value } };
      return ok({
        writes: [{ stream: yearEndStream(year), events: [event] }],
        answer: { year, run, ...payload.value, decisions: found.value.decisions + 1 },
      });
    },
  };
}

/** 公示上墙 (VIL, OFFICE): the lists hang out; days and place are the plan's unless others are named. Refuses YEAR_END_DATES_INVALID. */
export const ConfirmYearEndPublicity = decision({
  name: "ConfirmYearEndPublicity",
  step: "publicity",
  type: "YearEndPublicityConfirmed",
  roles: ["VIL", "OFFICE"],
  fields: { from: Type.Optional(DateField), to: Type.Optional(DateField), place: Place },
  payload: ({ plan: { is } }, { from = is.publicity.from, to = is.publicity.to, place = is.publicity.place }) =>
    daysRefusal({ from, to }, is.snapshot) ?? ok({ from, to, ...(place === undefined ? {} : { place }) }),
});
/** 审批 (FIN-R): every list of the run that hung out undisputed is approved, once its publicity has ended. */
export const ApproveYearEndLists = decision({
  name: "ApproveYearEndLists",
  step: "approval",
  type: "YearEndListsApproved",
  roles: ["FIN-R"],
  fields: {},
  payload: () => ok({}),
});
/** 同意分配到户 (FIN-M, second person): the approved lists are posted to the households. */
export const ConfirmYearEndAllocation = decision({
  name: "ConfirmYearEndAllocation",
  step: "allocation",
  type: "YearEndAllocationConfirmed",
  roles: ["FIN-M"],
  secondPerson: true,
  fields: {},
  payload: () => ok({}),
});
/** 同意发放 (FIN-C, second person): everything open is ordered from the banks; again: what came back or was set aside (重付). Answer: `round`. */
export const ConfirmYearEndPayout = decision({
  name: "ConfirmYearEndPayout",
  step: "payout",
  type: "YearEndPayoutConfirmed",
  roles: ["FIN-C"],
  secondPerson: true,
  fields: {},
  payload: ({ payouts }) => ok({ round: payouts.length + 1 }),
});
/** 出具告知书 (FIN-R): no bank is waited for any more; what is not paid is said as such. `issuedOn`: default today. */
export const ConfirmYearEndStatements = decision({
  name: "ConfirmYearEndStatements",
  step: "statements",
  type: "YearEndStatementsConfirmed",
  roles: ["FIN-R"],
  fields: {
    issuedOn: Type.Optional(DateField),
    largePrint: Type.Optional(Type.Boolean({ description: "大字版" })),
    twoCopies: Type.Optional(Type.Boolean({ description: "两联" })),
  },
  payload: (_, { issuedOn, largePrint, twoCopies }, today) =>
    ok({ issuedOn: issuedOn ?? today, ...(largePrint ? { largePrint } : {}), ...(twoCopies ? { twoCopies } : {}) }),
});
/** 中止 (FIN-R, FIN-M): stops before the next item. */
export const CancelYearEnd = decision({
  name: "CancelYearEnd",
  type: "YearEndCancelled",
  roles: ["FIN-R", "FIN-M"],
  fields: { reason: Type.String({ minLength: 1, maxLength: 500 }) },
  payload: (_, { reason }) => ok({ reason }),
});
/** 归档完成 (SYS). Refuses YEAR_END_STEP_EARLY before the statements. */
export const CloseYearEnd = decision({
  name: "CloseYearEnd",
  type: "YearEndClosed",
  roles: ["SYS"],
  fields: {
    statements: Type.Integer({ minimum: 0 }),
    files: Type.Integer({ minimum: 0 }),
    indexHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  },
  payload: (run, { statements, files, indexHash }) => {
    const { year } = run.plan.is;
    if (run.statements) return ok({ statements, files, indexHash });
    return refuse(errors.YEAR_END_STEP_EARLY, { year, step: "归档", stepEn: "archive", before: "告知书", beforeEn: "statements" });
  },
});

/** Every command of this package. */
export const yearEndRunCommands: readonly CommandDefinition[] = [
  OpenYearEnd,
  ConfirmYearEndPublicity,
  ApproveYearEndLists,
  ConfirmYearEndAllocation,
  ConfirmYearEndPayout,
  ConfirmYearEndStatements,
  CancelYearEnd,
  CloseYearEnd,
];
