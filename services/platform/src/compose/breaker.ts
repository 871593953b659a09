import { TripBreaker } from "@huimin/loan";
import { type BreakerScope, breakerStream } from "@huimin/loan/events";
import { formatAmount } from "@huimin/money";
import type { Platform } from "../types.ts";

/** How long a run waits for the read models to reach the head of the log. */
const WAIT_MS = 60_000;

export interface BreakerRun {
  readonly tripped: number;
  /** Above the limit, and blocked before; or below it. */
  readonly passed: number;
}

interface Rate {
  readonly scope: BreakerScope;
  readonly code: string;
  principal: bigint;
  overdue: bigint;
}

/** Open and overdue principal of every village, and summed of every township (street), at the end of a day. */
async function ratesOn({ portfolio, registry, district }: Platform, on: string): Promise<Rate[]> {
  const streets = new Map((await registry.villages(district)).map(({ village, streetCode }) => [village, streetCode]));
  const rates = new Map<string, Rate>();
  const add = (scope: BreakerScope, code: string, principal: bigint, overdue: bigint): void => {
    const rate = rates.get(breakerStream(scope, code)) ?? { scope, code, principal: 0n, overdue: 0n };
    rate.principal += principal;
    rate.overdue += overdue;
    rates.set(breakerStream(scope, code), rate);
  };
  for (const { village, principal, overduePrincipal } of await portfolio.villages({ district, on })) {
    add("village", village, principal, overduePrincipal);
    const street = streets.get(village);
    if (street) add("township", street, principal, overduePrincipal);
  }
  return [...rates.values()];
}

/**
 * E11 熔断: asks for the breaker of every village and township whose loans are overdue at the end of `day`; whether the rate is
 * above the limit of the day, and whether it is blocked already, is decided by the command. A second run changes nothing;
 * a breaker is reset by a person.
 */
export async function runBreaker(platform: Platform, day: string): Promise<BreakerRun> {
  const { store, district, projector, table } = platform;
  const reached = await projector.waitFor(await store.head(district), WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the head of the log in time");
  const handler = table.handlerOf(TripBreaker.name);
  let tripped = 0;
  let passed = 0;
  for (const { scope, code, principal, overdue } of await ratesOn(platform, day)) {
    if (overdue === 0n) continue;
    const body = { scope, code, overduePrincipal: formatAmount(overdue), openPrincipal: formatAmount(principal), valueDate: day };
    const keys = [{ client: "job", key: `breaker:${scope}:${code}:${day}` }];
    const outcome = await handler.execute(TripBreaker, body, { actor: "system", role: "SYS", channel: "system", keys });
    if (outcome.kind === "recorded") tripped += 1;
    else passed += 1;
  }
  platform.projector.wake();
  return { tripped, passed };
}
