/* Who may be on a list (2.7 invariant 11): what a decision and the audit judge alike. */
import type { IsoDate } from "@huimin/calendar";
import { type BeneficiaryState, holdersOfYear, holdersOn } from "./evolve/rights.ts";

/** What the register says of a household on a day. */
export interface HouseholdStanding {
  readonly village: string;
  /** Registered and not ended: extinct, deregistered, merged away and split away are no more. */
  readonly exists: boolean;
  /** 建档立卡 or returned to poverty on the day. */
  readonly registered: boolean;
  readonly members: number;
}

/** The list that decides: what the pool's money is, and who holds its rights. */
export interface Circle {
  readonly right: "stake" | "beneficial";
  readonly beneficiaries: BeneficiaryState;
  readonly year: number;
  readonly on: IsoDate;
}

/**
 * Whether a household may be on the list. The dividend of a stake goes on while the stake exists, whatever the standing
 * (脱贫不脱政策); a beneficial right is the holder's until it is taken back at the yearly adjustment; income without a list
 * of holders is for registered households of the day (domain 2.0, rule table).
 */
export function mayReceive(circle: Circle, household: string, standing: HouseholdStanding | undefined): boolean {
  if (!standing?.exists) return false;
  if (circle.right === "stake") return true;
  const lists = [holdersOn(circle.beneficiaries, circle.on), holdersOfYear(circle.beneficiaries, circle.year)].filter(
    (list) => list !== undefined,
  );
  return lists.length > 0 ? lists.some((list) => list.has(household)) : standing.registered;
}
