import { type CommandContext, type CommandDefinition, type Decision, type Gather, load } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { byHousehold } from "../engine/list-hash.ts";
import { errors } from "../errors.ts";
import { assetFold, type BeneficiaryState, holdersNow, landRightFold } from "../evolve/rights.ts";
import { AmountText, closed, DateField, EvidenceList, Id, LIST_HOUSEHOLDS_MAX, ReasonText, WeightText, YearField } from "../fields.ts";
import { amountOf, datesRefusal, dayOf, dividendEvent, gatherEnterprise } from "../shared.ts";
import { gatherBeneficiaries, gatherStanding } from "../standing.ts";
import { assetStream, beneficiaryStream, landRightStream, poolStream } from "../streams.ts";

const Shares = Type.Array(Type.Object({ household: Id, shares: WeightText }, closed), { minItems: 0, maxItems: LIST_HOUSEHOLDS_MAX });
const Common = { pool: Id, year: YearField, shares: Shares, minutes: Type.Optional(ReasonText), valueDate: Type.Optional(DateField) };
export const AssignBeneficiariesBody = Type.Object(Common, closed);
export const ReassignBeneficiariesBody = Type.Object({ ...Common, takenBack: Type.Array(Id, { maxItems: LIST_HOUSEHOLDS_MAX }) }, closed);

interface Holder {
  readonly village: string;
  readonly shares: bigint;
}

/** Whole shares above zero of households that are registered on the day, or the refusal of the first that is not. */
function* gatherNewHolders(shares: Static<typeof Shares>, on: string): Gather<Result<ReadonlyMap<string, Holder>, Refusal>> {
  const holders = new Map<string, Holder>();
  for (const { household, shares: text } of shares) {
    const whole = /^(\d+)(?:\.0*)?$/.exec(text);
    if (!whole?.[1] || BigInt(whole[1]) === 0n) return refuse(errors.SHARES_NOT_WHOLE, { household, shares: text });
    if (holders.has(household)) return refuse(errors.LIST_HOUSEHOLD_TWICE, { household });
    const standing = yield* gatherStanding(household, on);
    if (!standing.exists || !standing.registered) return refuse(errors.NOT_ELIGIBLE_ON_SNAPSHOT, { household, on });
    holders.set(household, { village: standing.village, shares: BigInt(whole[1]) });
  }
  return ok(holders);
}

/** The new list with what changes for each household: what book Q posts. */
function listed(before: BeneficiaryState, after: ReadonlyMap<string, Holder>) {
  const now = holdersNow(before);
  const households = new Map([...now, ...after]);
  const changes = [...households]
    .map(([household, { village }]) => ({
      household,
      village,
      change: (after.get(household)?.shares ?? 0n) - (now.get(household)?.shares ?? 0n),
    }))
    .filter(({ change }) => change !== 0n)
    .map((one) => ({ ...one, change: one.change.toString() }))
    .sort(byHousehold);
  const holders = [...after]
    .map(([household, { village, shares }]) => ({ household, village, shares: shares.toString() }))
    .sort(byHousehold);
  return { holders, changes };
}

const answerOf = (pool: string, year: number, holders: readonly unknown[]): Decision["answer"] => ({ pool, year, holders: holders.length });

/**
 * 4.5 受益户量化 (VIL, POV): the whole list of who holds shares of the pool from the value date on. The right is not
 * transferable: it is assigned by the village assembly only. Refuses SHARES_NOT_WHOLE, LIST_HOUSEHOLD_TWICE,
 * NOT_ELIGIBLE_ON_SNAPSHOT (not registered on the day).
 */
