import {
  type AllocatedList,
  type BeneficiaryState,
  beneficiaryFold,
  type DividendPayload,
  type EntitlementState,
  entitlementFold,
  holdersOfYear,
  holdersOn,
  type LandRightState,
  landRightFold,
  lastAllocation,
  type PoolState,
  poolFold,
  standingLists,
} from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import { fen, formatAmount, sumFen } from "@huimin/money";
import type { PoolDescription, StatementEntitlement } from "@huimin/statement/events";
import { heldOfSegments, type StakeEntry, type StakeHeld, stakeHeld } from "../figures/stakes.ts";
import { foldInto } from "./fold.ts";

type Segment = NonNullable<DividendPayload<"DividendDeclared">["segments"]>[number];

/** What the statement says of a pool that the pool's own fold does not keep. */
interface Beside {
  readonly documents: Map<number, string>;
  /** 公示 by year and draft. */
  readonly publicity: Map<string, { readonly from: string; readonly to: string }>;
  /** Stakes that a declaration was computed from, by year and household. */
  readonly segments: Map<string, Segment[]>;
  readonly assets: { readonly name: string; readonly kind: string }[];
}

/** 标准 of a method, in a word; the method itself stands in the explanation. */
const STANDARDS: Readonly<Record<AllocatedList["method"], string>> = {
  "by-stake": "约定",
  "by-stake-days": "约定",
  equal: "均等",
  "by-heads": "按人口",
  "fixed-rate": "约定",
  "by-need": "按困难",
  "by-post": "按岗位",
};

/** Income of an asset when nothing says another model. */
const ASSET_INCOME = 6;
const STAKES = 1;

/**
 * Pools, lists and entitlements of a district up to a year, from the categories `dividend`, `entitlement`, `beneficiary`,
 * `asset` and `land-right`. Drafted lines are left out: what was allocated is what counts, and they are as many again.
 */
export class GatheredDividends {
  readonly #year: number;
  readonly #pools = new Map<string, PoolState>();
  readonly #beside = new Map<string, Beside>();
  readonly #beneficiaries = new Map<string, BeneficiaryState>();
  readonly #land = new Map<string, LandRightState>();
  readonly #parts = new Map<string, { readonly pool: string; readonly year: number; state: EntitlementState }>();

  constructor(year: number) {
    this.#year = year;
  }

