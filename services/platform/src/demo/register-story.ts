import { sealMember } from "@huimin/service-registry";
import type { Platform } from "../platform.ts";
import { type CardDesk, householdState } from "./cast.ts";
import type { DemoHousehold } from "./district.ts";
import { DEMO_YEARS } from "./figures.ts";
import type { DemoOffice } from "./office.ts";
import { demoName, IdNumbers } from "./people.ts";
import { Random } from "./random.ts";
import { MORNING, type Moment } from "./story.ts";

/*
 * The living register (domain 7.1): a year brings births, deaths, new cards, families that part or move together,
 * households that fall back. Households with a loan are left out, so that the loans' story stays as it is told.
 */

/** Per year, of 3,074 people in 1,006 households: 0.5 % come, 1 % go, 0.3 % of households fall back, 2.5 % change cards. */
const PER_YEAR = { births: 15, removals: 30, returns: 3, cards: 25 } as const;
/** In the four years: six families part, three move together, four die out. */
const FAMILIES = {
  2017: { splits: 2, merges: 1, extinct: 1 },
  2018: { splits: 1, merges: 1, extinct: 1 },
  2019: { splits: 1, merges: 1, extinct: 0 },
  2020: { splits: 1, merges: 0, extinct: 1 },
} as const;
/** Adults: a new head must be one. */
const ADULT_RELATIONS = new Set(["spouse", "parent"]);
/** Not in an exit list that is still to come: such a household may end. */
const mayEnd = ({ exitYear }: DemoHousehold): boolean => exitYear === undefined || exitYear === 2016;

/** Whom chance may touch, and how far. */
export interface Chances {
  readonly households: readonly DemoHousehold[];
  /** Neither end nor divide by chance. */
  readonly engaged: ReadonlySet<string>;
  /** Nobody leaves them by chance. */
  readonly workers: ReadonlySet<string>;
}

export class RegisterStory {
  readonly #platform: Platform;
  readonly #office: DemoOffice;
  readonly #random = new Random(71_2017);
  readonly #ids = new IdNumbers();
  readonly #cards: CardDesk;
  readonly #cast: Chances;
  /** Households that died out, by village and year. */
  readonly #extinct: { readonly household: string; readonly village: string; readonly year: number }[] = [];
  #households = 9_000;
  /** Who can still change; a household changes once. */
  #pool: DemoHousehold[];

  constructor(platform: Platform, office: DemoOffice, cards: CardDesk, chances: Chances) {
    this.#platform = platform;
    this.#office = office;
    this.#cards = cards;
    this.#cast = chances;
    this.#pool = this.#random.shuffled(chances.households);
  }

  /** Households of a village that died out in a year. */
  extinctIn(village: string, year: number): string[] {
    return this.#extinct.filter((one) => one.village === village && one.year === year).map(({ household }) => household);
  }

