import type { CommandContext, CommandDefinition, Decision, Gather, StreamWrite } from "@huimin/decider";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { type DonationEvent, event, known, type ReversalRequest, reverse } from "./decide.ts";
import { pairingStream } from "./evolve-help.ts";
import { closed, fiscalYearOf, Id, SerialText, ShortText } from "./fields.ts";
import { gatherDonation } from "./gather.ts";
import type { DonationPayload } from "./schema.ts";
import { sharesTakenBack } from "./stake.ts";

const EntryNumber = Type.Integer({ minimum: 1, description: "number of the entry in its donation" });
export const ReverseDonationEntryBody = Type.Object({ donation: Id, entry: EntryNumber, reason: ShortText }, closed);
export const ReverseDonationMessageBody = Type.Object({ donation: Id, entry: EntryNumber, serial: SerialText }, closed);

/** The households' help files give back what a distribution put there. */
function goodsTakenBack({ payload, valueDate }: DonationEvent<"DonationEntryReversed">): StreamWrite[] {
  if (payload.of !== "InKindDistributed") return [];
  const { donation, reverses: entry } = payload;
  return (payload.original as DonationPayload<"InKindDistributed">).lines.map(({ household, value }) => ({
    stream: pairingStream(household),
    expect: "any",
    events: [event("HouseholdGoodsReversed", valueDate, { household, donation, entry, value })],
  }));
}

function* reversal(
  donation: string,
  request: Omit<ReversalRequest, "fiscalYear">,
  context: CommandContext,
): Gather<Result<Decision, Refusal>> {
  const { stream, state } = yield* gatherDonation(donation);
  const found = known(state, donation);
  if (!found.ok) return found;
  const decided = reverse(state, { ...request, fiscalYear: fiscalYearOf(context) });
  if (!decided.ok) return decided;
  const shares = yield* sharesTakenBack(decided.value);
  if (!shares.ok) return shares;
  const writes = [{ stream, events: [decided.value] }, ...goodsTakenBack(decided.value), ...shares.value];
  return ok({ writes, answer: { donation, reverses: request.entry } });
}

/**
 * 红字冲销 (C1; FIN-M, FIN-R) of an entry that is no bank message, with the value date of the original. Refuses
 * DONATION_UNKNOWN, ENTRY_UNKNOWN, ENTRY_ALREADY_REVERSED, ENTRY_OF_BANK, ENTRY_OF_HONOUR, ABOVE_BALANCE, ABOVE_STOCK,
 * STAKE_SHARES_MOVED.
 */
export const ReverseDonationEntry: CommandDefinition<Static<typeof ReverseDonationEntryBody>> = {
  name: "ReverseDonationEntry",
  schema: ReverseDonationEntryBody,
  roles: ["FIN-M", "FIN-R"],
  postsInBookG: true,
  *run({ donation, entry, reason }, context) {
    return yield* reversal(donation, { entry, reason, byBank: false }, context);
  },
};

/**
 * 银行冲正 (C6, bank message) of an entry that moved cash; `serial` is the reversal's own. Refuses as
 * {@link ReverseDonationEntry}, and ENTRY_NOT_CASH.
 */
export const ReverseDonationMessage: CommandDefinition<Static<typeof ReverseDonationMessageBody>> = {
  name: "ReverseDonationMessage",
  schema: ReverseDonationMessageBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run({ donation, entry, serial }, context) {
    return yield* reversal(donation, { entry, serial, byBank: true, sender: context.actor }, context);
  },
};
