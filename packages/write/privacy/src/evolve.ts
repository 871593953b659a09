import type { IsoDate } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import type { PrivacyPayload } from "./schema.ts";

export interface Restriction {
  readonly since: IsoDate;
  readonly ground: PrivacyPayload<"ProcessingRestricted">["ground"];
  readonly legalBasis: PrivacyPayload<"ProcessingRestricted">["legalBasis"];
  readonly document: string;
}

export interface Shredding {
  readonly keyClass: "K1" | "K2";
  readonly generation: number;
  readonly on: IsoDate;
  readonly document: string;
}

/** What was decided about a person's data, from `privacy/{personId}`. */
export interface PrivacyState {
  readonly restriction?: Restriction;
  readonly shreddings: readonly Shredding[];
}

export const privacyFold: Fold<PrivacyState> = {
  initialState: { shreddings: [] },
  evolve(state, event): PrivacyState {
    switch (event.type) {
      case "ProcessingRestricted": {
        const { ground, legalBasis, document } = event.payload as PrivacyPayload<"ProcessingRestricted">;
        return { ...state, restriction: { since: event.valueDate, ground, legalBasis, document } };
      }
      case "ProcessingRestrictionLifted": {
        const { restriction: _, ...rest } = state;
        return rest;
      }
      case "PersonalDataShredded": {
        const { keyClass, generation, document } = event.payload as PrivacyPayload<"PersonalDataShredded">;
        return { ...state, shreddings: [...state.shreddings, { keyClass, generation, on: event.valueDate, document }] };
      }
      default:
        return state;
    }
  },
};
