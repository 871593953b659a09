import { type CardDesk, type Cast, householdState } from "./cast.ts";
import { addDays, CNY } from "./figures.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * How every pool's money reaches the households, once a year: the list is drafted, hangs out for ten days, is approved,
 * allocated and paid out by the lead bank. Some payments fail, some come back, cards are changed and the money is paid again.
 */

export interface PoolYear {
  readonly pool: string;
  readonly year: number;
  readonly draftedOn: string;
  /** Fields of the draft: method, and what it needs. */
  readonly draft: Readonly<Record<string, unknown>>;
  readonly objection?: { readonly text: string; readonly result: "dismissed" | "upheld" };
}

interface Item {
  readonly household: string;
  readonly year: number;
  readonly pool: string;
}
interface Sent extends Item {
  readonly payoutBatch: string;
}

/** Of about 1,580 payments a year 27 fail and 6 come back. */
const FAILURES = 27;
const RETURNS = 6;
const EVERY = 56;
const FAILS_AT = 11;
const RETURNS_AT = 30;
/** 账号不存在, 销户, 止付, 户名不符, 其他 (ISO 20022 where there is a code). */
const FAILURE_REASONS = ["AC01", "AC04", "AC06", "BE01", "MS03"];
const RETURN_REASONS = ["AC04", "AC06"];
/** Payments of 2017 that nobody came to claim, and the first day on which they are unclaimed money. */
const NEVER_CLAIMED = 2;
const UNCLAIMED_YEAR = 2017;
const UNCLAIMED_ON = "2020-02-17";
/** The year in which one payment goes to the wrong one. */
const WRONG_YEAR = 2018;
/** The year of the entitlement that is divided with its household. */
const PARTING_YEAR = 2018;
const PUBLICITY_DAYS = 10;

export class DividendStory {
  readonly #cast: Cast;
  readonly #cards: CardDesk;
  readonly #sent = new Map<number, number>();
  readonly #failed = new Map<number, Sent[]>();
  readonly #returned = new Map<number, Sent[]>();
  #wrong: Sent | undefined;

  readonly #parting: string | undefined;

  /** `parting`: a household whose first payment of {@link PARTING_YEAR} fails, because it divides then. */
  constructor(cast: Cast, cards: CardDesk, parting: string | undefined) {
    this.#cast = cast;
    this.#cards = cards;
    this.#parting = parting;
  }

  /** What waited for a household that divided now waits for the new one too. */
  divided(household: string, target: string): void {
    for (const [year, failed] of this.#failed) {
      const own = failed.filter((one) => one.household === household && year === PARTING_YEAR);
      this.#failed.set(year, [...failed, ...own.map((one) => ({ ...one, household: target }))]);
    }
  }

