import type { EventStore } from "@huimin/event-store";
import { type EnterpriseState, enterpriseFold } from "@huimin/registry/events";
import type { PoolDescription } from "@huimin/statement/events";
import { GatheredDividends } from "./gather/dividends.ts";
import { foldInto } from "./gather/fold.ts";
import { GatheredLoans } from "./gather/loans.ts";

/** What a pool's list rests on: who pays, and what each household holds in it. */
export interface PoolRights {
  /** 合作主体 */
  readonly partner: string;
  /** 1 分贷统还, 4 政企联动, 6 asset income */
  readonly model: number;
  /** What the asset is (光伏 …), where it is one. */
  readonly income?: string;
  /** 委托金额 and 天数, shares or area of a household. */
  of(household: string): Pick<PoolDescription, "basis" | "days" | "shares" | "areaMu">;
}

export interface PoolRightsQuestion {
  readonly store: EventStore;
  readonly district: string;
  readonly pool: string;
  readonly year: number;
  /** Snapshot date of the list. */
  readonly on: string;
  /** Everything up to this position of the log. */
  readonly position: number;
}

const PAGE_EVENTS = 5_000;
const CATEGORIES = ["asset", "beneficiary", "dividend", "enterprise", "land-right", "loan"];

/** One pass over the events that a pool's rights come from; the same figures as on the yearly statement. */
export async function readPoolRights({ store, district, pool, year, on, position }: PoolRightsQuestion): Promise<PoolRights> {
  const dividends = new GatheredDividends(year);
  const loans = new GatheredLoans();
  const enterprises = new Map<string, EnterpriseState>();
  for (let after = 0; after < position; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, CATEGORIES);
    for (const event of events) {
      if (event.position > position) break;
      const slash = event.stream.indexOf("/");
      const [category, name] = [event.stream.slice(0, slash), event.stream.slice(slash + 1)];
      if (category === "loan") loans.add(event);
      else if (category === "enterprise") foldInto(enterprises, name, enterpriseFold, event);
      else dividends.add(category, name, event);
    }
    after = events.at(-1)?.position ?? position;
  }
  const nameOf = (enterprise: string): string => enterprises.get(enterprise)?.name || enterprise;
  const describe = (household: string) => dividends.describe(pool, household, loans.stakesOf(household), nameOf, on);
  const { partner, model, income } = describe("");
  return {
    partner,
    model,
    ...(income === undefined ? {} : { income }),
    of: (household) => {
      const { basis, days, shares, areaMu } = describe(household);
      return {
        ...(basis === undefined ? {} : { basis }),
        ...(days === undefined ? {} : { days }),
        ...(shares === undefined ? {} : { shares }),
        ...(areaMu === undefined ? {} : { areaMu }),
      };
    },
  };
}
