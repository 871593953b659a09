/* Handlers of principal that others than the borrower settle: compensation, recovery, release (chain E; R3, R4). */
import type { RecordedEvent } from "@huimin/decider";
import { fen } from "@huimin/money";
import type { LoanPayload } from "../schema.ts";
import { movesOf } from "./pooled.ts";
import { withStakeFact, withStakeMoves } from "./stakes.ts";
import { type LoanHandlers, type LoanState, NO_MONEY, withMessage } from "./state.ts";

/** These events carry no serial of a bank: the event is its own message. A negative amount (C6) raises the principal again. */
function settledByOthers(
  state: LoanState,
  event: RecordedEvent,
  { principal, stakes }: Pick<LoanPayload<"LoanReleased">, "principal" | "stakes">,
): LoanState {
  const { valueDate, eventId } = event;
  const serial = `${event.type} ${state.messages.size + 1}`;
  const message = { serial, kind: "compensation", status: "booked", valueDate, eventId, ...NO_MONEY, principal: fen(principal) } as const;
  const moved = withStakeMoves(withMessage(state, message), movesOf(stakes, valueDate, -1n));
  if (!moved.subject?.batch) return moved;
  const back = movesOf(stakes, valueDate, -1n);
  return withStakeFact(moved, fen(principal) < 0n ? { kind: "added", valueDate, shares: back } : { kind: "message", serial });
}

export const settlingHandlers: LoanHandlers = {
  LoanCompensated: settledByOthers,
  LoanRecovered: settledByOthers,
  LoanReleased: settledByOthers,
};