  moments(pools: readonly PoolYear[], lastDay: string): Moment[] {
    const years = [...new Set(pools.map(({ year }) => year))];
    return [
      ...pools.flatMap((one) => this.#listMoments(one)),
      ...years.flatMap((year) => this.#afterMoments(year)),
      ...this.#wrongPayeeMoments(),
      { on: UNCLAIMED_ON, order: EVENING, what: "转无主款", run: () => this.#transferUnclaimed() },
    ].filter(({ on }) => on <= lastDay);
  }

  #listMoments(one: PoolYear): Moment[] {
    const { pool, year, draftedOn, objection } = one;
    const again = objection?.result === "upheld" ? 4 : 0;
    const at = (days: number, order: number, what: string, run: (on: string) => Promise<unknown>): Moment => {
      const on = addDays(draftedOn, days);
      return {
        on,
        order,
        what: `${what} ${pool} ${year}`,
        run: async () => {
          await run(on);
        },
      };
    };
    let batch: readonly Sent[] = [];
    return [
      at(0, EVENING, "分配方案与公示", (on) => this.#publicise(one, on)),
      ...(objection ? [at(2, MORNING, "异议", (on) => this.#object(one, on))] : []),
      ...(again > 0 ? [at(again, MORNING, "方案重拟与公示", (on) => this.#publicise(one, on, "异议成立,重新拟定"))] : []),
      at(again + PUBLICITY_DAYS + 1, MORNING, "审批与分配", async (on) => {
        await this.#cast.office.give("ApproveAllocation", { pool, year, valueDate: on }, "FIN-R");
        const { perHousehold } = await this.#cast.office.give("AllocateDividend", { pool, year, valueDate: on }, "FIN-M");
        batch = await this.#payable(pool, year, Object.keys(perHousehold as object));
      }),
      at(again + PUBLICITY_DAYS + 2, EVENING, "代发", (on) => this.#submit(`DF-${pool}-${year}`, batch, on)),
      at(again + PUBLICITY_DAYS + 4, NOON, "代发结果", (on) => this.#results(year, batch, on)),
    ];
  }

  async #publicise({ pool, year, draft }: PoolYear, on: string, minutes?: string): Promise<void> {
    const { office } = this.#cast;
    await office.give("DraftAllocation", { pool, year, ...draft, ...(minutes ? { minutes } : {}), valueDate: on }, "FIN-M");
    const [from, to] = [addDays(on, 1), addDays(on, PUBLICITY_DAYS)];
    await office.give("PostPublicity", { pool, year, from, to, evidence: [`公示照片-${pool}-${year}`], valueDate: on }, "VIL");
  }

  async #object({ pool, year, objection }: PoolYear, on: string): Promise<void> {
    const { office, district } = this.#cast;
    const household = district.households[year % district.households.length]?.household;
    await office.give("FileObjection", { pool, year, household, text: objection?.text, valueDate: on }, "VIL");
    await office.give("ResolveObjection", { pool, year, household, result: objection?.result, reason: "村级复核", valueDate: on }, "POV");
  }

  /** Those of a list who are there to be paid: what a household that has ended is owed waits for its heirs. */
  async #payable(pool: string, year: number, households: readonly string[]): Promise<Sent[]> {
    const { platform } = this.#cast;
    const items: Sent[] = [];
    for (const household of households.toSorted()) {
      const { ended } = await householdState(platform, household);
      if (!ended) items.push({ household, year, pool, payoutBatch: `DF-${pool}-${year}` });
    }
    return items;
  }

  async #submit(payoutBatch: string, items: readonly Item[], on: string): Promise<void> {
    const { office, lead } = this.#cast;
    const rows = items.map(({ household, year, pool }) => ({ household, year, pool }));
    await office.give("SubmitPayoutBatch", { payoutBatch, bank: lead.bank, items: rows, valueDate: on }, "FIN-C");
    await lead.post("payout-acceptances", { payoutBatch, serial: lead.serial(), valueDate: on });
  }

  async #report(path: string, items: readonly Sent[], on: string, reason?: string): Promise<void> {
    const { lead } = this.#cast;
    for (const [payoutBatch, own] of Map.groupBy(items, (one) => one.payoutBatch)) {
      const rows = own.map(({ household, year, pool }) => ({ household, year, pool }));
      const message = { payoutBatch, items: rows, serial: lead.serial(), valueDate: on, ...(reason ? { reason } : {}) };
      await lead.post(path, { ...CNY, ...message });
    }
  }

  async #results(year: number, items: readonly Sent[], on: string): Promise<void> {
    const failed: Sent[] = [];
    const paid: Sent[] = [];
    for (const item of items) {
      const nth = this.#sent.get(year) ?? 0;
      this.#sent.set(year, nth + 1);
      const before = this.#failed.get(year) ?? [];
      const returned = this.#returned.get(year) ?? [];
      const parts =
        year === PARTING_YEAR && item.household === this.#parting && before.every(({ household }) => household !== this.#parting);
      if ((nth % EVERY === FAILS_AT || parts) && before.length < FAILURES) {
        this.#failed.set(year, [...before, item]);
        failed.push(item);
        continue;
      }
      paid.push(item);
      if (nth % EVERY === RETURNS_AT && returned.length < RETURNS) this.#returned.set(year, [...returned, item]);
      else if (year === WRONG_YEAR) this.#wrong ??= item;
    }
    if (paid.length > 0) await this.#report("payout-successes", paid, on);
    for (const [nth, item] of failed.entries()) {
      const reason = FAILURE_REASONS[((this.#sent.get(year) ?? 0) + nth) % FAILURE_REASONS.length] as string;
      await this.#report("payout-failures", [item], on, reason);
    }
  }

  /** In the next year: returns, new cards, and one batch with everything that is paid again. */
  #afterMoments(year: number): Moment[] {
    const after = (day: string): string => `${year + 1}-${day}`;
    const waiting = (): Sent[] => {
      const failed = this.#failed.get(year) ?? [];
      return [...(year === UNCLAIMED_YEAR ? failed.slice(NEVER_CLAIMED) : failed), ...(this.#returned.get(year) ?? [])];
    };
    const payoutBatch = `DF-CF-${year}`;
    return [
      { on: after("01-08"), order: NOON, what: `退票 ${year}`, run: () => this.#return(year, after("01-08")) },
      {
        on: after("02-06"),
        order: MORNING,
        what: `退票户换卡 ${year}`,
        run: async () => {
          const households = new Set(waiting().map(({ household }) => household));
          for (const household of households) if (!(await this.#hasEnded(household))) await this.#cards.change(household, after("02-06"));
        },
      },
      {
        on: after("02-20"),
        order: EVENING,
        what: `重付 ${year}`,
        run: async () => {
          const items: Sent[] = [];
          for (const item of waiting()) if (!(await this.#hasEnded(item.household))) items.push({ ...item, payoutBatch });
          await this.#submit(payoutBatch, items, after("02-20"));
          await this.#report("payout-successes", items, after("02-20"));
        },
      },
    ];
  }

  async #hasEnded(household: string): Promise<boolean> {
    return (await householdState(this.#cast.platform, household)).ended !== undefined;
  }

  async #return(year: number, on: string): Promise<void> {
    for (const [nth, item] of (this.#returned.get(year) ?? []).entries()) {
      await this.#report("payout-returns", [item], on, RETURN_REASONS[nth % RETURN_REASONS.length]);
    }
  }

  /** D9, D10: one payment of 2018 went to another household's account; recovered, and paid to the right one. */
  #wrongPayeeMoments(): Moment[] {
    const { office, lead } = this.#cast;
    const obligor = "CUOFU-2019-1";
    const on = { found: "2019-03-05", recovered: "2019-03-25", paid: "2019-04-08" };
    const payoutBatch = "DF-CUOFU-1";
    let total = "";
    const wrong = (): Sent => {
      if (!this.#wrong) throw new Error("no payment was made in the year of the wrong payee");
      return this.#wrong;
    };
    return [
      {
        on: on.found,
        order: EVENING,
        what: "错付认定",
        run: async () => {
          const { payoutBatch: batch, ...item } = wrong();
          const claim = { payoutBatch: batch, items: [item], obligor, evidence: ["银行回单核对"], valueDate: on.found };
          total = String((await office.give("DeclareWrongPayout", claim, "FIN-R")).total);
        },
      },
      {
        on: on.recovered,
        order: NOON,
        what: "错付追回",
        run: async () => {
          const recovery = { obligor, amount: total, serial: lead.serial(), valueDate: on.recovered };
          await lead.post("wrong-payout-recoveries", { ...CNY, ...recovery });
        },
      },
      {
        on: on.paid,
        order: EVENING,
        what: "错付重付",
        run: async () => {
          const item = { ...wrong(), payoutBatch };
          await this.#submit(payoutBatch, [item], on.paid);
          await this.#report("payout-successes", [item], on.paid);
        },
      },
    ];
  }

  async #transferUnclaimed(): Promise<void> {
    const items = (this.#failed.get(UNCLAIMED_YEAR) ?? [])
      .slice(0, NEVER_CLAIMED)
      .map(({ household, year, pool }) => ({ household, year, pool }));
    const transfer = { items, evidence: ["村委查找记录"], valueDate: UNCLAIMED_ON };
    await this.#cast.office.give("TransferUnclaimed", transfer, "FIN-R");
  }
}