export const AssignBeneficiaries: CommandDefinition<Static<typeof AssignBeneficiariesBody>> = {
  name: "AssignBeneficiaries",
  schema: AssignBeneficiariesBody,
  roles: ["VIL", "POV"],
  postsInBookG: false,
  *run({ pool, year, shares, minutes = "", valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    if (shares.length === 0) return refuse(errors.LIST_EMPTY);
    const holders = yield* gatherNewHolders(shares, day.value);
    if (!holders.ok) return holders;
    const list = listed(yield* gatherBeneficiaries(pool), holders.value);
    const event = dividendEvent("BeneficiariesAssigned", day.value, { pool, year, ...list, minutes });
    return ok({ writes: [{ stream: beneficiaryStream(pool), events: [event] }], answer: answerOf(pool, year, list.holders) });
  },
};

/**
 * 4.5 年度动态调整 (VIL, POV): `takenBack` lose their shares, `shares` are the new holders, the others keep theirs. Refuses
 * HOLDER_UNKNOWN and what {@link AssignBeneficiaries} refuses.
 */
export const ReassignBeneficiaries: CommandDefinition<Static<typeof ReassignBeneficiariesBody>> = {
  name: "ReassignBeneficiaries",
  schema: ReassignBeneficiariesBody,
  roles: ["VIL", "POV"],
  postsInBookG: false,
  *run({ pool, year, shares, takenBack, minutes = "", valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const before = yield* gatherBeneficiaries(pool);
    const after = new Map<string, Holder>(holdersNow(before));
    for (const household of takenBack) {
      // What an extinct household held is back in the pool already (@huimin/succession): nothing is left to take.
      const held = after.delete(household) || before.lists.some(({ holders }) => holders.has(household));
      if (!held) return refuse(errors.HOLDER_UNKNOWN, { pool, household });
    }
    const holders = yield* gatherNewHolders(shares, day.value);
    if (!holders.ok) return holders;
    for (const [household, holder] of holders.value) after.set(household, holder);
    const list = listed(before, after);
    const event = dividendEvent("BeneficiariesReassigned", day.value, { pool, year, ...list, takenBack, minutes });
    return ok({ writes: [{ stream: beneficiaryStream(pool), events: [event] }], answer: answerOf(pool, year, list.holders) });
  },
};

export const RegisterAssetBody = Type.Object(
  {
    asset: Id,
    pool: Id,
    village: Id,
    kind: Id,
    name: ReasonText,
    capacityKw: Type.Optional(WeightText),
    cost: AmountText,
    source: Id,
    document: Id,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** 6.1 资产确权登记 (VIL, POV). The village collective owns it; the district's books don't hold it. Refuses ASSET_KNOWN. */
export const RegisterAsset: CommandDefinition<Static<typeof RegisterAssetBody>> = {
  name: "RegisterAsset",
  schema: RegisterAssetBody,
  roles: ["VIL", "POV"],
  postsInBookG: false,
  *run({ valueDate, ...asset }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const stream = assetStream(asset.asset);
    const { state } = yield* load(stream, assetFold);
    if (state.asset) return refuse(errors.ASSET_KNOWN, { asset: asset.asset }, { path: "/asset" });
    return ok({ writes: [{ stream, events: [dividendEvent("AssetRegistered", day.value, asset)] }], answer: { asset: asset.asset } });
  },
};

export const ContributeLandRightBody = Type.Object(
  {
    household: Id,
    parcel: Id,
    enterprise: Id,
    pool: Id,
    areaMu: AmountText,
    valuation: AmountText,
    to: DateField,
    certificate: Id,
    valueDate: Type.Optional(DateField),
  },
  closed,
);

function* gatherLand(household: string, context: CommandContext, valueDate: string | undefined) {
  const day = dayOf(valueDate, context);
  if (!day.ok) return day;
  const standing = yield* gatherStanding(household, day.value);
  if (!standing.exists) return refuse(errors.NOT_ELIGIBLE_ON_SNAPSHOT, { household, on: day.value });
  const { state } = yield* load(landRightStream(household), landRightFold);
  return ok({ on: day.value, village: standing.village, parcels: state });
}

/** 6.2 土地承包经营权入股 (VIL): book Q, in hundredths of a mu. Refuses PARCEL_KNOWN, NOT_ELIGIBLE_ON_SNAPSHOT, DIVIDEND_ENTERPRISE_UNKNOWN. */
export const ContributeLandRight: CommandDefinition<Static<typeof ContributeLandRightBody>> = {
  name: "ContributeLandRight",
  schema: ContributeLandRightBody,
  roles: ["VIL"],
  postsInBookG: false,
  *run({ valueDate, ...right }, context) {
    const malformed = datesRefusal({ to: right.to });
    if (malformed) return malformed;
    const area = amountOf(right.areaMu, "/areaMu");
    if (!area.ok) return area;
    const known = yield* gatherEnterprise(right.enterprise);
    if (!known.ok) return known;
    const land = yield* gatherLand(right.household, context, valueDate);
    if (!land.ok) return land;
    const { on, village, parcels } = land.value;
    if (parcels.has(right.parcel)) return refuse(errors.PARCEL_KNOWN, { parcel: right.parcel }, { path: "/parcel" });
    const event = dividendEvent("LandRightContributed", on, { ...right, village, units: area.value.toString() });
    return ok({
      writes: [{ stream: landRightStream(right.household), events: [event] }],
      answer: { household: right.household, parcel: right.parcel },
    });
  },
};

export const WithdrawLandRightBody = Type.Object(
  { household: Id, parcel: Id, reason: ReasonText, valueDate: Type.Optional(DateField) },
  closed,
);

/** 6.2 土地承包经营权退出 (VIL). Refuses PARCEL_UNKNOWN. */
export const WithdrawLandRight: CommandDefinition<Static<typeof WithdrawLandRightBody>> = {
  name: "WithdrawLandRight",
  schema: WithdrawLandRightBody,
  roles: ["VIL"],
  postsInBookG: false,
  *run({ household, parcel, reason, valueDate }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    const { state } = yield* load(landRightStream(household), landRightFold);
    const right = state.get(parcel);
    if (!right) return refuse(errors.PARCEL_UNKNOWN, { household, parcel }, { path: "/parcel" });
    const { village, enterprise, pool, units } = right;
    const event = dividendEvent("LandRightWithdrawn", day.value, { household, village, parcel, enterprise, pool, units, reason });
    return ok({ writes: [{ stream: landRightStream(household), events: [event] }], answer: { household, parcel } });
  },
};

export const ApproveVillagePlanBody = Type.Object(
  {
    pool: Id,
    year: YearField,
    village: Id,
    lines: Type.Array(Type.Object({ use: Id, amount: AmountText }, closed), { minItems: 1, maxItems: 100 }),
    minutes: ReasonText,
    evidence: Type.Optional(EvidenceList),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** 6.5 村级分配方案 (POV): what the assembly (四议两公开) decided and the street reviewed. */
export const ApproveVillagePlan: CommandDefinition<Static<typeof ApproveVillagePlanBody>> = {
  name: "ApproveVillagePlan",
  schema: ApproveVillagePlanBody,
  roles: ["POV"],
  postsInBookG: false,
  *run({ valueDate, evidence: _, ...plan }, context) {
    const day = dayOf(valueDate, context);
    if (!day.ok) return day;
    for (const [index, line] of plan.lines.entries()) {
      const amount = amountOf(line.amount, `/lines/${index}/amount`);
      if (!amount.ok) return amount;
    }
    const total = formatAmount(sumFen(plan.lines.map(({ amount }) => fen(amount))));
    const event = dividendEvent("VillagePlanApproved", day.value, { ...plan, total });
    return ok({
      writes: [{ stream: poolStream(plan.pool), events: [event], expect: "any" }],
      answer: { pool: plan.pool, year: plan.year, total },
    });
  },
};
