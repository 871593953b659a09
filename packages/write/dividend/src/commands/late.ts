import { daysBetween, earlierDate, type IsoDate } from "@huimin/calendar";
import type { CommandDefinition, Gather } from "@huimin/decider";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "../errors.ts";
import { openClaims, openOf, type PoolClaim } from "../evolve/pool.ts";
import { closed, DateField, Id } from "../fields.ts";
import { dayOf, dividendEvent, gatherPool } from "../shared.ts";
import { poolStream } from "../streams.ts";

/** The due date, or the day of the declaration where the agreement names none. */
export const dueOf = (claim: PoolClaim): IsoDate => claim.dueOn ?? claim.valueDate;

export const LateBody = Type.Object({ pool: Id, enterprise: Id, valueDate: DateField }, closed);
type LateCommand = Static<typeof LateBody>;

interface Late {
  readonly year: number;
  readonly dueOn: IsoDate;
  readonly open: Fen;
  readonly marked: boolean;
}

/** Open claims of the enterprise that were due before the day, by year. Refuses DIVIDEND_CLAIM_NOT_OPEN, DIVIDEND_NOT_DUE. */
function* gatherLate(command: LateCommand, mark: (claim: PoolClaim) => Fen | undefined): Gather<Result<readonly Late[], Refusal>> {
  const { pool, enterprise, valueDate } = command;
  const open = openClaims(yield* gatherPool(pool), enterprise);
  const first = open[0];
  if (!first) return refuse(errors.DIVIDEND_CLAIM_NOT_OPEN, { pool, year: "–", enterprise });
  const late = open.filter((claim) => dueOf(claim) < valueDate);
  if (late.length === 0) return refuse(errors.DIVIDEND_NOT_DUE, { enterprise, dueOn: dueOf(first), on: valueDate });
  const years = [...Map.groupBy(late, ({ year }) => year)];
  return ok(
    years.map(([year, claims]) => ({
      year,
      dueOn: claims.map(dueOf).reduce(earlierDate),
      open: sumFen(claims.map(openOf)),
      marked: claims.every((claim) => mark(claim) === openOf(claim)),
    })),
  );
}

const answerOf = ({ pool, enterprise }: LateCommand, late: readonly Late[]) => ({
  pool,
  enterprise,
  open: formatAmount(sumFen(late.map(({ open }) => open))),
});

/**
 * 1.11 分红逾期 (SYS, by date): a declared dividend was due and is unpaid; a reminder and a flag for the honour roll. A later
 * receipt cures it. What was marked with the same open amount is passed over. Refuses DIVIDEND_CLAIM_NOT_OPEN, DIVIDEND_NOT_DUE.
 */
export const MarkDividendOverdue: CommandDefinition<LateCommand> = {
  name: "MarkDividendOverdue",
  schema: LateBody,
  roles: ["SYS"],
  postsInBookG: false,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const late = yield* gatherLate(command, (claim) => claim.overdue);
    if (!late.ok) return late;
    const { pool, enterprise } = command;
    const events = late.value
      .filter(({ marked }) => !marked)
      .map(({ year, dueOn, open }) =>
        dividendEvent("DividendOverdue", day.value, { pool, year, enterprise, open: formatAmount(open), dueOn }),
      );
    return ok({ writes: [{ stream: poolStream(pool), events }], answer: answerOf(command, late.value) });
  },
};

/**
 * 4.8 固定分红违约 (SYS, by date): a fixed dividend is late; the insurance or risk clause may follow. As
 * {@link MarkDividendOverdue}.
 */
export const MarkDividendDefaulted: CommandDefinition<LateCommand> = {
  name: "MarkDividendDefaulted",
  schema: LateBody,
  roles: ["SYS"],
  postsInBookG: false,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const late = yield* gatherLate(command, (claim) => claim.defaulted);
    if (!late.ok) return late;
    const { pool, enterprise } = command;
    const events = late.value
      .filter(({ marked }) => !marked)
      .map(({ year, dueOn, open }) =>
        dividendEvent("DividendDefaulted", day.value, {
          pool,
          year,
          enterprise,
          open: formatAmount(open),
          daysLate: daysBetween(dueOn, day.value),
        }),
      );
    return ok({ writes: [{ stream: poolStream(pool), events }], answer: answerOf(command, late.value) });
  },
};
