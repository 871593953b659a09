import type { RecordedEvent } from "@huimin/decider";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import { sealMember } from "@huimin/service-registry";
import type { Platform } from "../platform.ts";
import type { DemoHousehold } from "./district.ts";
import type { DemoOffice } from "./office.ts";
import { demoCardNumber, demoName, IdNumbers } from "./people.ts";
import { Random } from "./random.ts";
import { MORNING, type Moment } from "./story.ts";

/*
 * The living register (domain 7.1): a year brings births, deaths, new cards, families that part or move together,
 * households that fall back. Households with a loan are left out, so that the loans' story stays as it is told.
 */

/** Per year, of 3,074 people in 1,006 households: 0.5 % come, 1 % go, 0.3 % of households fall back, 2.5 % change cards. */
const PER_YEAR = { births: 15, removals: 30, returns: 3, splits: 3, merges: 2, extinct: 2, cards: 25 } as const;
const CARD_SERIAL_FROM = 500_000;
/** Adults: a new head must be one. */
const ADULT_RELATIONS = new Set(["spouse", "parent"]);
/** Not in an exit list of the demo's years: such a household may end. */
const mayEnd = ({ exitYear }: DemoHousehold): boolean => exitYear === undefined || exitYear > 2018;

export class RegisterStory {
  readonly #platform: Platform;
  readonly #office: DemoOffice;
  readonly #random = new Random(71_2017);
  readonly #ids = new IdNumbers();
  #cards = CARD_SERIAL_FROM;
  #households = 9_000;
  /** Who can still change; a household changes once. */
  #pool: DemoHousehold[];

  constructor(platform: Platform, office: DemoOffice, households: readonly DemoHousehold[]) {
    this.#platform = platform;
    this.#office = office;
    this.#pool = this.#random.shuffled(households);
  }

  moments(): Moment[] {
    return [2017, 2018].flatMap((year) => {
      const on = (day: string, what: string, run: () => Promise<void>): Moment => ({ on: `${year}-${day}`, order: MORNING, what, run });
      return [
        on("04-12", "银行卡变更", () => this.#times(PER_YEAR.cards, () => this.#changeCard(`${year}-04-12`))),
        on("10-16", "人口自然增加", () => this.#times(PER_YEAR.births, () => this.#addChild(year))),
        on("10-17", "人口自然减少", () => this.#times(PER_YEAR.removals, () => this.#removeMember(`${year}-10-17`))),
        on("10-18", "分户", () => this.#times(PER_YEAR.splits, () => this.#split(`${year}-10-18`))),
        on("10-19", "并户", () => this.#times(PER_YEAR.merges, () => this.#merge(`${year}-10-19`))),
        on("10-24", "整户消亡", () => this.#times(PER_YEAR.extinct, () => this.#extinct(`${year}-10-24`))),
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

  async #state(household: string): Promise<HouseholdState> {
    const { events } = await this.#platform.store.readStream(this.#platform.district, householdStream(household));
    return events.reduce((state, event) => householdFold.evolve(state, event as RecordedEvent), householdFold.initialState);
  }

  async #changeCard(valueDate: string): Promise<void> {
    const { household } = this.#take(() => true);
    const { head } = await this.#state(household);
    const { vault, district } = this.#platform;
    const text = demoCardNumber(++this.#cards);
    const [number] = await vault.seal([{ district, personId: head, keyClass: "K1", field: "account", text }]);
    const numberHash = vault.fingerprint(district, "account", text);
    await this.#office.give(
      "ChangeBankAccount",
      { household, holder: head, bank: "K1", kind: "card", number, numberHash, purpose: "all", valueDate },
      "OFFICE",
    );
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
    const { household } = this.#take((one) => one.members.length >= 3);
    const { head, members } = await this.#state(household);
    const leaving = members.findLast((member) => member.personId !== head);
    await this.#office.give(
      "RemoveMember",
      { household, personId: leaving?.personId, reason: this.#random.pick(["death", "moved"]), valueDate },
      "POV",
    );
  }

  async #split(valueDate: string): Promise<void> {
    const { household, village } = this.#take(
      (one) => mayEnd(one) && one.members.length >= 3 && one.members.some(({ relation }) => ADULT_RELATIONS.has(relation)),
    );
    const { head, members } = await this.#state(household);
    const other = members.find((member) => member.personId !== head && ADULT_RELATIONS.has(member.relation));
    const staying = members.filter((member) => member !== other);
    const target = `${village}-${++this.#households}`;
    const targets = [
      { household, head, members: staying.map(({ personId }) => ({ personId })) },
      { household: target, head: other?.personId, members: [{ personId: other?.personId, relation: "head" }] },
    ];
    await this.#office.give("SplitHousehold", { household, targets, debtorStays: household, valueDate }, "POV");
  }

  async #merge(valueDate: string): Promise<void> {
    const into = this.#take((one) => one.members.length >= 2);
    const joining = this.#take((one) => mayEnd(one) && one.village === into.village && one.members.length === 1);
    await this.#office.give("MergeHouseholds", { into: into.household, households: [joining.household], valueDate }, "POV");
  }

  async #extinct(valueDate: string): Promise<void> {
    const { household } = this.#take((one) => mayEnd(one) && one.members.length === 1);
    const { head } = await this.#state(household);
    await this.#office.give("RecordHouseholdExtinct", { household, lastMembers: [head], valueDate }, "POV");
  }

  async #returns(year: number): Promise<void> {
    const { household } = this.#take((one) => one.exitYear === year - 1);
    await this.#office.give("RecordReturnToPoverty", { household, valueDate: `${year}-11-14` }, "POV");
  }
}