  moments(): Moment[] {
    return DEMO_YEARS.flatMap((year) => {
      const on = (day: string, what: string, run: () => Promise<void>): Moment => ({ on: `${year}-${day}`, order: MORNING, what, run });
      return [
        on("04-12", "银行卡变更", () => this.#times(PER_YEAR.cards, () => this.#changeCard(`${year}-04-12`))),
        on("10-16", "人口自然增加", () => this.#times(PER_YEAR.births, () => this.#addChild(year))),
        on("10-17", "人口自然减少", () => this.#times(PER_YEAR.removals, () => this.#removeMember(`${year}-10-17`))),
        on("10-18", "分户", () => this.#times(FAMILIES[year].splits, () => this.#split(`${year}-10-18`))),
        on("10-19", "并户", () => this.#times(FAMILIES[year].merges, () => this.#merge(`${year}-10-19`))),
        on("10-24", "整户消亡", () => this.#times(FAMILIES[year].extinct, () => this.#dieOut(`${year}-10-24`))),
        on("11-14", "返贫", () => this.#times(PER_YEAR.returns, () => this.#returns(year))),
      ];
    });
  }

  async #times(count: number, run: () => Promise<void>): Promise<void> {
    for (let nth = 0; nth < count; nth++) await run();
  }

  #take(fits: (household: DemoHousehold) => boolean): DemoHousehold {
    const index = this.#pool.findIndex(fits);
    if (index < 0) throw new Error("no household left for this change");
    return this.#pool.splice(index, 1)[0] as DemoHousehold;
  }

  async #changeCard(valueDate: string): Promise<void> {
    const { household } = this.#take(() => true);
    await this.#cards.change(household, valueDate);
  }

  async #addChild(year: number): Promise<void> {
    const { household } = this.#take((one) => one.members.length >= 2);
    const birth = `${year}-0${this.#random.between(1, 9)}-1${this.#random.between(0, 9)}`;
    const sex = this.#random.next() < 0.5 ? "male" : "female";
    const plain = { name: demoName(this.#random, sex), idNumber: this.#ids.next(birth, sex), relation: "grandchild" };
    const member = await sealMember(this.#platform.vault, this.#platform.district, plain);
    await this.#office.give("AddMember", { household, member, reason: "birth", valueDate: `${year}-10-16` }, "POV");
  }

  async #removeMember(valueDate: string): Promise<void> {
    const { household } = this.#take((one) => one.members.length >= 3 && !this.#cast.workers.has(one.household));
    const { head, members } = await householdState(this.#platform, household);
    const leaving = members.findLast((member) => member.personId !== head);
    await this.#office.give(
      "RemoveMember",
      { household, personId: leaving?.personId, reason: this.#random.pick(["death", "moved"]), valueDate },
      "POV",
    );
  }

  async #split(valueDate: string): Promise<void> {
    const found = this.#take(
      (one) => this.#mayEnd(one) && one.members.length >= 3 && one.members.some(({ relation }) => ADULT_RELATIONS.has(relation)),
    );
    await this.part(found, valueDate);
  }

  /** 分户: one adult leaves with nobody, and gets a card. Answers the number of the new household. */
  async part({ household, village }: DemoHousehold, valueDate: string): Promise<string> {
    const { head, members } = await householdState(this.#platform, household);
    const other = members.find((member) => member.personId !== head && ADULT_RELATIONS.has(member.relation));
    const staying = members.filter((member) => member !== other);
    const target = `${village}-${++this.#households}`;
    const targets = [
      { household, head, members: staying.map(({ personId }) => ({ personId })) },
      { household: target, head: other?.personId, members: [{ personId: other?.personId, relation: "head" }] },
    ];
    await this.#office.give("SplitHousehold", { household, targets, debtorStays: household, valueDate }, "POV");
    await this.#cards.bind(target, valueDate);
    return target;
  }

  async #merge(valueDate: string): Promise<void> {
    const into = this.#take((one) => one.members.length >= 2 && this.#mayEnd(one));
    const joining = this.#take((one) => this.#mayEnd(one) && one.village === into.village && one.members.length === 1);
    await this.#office.give("MergeHouseholds", { into: into.household, households: [joining.household], valueDate }, "POV");
  }

  async #dieOut(valueDate: string): Promise<void> {
    const { household } = this.#take((one) => this.#mayEnd(one) && one.members.length === 1);
    await this.extinguish({ household, village: household.slice(0, 12) }, valueDate);
  }

  /** 整户消亡 of a household, chosen here or by another story. */
  async extinguish({ household, village }: { readonly household: string; readonly village: string }, valueDate: string): Promise<void> {
    const { head } = await householdState(this.#platform, household);
    await this.#office.give("RecordHouseholdExtinct", { household, lastMembers: [head], valueDate }, "POV");
    this.#extinct.push({ household, village, year: Number(valueDate.slice(0, 4)) });
  }

  #mayEnd(one: DemoHousehold): boolean {
    return mayEnd(one) && !this.#cast.engaged.has(one.household);
  }

  async #returns(year: number): Promise<void> {
    const { household } = this.#take((one) => one.exitYear === year - 1);
    await this.#office.give("RecordReturnToPoverty", { household, valueDate: `${year}-11-14` }, "POV");
  }
}
