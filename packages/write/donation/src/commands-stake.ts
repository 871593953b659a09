import { yearOf } from "@huimin/calendar";
import { type CommandDefinition, type Gather, given } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { event, known, mayLeave } from "./decide.ts";
import { errors } from "./errors.ts";
import { AmountText, amountOf, Currency, closed, DateField, dayOf, Id, PurposeText, SerialText, ShortText } from "./fields.ts";
import { gatherDonation, gatherEnterprise, gatherVillageOf } from "./gather.ts";
import { changeShares } from "./stake.ts";

/** The whole list of a pool is one event. */
const HOLDERS_MAX = 400;
const HolderField = Type.Object(
  { household: Id, shares: Type.String({ pattern: "^[1-9]\\d{0,11}$", description: "whole shares of the pool" }) },
  closed,
);

export const DonateCooperativeStakeBody = Type.Object(
  {
    donation: Id,
    amount: AmountText,
    purpose: PurposeText,
    pool: Id,
    enterprise: Id,
    sharePercent: Type.Optional(Type.String({ pattern: "^\\d{1,3}(\\.\\d{1,6})?$", description: "share of the cooperative, percent" })),
    holders: Type.Array(HolderField, { minItems: 1, maxItems: HOLDERS_MAX }),
    minutes: ShortText,
    year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2999 })),
    /** 资金性质: the guard of model 1 holds when the money is microcredit */
    fundedBy: Type.Optional(Type.Union([Type.Literal("charity"), Type.Literal("microcredit")])),
    participationEvidence: Type.Optional(Type.Boolean()),
    overrideDocument: Type.Optional(ShortText),
    serial: Type.Optional(SerialText),
    currency: Currency,
    valueDate: DateField,
  },
  closed,
);

const GUARD_KEYS = ["model1.open.from", "model1.warn.from", "model1.block.from", "model1.forbid.from"] as const;

/**
 * 3.3: a stake from microcredit (户贷企用) is contracted only in the windows of model 1, judged by the contract date. Refuses
 * COOPERATIVE_STAKE_BLOCKED, COOPERATIVE_STAKE_EVIDENCE.
 */
function* guard(command: Static<typeof DonateCooperativeStakeBody>, on: string): Gather<Result<true, Refusal>> {
  if (command.fundedBy !== "microcredit") return ok(true);
  const policy = yield* loadPolicy(GUARD_KEYS);
  const blocked = policy.bool("model1.block.from", on) && command.overrideDocument === undefined;
  if (!policy.bool("model1.open.from", on) || policy.bool("model1.forbid.from", on) || blocked)
    return refuse(errors.COOPERATIVE_STAKE_BLOCKED, { date: on }, { path: "/fundedBy" });
  if (policy.bool("model1.warn.from", on) && command.participationEvidence !== true)
    return refuse(errors.COOPERATIVE_STAKE_EVIDENCE, { date: on }, { path: "/participationEvidence" });
  return ok(true);
}

/**
 * 5.15 捐资代贫困户入股 (POV): money of a donation buys shares of a pool for households, on the list of its beneficiaries. Refuses
 * DONATION_UNKNOWN, PURPOSE_MISMATCH, ABOVE_BALANCE, PARTNER_ENTERPRISE_UNKNOWN, HELP_HOUSEHOLD_UNKNOWN, HOUSEHOLD_LISTED_TWICE
 * and, for money that is microcredit, COOPERATIVE_STAKE_BLOCKED and COOPERATIVE_STAKE_EVIDENCE.
 */
export const DonateCooperativeStake: CommandDefinition<Static<typeof DonateCooperativeStakeBody>> = {
  name: "DonateCooperativeStake",
  schema: DonateCooperativeStakeBody,
  roles: ["POV"],
  postsInBookG: true,
  *run(command, context) {
    const day = dayOf(command.valueDate, context);
    if (!day.ok) return day;
    const amount = amountOf(command.amount);
    if (!amount.ok) return amount;
    const { donation, purpose, pool, enterprise, minutes, sharePercent, serial } = command;
    const { stream, state } = yield* gatherDonation(donation);
    const found = known(state, donation);
    if (!found.ok) return found;
    const permitted = yield* guard(command, day.value);
    if (!permitted.ok) return permitted;
    const allowed = mayLeave(state, purpose, amount.value, day.value);
    if (!allowed.ok) return allowed;
    const active = yield* gatherEnterprise(enterprise, day.value);
    if (!active.ok) return active;
    const holders = yield* gatherHolders(command.holders, day.value);
    if (!holders.ok) return holders;
    const year = command.year ?? yearOf(day.value);
    const changes = holders.value.map(({ household, village, shares }) => ({ household, village, change: BigInt(shares) }));
    const write = yield* changeShares(pool, year, day.value, changes, minutes);
    if (!write.ok) return write;
    const payload = {
      ...found.value,
      ...{ amount: command.amount, purpose, pool, enterprise, year, holders: holders.value, minutes },
      ...given({ sharePercent, serial }),
    };
    return ok({ writes: [{ stream, events: [event("CooperativeStakeDonated", day.value, payload)] }, write.value], answer: found.value });
  },
};

function* gatherHolders(
  holders: readonly { readonly household: string; readonly shares: string }[],
  on: string,
): Gather<Result<{ household: string; village: string; shares: string }[], Refusal>> {
  const listed: { household: string; village: string; shares: string }[] = [];
  for (const [index, { household, shares }] of holders.entries()) {
    const path = `/holders/${index}/household`;
    if (listed.some((one) => one.household === household)) return refuse(errors.HOUSEHOLD_LISTED_TWICE, { household }, { path });
    const village = yield* gatherVillageOf(household, on, path);
    if (!village.ok) return village;
    listed.push({ household, village: village.value, shares });
  }
  return ok(listed);
}
