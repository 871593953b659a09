import type { RecordedEvent } from "@huimin/decider";
import type { RiskFundEventType, RiskFundPayload } from "./schema.ts";

/** Payload of an event when it is of the type, else undefined. */
export const narrowed = <T extends RiskFundEventType>(event: RecordedEvent, type: T): RiskFundPayload<T> | undefined =>
  event.type === type ? (event.payload as RiskFundPayload<T>) : undefined;
