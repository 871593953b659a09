/*
 * The fund's account at one bank: its cash is the sum of what moved it, so the order of recording does not matter.
 */
import { yearOf } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import { narrowed } from "./narrow.ts";

export interface FundDeposit {
  readonly deposit: number;
  readonly valueDate: string;
  readonly amount: Fen;
  readonly source?: string | undefined;
  readonly asIncome?: boolean | undefined;
  readonly document?: string | undefined;
  readonly eventId: string;
  readonly fiscalYear: number;
  readonly reversed: boolean;
}

export interface FundInterest {
  readonly serial: string;
  readonly valueDate: string;
  readonly amount: Fen;
  readonly eventId: string;
  readonly reversed: boolean;
}

export interface RiskFundState {
  /** 1002.02 at this bank. */
  readonly cash: Fen;
  readonly deposits: readonly FundDeposit[];
  /** Interest by serial. */
  readonly interest: ReadonlyMap<string, FundInterest>;
}

export const riskFundStream = (bank: string): string => `risk-fund/${bank}`;

export const riskFundFold: Fold<RiskFundState> = {
  initialState: { cash: 0n, deposits: [], interest: new Map() },
  evolve(state, event) {
    const deposited = narrowed(event, "RiskFundDeposited");
    if (deposited) {
      const { bank: _, amount, ...rest } = deposited;
      const { valueDate, eventId } = event;
      const deposit = { ...rest, valueDate, amount: fen(amount), eventId, fiscalYear: yearOf(event.period), reversed: false };
      return { ...state, cash: state.cash + fen(amount), deposits: [...state.deposits, deposit] };
    }
    const taken = narrowed(event, "RiskFundDepositReversed");
    if (taken) {
      const deposits = state.deposits.map((one) => (one.deposit === taken.deposit ? { ...one, reversed: true } : one));
      return { ...state, cash: state.cash + fen(taken.amount), deposits };
    }
    const credited = narrowed(event, "RiskFundInterestCredited");
    if (credited) {
      const { serial, amount } = credited;
      const entry = { serial, valueDate: event.valueDate, amount: fen(amount), eventId: event.eventId, reversed: false };
      return { ...state, cash: state.cash + fen(amount), interest: new Map(state.interest).set(serial, entry) };
    }
    const reversed = narrowed(event, "RiskFundInterestReversed");
    if (reversed) {
      const entry = state.interest.get(reversed.serial);
      const interest = entry ? new Map(state.interest).set(reversed.serial, { ...entry, reversed: true }) : state.interest;
      return { ...state, cash: state.cash + fen(reversed.amount), interest };
    }
    const moved = narrowed(event, "RiskFundMoved");
    return moved ? { ...state, cash: state.cash + fen(moved.amount) } : state;
  },
};
