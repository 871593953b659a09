import { type IsoDate, yearOf } from "@huimin/calendar";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import {
  type BankState,
  bankFold,
  type EnterpriseState,
  enterpriseFold,
  existsOn,
  type HouseholdState,
  householdFold,
  standingsOn,
  type VillageState,
  villageFold,
} from "@huimin/registry/events";
import { dividendLines, earlierLines, type StatementEntitlement, yearlyDividends } from "@huimin/statement/events";
import type { StatementEntry } from "./figures/entries.ts";
import type { LoanFacts, StatementInput } from "./figures/figures.ts";
import { stakeLine } from "./figures/stakes.ts";
import { GatheredDividends } from "./gather/dividends.ts";
import { foldInto } from "./gather/fold.ts";
import { GatheredHelp } from "./gather/help.ts";
import { GatheredLoans } from "./gather/loans.ts";

/*
 * What the statements of a district are made from, as it was known at one position of the log. One pass over the log
 * answers for all households: it needs no read model, and what was recorded later can't get in. Works in pages, so memory
 * holds the state of the district and never its history.
 */

/** A household as known at the cut-off, with what its statement is computed from. */
export interface StatementHousehold {
  readonly household: string;
  readonly state: HouseholdState;
  readonly street: string;
  readonly village: string;
  /** 属性 at the end of the year, in words. */
  readonly status: string;
  /** 帮扶责任人, unit and number. */
  readonly helper?: string;
  readonly input: StatementInput;
}

export interface StatementSource {
  /** Households of the register in the order of their numbers; `bankNames` by id. */
  readonly households: readonly StatementHousehold[];
  readonly bankNames: ReadonlyMap<string, string>;
}

export interface SourceQuestion {
  readonly store: EventStore;
  readonly district: string;
  readonly year: number;
  /** Everything up to this position, and nothing after it. */
  readonly position: number;
  /** Only these households; all when absent. */
  readonly households?: ReadonlySet<string>;
  readonly onProgress?: (position: number) => void;
}

/** Events read in one round trip. */
const PAGE_EVENTS = 5_000;
const CATEGORIES = [
  "asset",
  "bank",
  "beneficiary",
  "dividend",
  "enterprise",
  "entitlement",
  "household",
  "land-right",
  "linkage-household",
  "loan",
  "pairing",
  "subsidy",
  "village",
  "workshop",
];

/** Reads the log up to the cut-off and folds it. */
export async function readStatementSource(question: SourceQuestion): Promise<StatementSource> {
  const { store, district, position: cutoff } = question;
  const gathered = new Gathered(question);
  for (let after = 0; after < cutoff; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, CATEGORIES);
    for (const event of events) if (event.position <= cutoff) gathered.add(event);
    after = events.at(-1)?.position ?? cutoff;
    question.onProgress?.(Math.min(after, cutoff));
  }
  return gathered.source(question);
}

class Gathered {
  readonly #villages = new Map<string, VillageState>();
  readonly #banks = new Map<string, BankState>();
  readonly #enterprises = new Map<string, EnterpriseState>();
  readonly #households = new Map<string, HouseholdState>();
  readonly #loans = new GatheredLoans();
  readonly #dividends: GatheredDividends;
  readonly #help = new GatheredHelp();

  constructor({ year }: SourceQuestion) {
    this.#dividends = new GatheredDividends(year);
  }

  add(event: StoredEvent): void {
    const slash = event.stream.indexOf("/");
    const name = event.stream.slice(slash + 1);
    const category = event.stream.slice(0, slash);
    if (category === "household") this.#loans.move(event);
    const add = this.#adders[category];
    if (add) add(name, event);
    else this.#dividends.add(category, name, event);
  }

