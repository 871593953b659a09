import { describe, expect, it } from "vitest";
import { ApproveLoan, ResetBreaker, TripBreaker } from "../index.ts";
import { K1, SYS, T2_LOAN, World } from "../world.fixture.ts";

const FOF = { actor: "u-fof", role: "FOF" } as const;
const village = { scope: "village", code: "V1" };
const bad = { ...village, overduePrincipal: "7000.01", openPrincipal: "100000.00", valueDate: "2017-02-01" };

/** A district whose village V1 lies in street S1. */
function district(): World {
  const world = new World();
  const payload = { village: "V1", name: "一村", street: "一街道", streetCode: "S1" };
  world.log.record("village/V1", [{ type: "VillageRegistered", valueDate: "2014-01-01", payload }]);
  return world;
}

const approval = ({ loan, household, amount, due }: typeof T2_LOAN, valueDate: string, more: object = {}) => ({
  loan,
  household,
  amount,
  annualRate: "4.75",
  due,
  valueDate,
  ...more,
});

describe("TripBreaker (E11)", () => {
  it("trips above the limit, not at it", () => {
    const world = district();
    expect(world.refuse(TripBreaker, { ...bad, overduePrincipal: "7000.00" }, SYS)).toMatchObject({
      code: "BREAKER_BELOW_LIMIT",
      details: { rate: "7", limit: "7" },
    });
    expect(world.code(TripBreaker, { ...bad, overduePrincipal: "0.00", openPrincipal: "0.00" }, SYS)).toBe("BREAKER_BELOW_LIMIT");
    expect(world.accept(TripBreaker, bad, SYS)).toEqual({ ...village, status: "blocked" });
    expect(world.code(TripBreaker, { ...bad, valueDate: "2017-02-02" }, SYS)).toBe("BREAKER_ALREADY_TRIPPED");
  });

  it("has the township's own limit, by date", () => {
    const world = district().policy("breaker.township", "3", "2018-01-01");
    const township = { scope: "township", code: "S1", overduePrincipal: "4.00", openPrincipal: "100.00" };
    expect(world.code(TripBreaker, { ...township, valueDate: "2017-12-31" }, SYS)).toBe("BREAKER_BELOW_LIMIT");
    world.accept(TripBreaker, { ...township, valueDate: "2018-01-01" }, SYS);
  });
});

describe("a tripped breaker", () => {
  it("blocks contracts from its day on until it is reset, whenever they are recorded", () => {
    const world = district();
    world.accept(TripBreaker, bad, SYS);
    world.accept(ResetBreaker, { ...village, reason: "recovered", valueDate: "2017-03-01" }, FOF);
    world.apply({ ...T2_LOAN, on: "2017-01-10" });
    const contracted = (contractDate: string) => approval(T2_LOAN, "2017-03-10", { contractDate });
    expect(world.refuse(ApproveLoan, contracted("2017-02-01"), K1)).toMatchObject({
      code: "CIRCUIT_BREAKER",
      details: { scope: "village", code: "V1", since: "2017-02-01" },
    });
    expect(world.code(ApproveLoan, contracted("2017-02-28"), K1)).toBe("CIRCUIT_BREAKER");
    world.accept(ApproveLoan, contracted("2017-03-10"), K1);
  });

  it("of the township blocks its villages", () => {
    const world = district();
    world.apply(T2_LOAN);
    world.accept(TripBreaker, { ...bad, scope: "township", code: "S1" }, SYS);
    expect(world.refuse(ApproveLoan, approval(T2_LOAN, "2017-03-10"), K1).details).toMatchObject({ scope: "township", code: "S1" });
  });

  it("is reset once, with a reason", () => {
    const world = district();
    const reset = { ...village, reason: "recovered", valueDate: "2017-03-01" };
    expect(world.code(ResetBreaker, reset, FOF)).toBe("BREAKER_NOT_TRIPPED");
    world.accept(TripBreaker, bad, SYS);
    world.accept(ResetBreaker, reset, FOF);
    expect(world.code(ResetBreaker, reset, FOF)).toBe("BREAKER_NOT_TRIPPED");
    world.accept(TripBreaker, { ...bad, valueDate: "2017-04-01" }, SYS);
  });
});
