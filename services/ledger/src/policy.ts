import type { IsoDate } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { type PolicyKey, policyFold, policyStream, policyValue } from "@huimin/policy/events";

/** Reads policy parameters as the log has them now; the default where the district set nothing. */
export const policyReader =
  (store: EventStore, district: string) =>
  async (key: PolicyKey, on: IsoDate): Promise<string> => {
    const { events } = await store.readStream(district, policyStream(key));
    const state = events.reduce((before, event) => policyFold.evolve(before, event as RecordedEvent), policyFold.initialState);
    return policyValue(state, key, on) ?? "";
  };