  readonly #adders: Readonly<Record<string, (name: string, event: StoredEvent) => void>> = {
    village: (name, event) => foldInto(this.#villages, name, villageFold, event),
    bank: (name, event) => foldInto(this.#banks, name, bankFold, event),
    enterprise: (name, event) => foldInto(this.#enterprises, name, enterpriseFold, event),
    household: (name, event) => foldInto(this.#households, name, householdFold, event),
    loan: (_, event) => this.#loans.add(event),
    subsidy: (_, event) => this.#loans.add(event),
    pairing: (name, event) => this.#help.add("pairing", name, event),
    "linkage-household": (name, event) => this.#help.add("linkage-household", name, event),
    workshop: (name, event) => this.#help.add("workshop", name, event),
  };

  readonly #nameOf = (enterprise: string): string => this.#enterprises.get(enterprise)?.name || enterprise;

  source({ year, households: wanted }: SourceQuestion): StatementSource {
    const bankNames = new Map([...this.#banks].map(([id, bank]) => [id, bank.name || id]));
    const loansOf = this.#loans.byHousehold(bankNames);
    const entitlementsOf = this.#dividends.byHousehold();
    const households: StatementHousehold[] = [];
    for (const household of [...this.#households.keys()].sort()) {
      if (wanted && !wanted.has(household)) continue;
      const state = this.#households.get(household) as HouseholdState;
      const input = this.#inputOf(household, year, loansOf.get(household) ?? [], entitlementsOf.get(household) ?? []);
      if (!hasActivity(input) && !inRegister(state, year)) continue;
      const village = this.#villages.get(state.village);
      const helper = this.#help.helperOf(household, year, this.#nameOf);
      households.push({
        household,
        state,
        street: village?.street ?? "",
        village: village?.name ?? state.village,
        status: statusInWords(state, `${year}-12-31`),
        ...(helper === undefined ? {} : { helper }),
        input,
      });
    }
    return { households, bankNames };
  }

  #inputOf(
    household: string,
    year: number,
    loans: readonly { readonly facts: LoanFacts; readonly entries: readonly StatementEntry[] }[],
    entitlements: readonly StatementEntitlement[],
  ): StatementInput {
    const stakes = this.#loans.stakesOf(household);
    const stake = stakeLine(stakes, year);
    const describe = (pool: string) => this.#dividends.describe(pool, household, stakes, this.#nameOf);
    const partnerOf = (pool: string) => this.#dividends.partnerOf(pool, year, this.#nameOf);
    return {
      year,
      loans: loans.map(({ facts }) => facts),
      entries: loans.flatMap(({ entries }) => entries),
      dividends: dividendLines(entitlements, year, describe),
      paidForEarlierYears: yearlyDividends(entitlements, year).paidForEarlierYears,
      earlier: earlierLines(entitlements, year, partnerOf),
      ...(stake ? { stake } : {}),
      help: this.#help.of(household, year, this.#nameOf),
    };
  }
}

const hasActivity = ({ loans, dividends = [], earlier = [], stake, help = [] }: StatementInput): boolean =>
  stake !== undefined || [loans, dividends, earlier, help].some((list) => list.length > 0);

/** On the register on some day of the year. */
const inRegister = (state: HouseholdState, year: number): boolean =>
  state.household !== undefined && yearOf(state.registeredOn) <= year && (state.ended === undefined || state.ended.from > `${year}-01-01`);

const ENDED_WORDS = { extinct: "整户消亡", merged: "已并户", split: "已分户", deregistered: "已注销登记" } as const;

/** 属性 on a day: standing by value date. */
export function statusInWords(state: HouseholdState, onDate: IsoDate): string {
  const standings = standingsOn(state, onDate);
  const watched = standings.has("monitored") ? "，防返贫监测" : "";
  if (standings.has("exited")) return `建档立卡（已脱贫${watched}）`;
  if (standings.has("registered")) return `建档立卡（未脱贫${watched}）`;
  if (watched !== "" || (state.kind === "marginal" && existsOn(state, onDate))) return "边缘易致贫户";
  if (state.ended) return ENDED_WORDS[state.ended.how];
  return "未在册";
}
