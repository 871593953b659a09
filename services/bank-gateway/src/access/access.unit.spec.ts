import { isBankScope } from "@huimin/bank-client/events";
import { errorEntry } from "@huimin/outcome";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bankMessages } from "../messages.ts";
import { senderName } from "./failures.ts";
import { RateLimiter } from "./rate.ts";
import { scopedMessages, scopeOf } from "./scopes.ts";
import { asSeenByBank } from "./seen.ts";

describe("scopes", () => {
  it("has exactly one for every message, and for nothing else", () => {
    expect(bankMessages.map((message) => scopeOf(message)).every(isBankScope)).toBe(true);
    const known = new Set(bankMessages.map(({ path }) => path));
    expect(scopedMessages().filter((path) => !known.has(path))).toEqual([]);
    expect(() => scopeOf({ path: "new-message" })).toThrow(/has no scope/);
  });
});

describe("the rate of a client", () => {
  const rate = { perSecond: 2, burst: 5 };

  it("lets a burst through, then so many a second, and says how long to wait", () => {
    let now = 0;
    const limiter = new RateLimiter(() => now);
    const taken = () => Array.from({ length: 8 }, () => limiter.take("c", rate)).filter(Boolean).length;
    expect([limiter.left("c", rate), taken(), limiter.left("c", rate), limiter.waitSeconds("c", rate)]).toEqual([5, 5, 0, 1]);
    now = 1_000;
    expect([limiter.left("c", rate), taken(), limiter.waitSeconds("c", rate, 5)]).toEqual([2, 2, 3]);
    now = 60_000;
    expect(taken()).toBe(5);
  });

  it("takes nothing by looking, and counts each client for itself", () => {
    const limiter = new RateLimiter(() => 0);
    for (let n = 0; n < 9; n++) limiter.left("c", rate);
    expect([limiter.left("c", rate), limiter.take("d", rate), limiter.left("c", rate)]).toEqual([5, true, 5]);
  });

  it("forgets the client that was used longest ago when it holds too many", () => {
    const limiter = new RateLimiter(() => 0, 2);
    for (const name of ["a", "b", "a", "c"]) limiter.take(name, rate);
    expect(["a", "b", "c"].map((name) => limiter.left(name, rate))).toEqual([3, 5, 4]);
  });

  it("property: never more than the burst and what has dripped since", () => {
    const steps = fc.array(fc.tuple(fc.nat(3_000), fc.nat(20)), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), fc.nat(50), (taken, perSecond, more) => {
        let now = 0;
        let passed = 0;
        const own = { perSecond, burst: perSecond + more };
        const limiter = new RateLimiter(() => now);
        for (const [wait, wanted] of taken) {
          now += wait;
          for (let n = 0; n < wanted; n++) if (limiter.take("c", own)) passed += 1;
        }
        return passed <= own.burst + (now / 1000) * perSecond + 1e-6;
      }),
    );
  });
});

describe("senders of failures", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, name) => expect(senderName(address)).toBe(name));
});

describe("what a bank hears of another bank's business", () => {
  const message = { name: "RecordRepayment", body: { loan: "L1" } };

  it("is what it would hear of none", () => {
    const refusal = { code: "OTHER_BANKS_LOAN", details: { loan: "L1", bank: "K2" } };
    expect(asSeenByBank(refusal, message, "K2")).toEqual({ code: "LOAN_NOT_DISBURSED", details: { loan: "L1" } });
    expect(asSeenByBank({ ...refusal, row: 7 }, message, "K2")).toMatchObject({ code: "LOAN_NOT_DISBURSED", row: 7 });
    const drawing = { name: "RecordEnterpriseDisbursement", body: { loan: "L1" } };
    for (const code of ["OTHER_BANKS_LOAN", "LOAN_OF_OTHER_BORROWER"])
      expect(asSeenByBank({ code, details: { loan: "L1" } }, drawing, "K2")).toMatchObject({ code: "LOAN_NUMBER_TAKEN" });
    const release = { name: "ReleaseHouseholds", body: { loans: ["L1", "L2"] } };
    expect(asSeenByBank({ code: "BATCH_OTHER_BANKS", details: { batch: "B1" } }, release, "K2").details).toEqual({
      batch: "–",
      loan: "L1",
    });
  });

  it("names no bank where a household's account is elsewhere", () => {
    const refusal = { code: "ACCOUNT_OF_OTHER_BANK", details: { household: "H1", bank: "K1" }, path: "/household" };
    expect(JSON.stringify(asSeenByBank(refusal, { name: "CloseBankAccount", body: { household: "H1" } }, "K2"))).not.toContain("K1");
  });

  it("leaves every other refusal as it is, and tells a bank that names another that it may not", () => {
    const own = { code: "ABOVE_OPEN_PRINCIPAL", details: { loan: "L1" } };
    expect(asSeenByBank(own, message, "K2")).toBe(own);
    const other = { code: "OTHER_BANKS_LOAN", details: { loan: "–", bank: "K2" } };
    expect(asSeenByBank(other, { name: "RateCredit", body: { bank: "K1" } }, "K2")).toBe(other);
  });

  it("is always a refusal of the catalogue", () => {
    const codes = ["OTHER_BANKS_LOAN", "BATCH_OTHER_BANKS", "OTHER_BANKS_CASE", "CLAIM_OTHER_BANK", "PAYOUT_OTHER_BANK"];
    const more = ["ENTRY_OF_OTHER_BANK", "EQUITY_ENTRY_OF_OTHER_BANK", "ACCOUNT_OF_OTHER_BANK"];
    const bodies = [{ batch: "B1" }, { ref: "C1" }, { loans: [{ loan: "L1" }] }];
    for (const { definition } of bankMessages)
      for (const code of [...codes, ...more])
        for (const body of bodies)
          expect(
            errorEntry(asSeenByBank({ code }, { name: definition.name, body }, "K2").code),
            `${definition.name} ${code}`,
          ).toBeDefined();
  });
});
