import type { RecordedEvent } from "@huimin/decider";
import { type BreakerScope, blockedSince, breakerFold, breakerStream } from "@huimin/loan/events";
import { runBreaker } from "../compose/breaker.ts";
import type { Cast } from "./cast.ts";
import { EVENING, MORNING, type Moment } from "./story.ts";
import { settled } from "./world.ts";

/*
 * 熔断 (E11): when an own loan of one village stays unpaid, the job of the night finds its overdue principal above the limit;
 * nobody lends there until the finance-promotion office opens it again.
 */

const JUDGED_ON = "2019-04-30";
const RESET_ON = "2019-12-02";

export function breakerMoments({ platform, office, district }: Cast): Moment[] {
  const scopes: readonly (readonly [BreakerScope, string])[] = [
    ...district.villages.map(({ code }) => ["village", code] as const),
    ...[...new Set(district.villages.map(({ code }) => code.slice(0, 9)))].map((code) => ["township", code] as const),
  ];
  const isBlocked = async (scope: BreakerScope, code: string): Promise<boolean> => {
    const { events } = await platform.store.readStream(platform.district, breakerStream(scope, code));
    const state = events.reduce((before, event) => breakerFold.evolve(before, event as RecordedEvent), breakerFold.initialState);
    return blockedSince(state, RESET_ON) !== undefined;
  };
  return [
    {
      on: JUDGED_ON,
      order: EVENING,
      what: "熔断判定",
      run: async () => {
        await settled(platform);
        await runBreaker(platform, JUDGED_ON);
      },
    },
    {
      on: RESET_ON,
      order: MORNING,
      what: "解除熔断",
      run: async () => {
        for (const [scope, code] of scopes) {
          if (!(await isBlocked(scope, code))) continue;
          const reset = { scope, code, reason: "已代偿核销、清收责任已落实，经核准恢复放贷", valueDate: RESET_ON };
          await office.give("ResetBreaker", reset, "FOF");
        }
      },
    },
  ];
}
