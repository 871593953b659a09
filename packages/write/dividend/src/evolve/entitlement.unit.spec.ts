import { SpecificationLog } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entitlementStream } from "../streams.ts";
import {
  type EntitlementLine,
  type EntitlementState,
  entitlementFold,
  inTransit,
  isTouched,
  itemStatus,
  noEntitlements,
  openItem,
  paidOut,
  unclaimedSince,
} from "./entitlement.ts";

const stream = entitlementStream("B1", 2018, 0);
const part = { pool: "B1", year: 2018, part: 0 };

/** A part with H1, and what may happen to it next. */
class Life {
  readonly log = new SpecificationLog();
  #batches = 0;

  constructor(amount: string) {
    this.#allocate(amount);
  }

  #draft = 0;
  #amount = "";
  #allocate(amount: string): void {
    this.#draft += 1;
    this.#amount = amount;
    this.#record("EntitlementsAllocated", { ...part, draft: this.#draft, lines: [{ household: "H1", village: "V1", amount }] });
  }

  get state(): EntitlementState {
    return (this.log.streams.get(stream) ?? []).reduce((before, event) => entitlementFold.evolve(before, event), noEntitlements);
  }

  #record(type: string, payload: object, valueDate = "2018-12-20"): void {
    this.log.record(stream, [{ type, valueDate, payload }]);
  }

  get line(): EntitlementLine {
    return this.state.lines.get("H1") as EntitlementLine;
  }

  /** Does what the number says where that can happen now. */
  step(choice: number): void {
    const { line } = this;
    const open = openItem(line);
    const last = line.items.at(-1);
    const items = (amount: Fen) => [{ household: "H1", village: "V1", amount: formatAmount(amount) }];
    const from = line.returned > 0n ? "2901.04" : "2901.02";
    const lying = line.returned > 0n ? line.returned : line.payable;
    if (choice === 0 && !open && lying > 0n) {
      this.#batches += 1;
      const submitted = [{ ...items(lying)[0], from, account: "a" }];
      this.#record("PayoutItemsSubmitted", { ...part, payoutBatch: `P${this.#batches}`, bank: "K1", items: submitted });
    } else if (choice <= 2 && open) {
      const type = choice === 1 ? "PayoutSucceeded" : "PayoutFailed";
      this.#record(type, { ...part, payoutBatch: open.payoutBatch, items: items(open.amount), reason: "AC04" });
    } else if (choice <= 4 && last?.results.at(-1)?.status === "succeeded") {
      const type = choice === 3 ? "PayoutReturned" : "PayoutWronglyPaid";
      this.#record(type, { ...part, payoutBatch: last.payoutBatch, items: items(last.amount), reason: "AC04", obligor: "X" });
    } else if (choice === 5 && !open && lying > 0n) {
      this.#record("UnclaimedTransferred", { ...part, evidence: [], items: [{ ...items(lying)[0], from }] });
    } else if (choice === 6 && line.unclaimed > 0n) {
      this.#record("UnclaimedTransferReversed", { ...part, evidence: [], claimant: "h", items: items(line.unclaimed) });
    } else if (choice === 7 && line.payable > 1n) {
      const moves = [{ household: "H2", village: "V1", account: "2901.02", amount: formatAmount(line.payable / 2n) }];
      const payload = { ...part, source: "H1", sourceVillage: "V1", moves };
      this.#record("EntitlementsDivided", { ...payload, side: "source" });
      this.#record("EntitlementsDivided", { ...payload, side: "target" });
    } else if (choice === 8 && last && itemStatus(last) === "wrongly-paid" && line.returned >= last.amount) {
      const back = { payoutBatch: last.payoutBatch, obligor: "X", reason: "x", items: items(-last.amount) };
      this.#record("WrongPayoutReversed", { ...part, ...back });
    } else if (choice === 9 && !isTouched(this.state, this.#draft, "H1", fen(this.#amount))) {
      const lines = [{ household: "H1", village: "V1", amount: `-${this.#amount}` }];
      this.#record("EntitlementsReversed", { ...part, draft: this.#draft, lines, reason: "x" });
      this.#allocate("7.77");
    }
  }
}

describe("entitlementFold", () => {
  it("property: every fen of an entitlement is in exactly one place, whatever happens to it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), (amount, steps) => {
        const life = new Life(formatAmount(BigInt(amount)));
        for (const step of steps) {
          life.step(step);
          const { line } = life;
          const everywhere = [line.payable, line.returned, line.unclaimed, inTransit(line), paidOut(line)];
          expect(sumFen(everywhere)).toBe(line.entitled);
          expect(everywhere.every((part) => part >= 0n)).toBe(true);
        }
      }),
    );
  });

  it("keeps drafted lines by draft, and which drafts were allocated", () => {
    const lines = [{ household: "H1", village: "V1", weight: "2", amount: "10.00" }];
    const log = new SpecificationLog().record(stream, [
      { type: "AllocationLinesDrafted", valueDate: "2018-12-01", payload: { ...part, draft: 1, lines } },
      { type: "AllocationLinesDrafted", valueDate: "2018-12-02", payload: { ...part, draft: 2, lines } },
      { type: "EntitlementsAllocated", valueDate: "2018-12-20", payload: { ...part, draft: 2, lines } },
    ]);
    const state = (log.streams.get(stream) ?? []).reduce((before, event) => entitlementFold.evolve(before, event), noEntitlements);
    expect(state.drafts.get(1)?.get("H1")).toMatchObject({ weight: "2", amount: fen("10.00") });
    expect(state.allocated).toEqual([2]);
    expect(unclaimedSince(state.lines.get("H1") as EntitlementLine)).toBe("2018-12-20");
  });

  it("leaves out what it sees only a part of", () => {
    const log = new SpecificationLog().record(stream, [
      {
        type: "PayoutSucceeded",
        valueDate: "2018-12-20",
        payload: { ...part, payoutBatch: "P1", items: [{ household: "H1", amount: "1.00" }] },
      },
    ]);
    expect(entitlementFold.evolve(noEntitlements, (log.streams.get(stream) ?? [])[0] as never)).toEqual(noEntitlements);
  });
});