  add(category: string, name: string, event: StoredEvent): void {
    if (category === "entitlement") this.#entitlement(event);
    else if (category === "dividend") {
      this.#besides(name, event);
      foldInto(this.#pools, name, poolFold, event);
    } else if (category === "beneficiary") foldInto(this.#beneficiaries, name, beneficiaryFold, event);
    else if (category === "land-right") foldInto(this.#land, name, landRightFold, event);
    else if (event.type === "AssetRegistered") {
      const { pool, name: asset, kind } = event.payload as DividendPayload<"AssetRegistered">;
      this.#of(pool).assets.push({ name: asset, kind });
    }
  }

  #entitlement(event: StoredEvent): void {
    const { pool, year } = event.payload as { pool: string; year: number };
    if (year > this.#year || event.type === "AllocationLinesDrafted") return;
    const part = this.#parts.get(event.stream) ?? { pool, year, state: entitlementFold.initialState };
    part.state = entitlementFold.evolve(part.state, event);
    this.#parts.set(event.stream, part);
  }

  #of(pool: string): Beside {
    let beside = this.#beside.get(pool);
    if (!beside) {
      beside = { documents: new Map(), publicity: new Map(), segments: new Map(), assets: [] };
      this.#beside.set(pool, beside);
    }
    return beside;
  }

  #besides(pool: string, event: StoredEvent): void {
    if (event.type === "DividendDeclared") {
      const { year, document, segments } = event.payload as DividendPayload<"DividendDeclared">;
      if (document !== undefined) this.#of(pool).documents.set(year, document);
      for (const segment of segments ?? []) {
        const key = `${year} ${segment.household}`;
        const known = this.#of(pool).segments.get(key);
        if (known) known.push(segment);
        else this.#of(pool).segments.set(key, [segment]);
      }
    } else if (event.type === "PublicityPosted") {
      const { year, draft, from, to } = event.payload as DividendPayload<"PublicityPosted">;
      this.#of(pool).publicity.set(`${year} ${draft}`, { from, to });
    }
  }

  /** Every entitlement of the year and of the years before it, by household. */
  byHousehold(): ReadonlyMap<string, StatementEntitlement[]> {
    const found = new Map<string, StatementEntitlement[]>();
    for (const { pool, year, state } of this.#parts.values())
      for (const line of state.lines.values()) {
        const known = found.get(line.household);
        if (known) known.push({ pool, year, line });
        else found.set(line.household, [{ pool, year, line }]);
      }
    return found;
  }

  /** 合作主体 of a pool: who owes the dividend, else the assets whose income it is, else the pool's own name. */
  partnerOf(pool: string, year: number, nameOf: (enterprise: string) => string): string {
    const claims = this.#pools.get(pool)?.claims ?? [];
    const ofYear = claims.filter((claim) => claim.year === year);
    const enterprises = [...new Set((ofYear.length > 0 ? ofYear : claims).map(({ enterprise }) => enterprise))];
    if (enterprises.length > 0) return enterprises.map(nameOf).join("、");
    const assets = this.#of(pool).assets.map(({ name }) => name);
    return assets.length > 0 ? assets.join("、") : pool;
  }

  /** What the household's line of a pool says besides its amounts. */
  describe(
    pool: string,
    household: string,
    stakes: readonly StakeEntry[],
    nameOf: (enterprise: string) => string,
    snapshot?: string,
  ): PoolDescription {
    const state = this.#pools.get(pool) ?? poolFold.initialState;
    const list = lastAllocation(state, this.#year);
    const on = snapshot ?? list?.snapshot ?? `${this.#year}-12-31`;
    const kinds = [...new Set(this.#of(pool).assets.map(({ kind }) => kind))];
    const held = this.#held(state, pool, household, stakes, on);
    const shares = this.#sharesOf(pool, household, on);
    const area = this.#areaOf(pool, household);
    return {
      model: state.model ?? ASSET_INCOME,
      partner: this.partnerOf(pool, this.#year, nameOf),
      ...(kinds.length > 0 ? { income: kinds.join("、") } : {}),
      ...(held ? { basis: formatAmount(held.amount), days: held.days } : {}),
      ...(shares > 0n ? { shares: shares.toString() } : {}),
      ...(area > 0n ? { areaMu: formatAmount(area) } : {}),
      ...(list ? this.#listed(pool, state, list) : {}),
    };
  }

  #listed(pool: string, state: PoolState, list: AllocatedList): Partial<PoolDescription> {
    const { documents, publicity } = this.#of(pool);
    const published = publicity.get(`${list.year} ${list.draft}`);
    const plan = state.plan?.year === list.year ? state.plan.minutes : undefined;
    const document = documents.get(list.year) ?? list.minutes ?? plan;
    return {
      standard: STANDARDS[list.method],
      method: list.method,
      residueRule: list.residueRule,
      ...(published ? { publishedFrom: published.from, publishedTo: published.to } : {}),
      ...(document === undefined ? {} : { document }),
      ...(standingLists(state, list.year).length === 1 ? { listTotal: list.allocated, listHouseholds: list.households } : {}),
    };
  }

  #held(state: PoolState, pool: string, household: string, stakes: readonly StakeEntry[], on: string): StakeHeld | undefined {
    const stated = this.#of(pool).segments.get(`${this.#year} ${household}`);
    if (stated) return heldOfSegments(stated, this.#year);
    if (state.model !== STAKES) return undefined;
    const enterprises = new Set(state.claims.map(({ enterprise }) => enterprise));
    const own = stakes.filter(({ batch, enterprise }) => (state.batch === undefined ? enterprises.has(enterprise) : batch === state.batch));
    return stakeHeld(own, this.#year, on);
  }

  #sharesOf(pool: string, household: string, on: string): bigint {
    const lists = this.#beneficiaries.get(pool);
    if (!lists) return 0n;
    const holders = holdersOn(lists, on) ?? holdersOfYear(lists, this.#year);
    return holders?.get(household)?.shares ?? 0n;
  }

  /** Area in mu that the household holds in the pool, as a number of hundredths, like fen. */
  #areaOf(pool: string, household: string): bigint {
    const rights = [...(this.#land.get(household)?.values() ?? [])];
    return sumFen(rights.filter((one) => one.pool === pool && one.on <= `${this.#year}-12-31`).map(({ areaMu }) => fen(areaMu)));
  }
}
