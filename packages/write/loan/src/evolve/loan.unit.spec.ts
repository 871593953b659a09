import type { RecordedEvent } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookIntoFamily } from "../decide/topups.ts";
import { opened } from "../shared.ts";
import { loanTimelineFold } from "./loan.ts";
import type { LoanState } from "./state.ts";

/*
 * Short ways of the fold and of a booking, held against the long ones: a repayment adds its movement to the timeline as
 * it is, and a loan without top-ups books it without allocating anew. Amounts are in fen, on few days, so that days and
 * amounts meet.
 */

const SUBJECT = { loan: "L1", household: "H1", bank: "K1", village: "V1" };

let position = 0;
function event(type: string, valueDate: string, payload: object): RecordedEvent {
  position += 1;
  const place = { eventId: `e${position}`, stream: "loan/L1", streamVersion: position, position };
  const envelope = { recordedAt: "2019-01-01T10:00:00.000+08:00", period: "2019-01", actor: "bank:K1", role: "BANK" };
  return { type, valueDate, payload: { ...SUBJECT, ...payload }, ...place, ...envelope };
}

const yuan = (fen: number): string => formatAmount(BigInt(fen));

const drawn = event("LoanDisbursed", "2018-01-01", {
  amount: "0.40",
  annualRate: "4.75",
  yearBase: 360,
  contractDate: "2018-01-01",
  due: "2020-01-01",
  method: "interest-only-then-bullet",
  creditGroup: "H1",
  borrower: "P1",
  serial: "D1",
  penaltySurcharge: "50",
});

interface Fact {
  readonly kind: "repayment" | "reversal" | "drawing-reversed" | "held";
  readonly fen: number;
  readonly day: number;
}

const fact: fc.Arbitrary<Fact> = fc.record({
  kind: fc.constantFrom("repayment", "repayment", "repayment", "reversal", "held", "drawing-reversed"),
  fen: fc.integer({ min: 0, max: 15 }),
  day: fc.integer({ min: 1, max: 5 }),
});

function eventOf({ kind, fen, day }: Fact, nr: number): RecordedEvent {
  const valueDate = `2018-02-0${day}`;
  const split = { principal: yuan(fen), interest: "0.00", penalty: "0.00" };
  // Serials sort otherwise than they come.
  if (kind === "repayment") return event("RepaymentReceived", valueDate, { ...split, serial: `R${(nr * 7) % 10}-${nr}` });
  if (kind === "held") return event("RepaymentDuplicateSuspected", valueDate, { ...split, serial: `H${nr}`, sameAs: "R0-0" });
  if (kind === "drawing-reversed")
    return event("DisbursementReversed", valueDate, { serial: "D1", amount: "-0.40", reversalSerial: `X${nr}` });
  return event("RepaymentReversed", valueDate, { ...split, serial: `R${((nr - 1) * 7) % 10}-${nr - 1}`, reversalSerial: `X${nr}` });
}

const folded = (facts: readonly Fact[]): LoanState =>
  [drawn, ...facts.map(eventOf)].reduce(loanTimelineFold.evolve, loanTimelineFold.initialState);

describe("the fold of a loan", () => {
  it("property: repayments leave the timeline that is made anew from all messages", () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 14 }), (facts) => {
        const state = folded(facts);
        const anew = loanTimelineFold.evolve(state, event("OverdueCured", "2018-03-01", {}));
        expect(state.timeline).toStrictEqual(anew.timeline);
      }),
    );
  });
});

describe("booking a repayment of a loan without top-ups", () => {
  it("property: writes what allocating all repayments by value date would write, or refuses the same", () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 10 }), fact, fc.boolean(), (facts, { fen, day }, isStated) => {
        const loan = opened(folded(facts), "L1");
        if (!loan.ok) throw new Error(loan.refusal.code);
        const family = { base: loan.value, topUps: [] };
        const added = {
          type: "RepaymentReceived",
          serial: "NEW",
          valueDate: `2018-02-0${day}`,
          principal: BigInt(fen),
          interest: 0n,
          penalty: 0n,
          ...(isStated ? { tranche: "subsidised-tranche" as const } : {}),
        } as const;
        // A serial that no message has leaves nothing out, and takes the long way.
        expect(bookIntoFamily(family, added)).toStrictEqual(bookIntoFamily(family, added, "no such serial"));
      }),
    );
  });
});
