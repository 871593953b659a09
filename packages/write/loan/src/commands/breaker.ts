/* 熔断 and its reset (E11). The check of new contracts is `gatherBlocked` of evolve/breaker.ts. */
import { type CommandDefinition, load } from "@huimin/decider";
import { ok } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { reset, trip } from "../decide/breaker.ts";
import { breakerFold, breakerStream } from "../evolve/breaker.ts";
import { formRefusal, futureRefusal } from "../shared.ts";
import { AmountText, closed, DateField, IdText } from "./fields.ts";

const Scope = Type.Union([Type.Literal("village"), Type.Literal("township")]);

export const TripBreakerBody = Type.Object(
  { scope: Scope, code: IdText, overduePrincipal: AmountText, openPrincipal: AmountText, valueDate: DateField },
  closed,
);

/**
 * E11 熔断 (SYS, the daily job): the bad-loan rate of a village or township is above breaker.village or breaker.township.
 * Refuses BREAKER_BELOW_LIMIT, BREAKER_ALREADY_TRIPPED.
 */
export const TripBreaker: CommandDefinition<Static<typeof TripBreakerBody>> = {
  name: "TripBreaker",
  schema: TripBreakerBody,
  roles: ["SYS"],
  postsInBookG: false,
  *run(command, context) {
    const { scope, code } = command;
    const early = formRefusal(command) ?? futureRefusal(command.valueDate, context);
    if (early) return early;
    const stream = breakerStream(scope, code);
    const { state } = yield* load(stream, breakerFold);
    const event = trip(state, command, yield* loadPolicy(["breaker.village", "breaker.township"]));
    if (!event.ok) return event;
    return ok({ writes: [{ stream, events: [event.value] }], answer: { scope, code, status: "blocked" } });
  },
};

export const ResetBreakerBody = Type.Object(
  { scope: Scope, code: IdText, reason: Type.String({ minLength: 1, maxLength: 500 }), valueDate: DateField },
  closed,
);

/** E11 解除熔断 (FOF), with a reason. Refuses BREAKER_NOT_TRIPPED. */
export const ResetBreaker: CommandDefinition<Static<typeof ResetBreakerBody>> = {
  name: "ResetBreaker",
  schema: ResetBreakerBody,
  roles: ["FOF"],
  postsInBookG: false,
  *run(command, context) {
    const { scope, code } = command;
    const early = formRefusal(command) ?? futureRefusal(command.valueDate, context);
    if (early) return early;
    const stream = breakerStream(scope, code);
    const event = reset((yield* load(stream, breakerFold)).state, command);
    if (!event.ok) return event;
    return ok({ writes: [{ stream, events: [event.value] }], answer: { scope, code, status: "open" } });
  },
};
