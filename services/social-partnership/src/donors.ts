import type { RecordedEvent } from "@huimin/decider";
import {
  balanceOf,
  type DonationEntry,
  type DonationEventType,
  type DonationState,
  donationFold,
  purposesOf,
  standing,
  stockOf,
} from "@huimin/donation/events";
import type { EventStore } from "@huimin/event-store";
import { type Fen, formatAmount, sumFen } from "@huimin/money";

/** Events of one read of the log. */
const BATCH_EVENTS = 5_000;

/** What a donor gave and what became of it, over all donations of the donor. Yuan. */
export interface DonorLine {
  readonly donor: string;
  readonly donations: number;
  readonly received: string;
  /** Used for its purpose, for stakes of households and for awards. */
  readonly spent: string;
  readonly refunded: string;
  readonly unspent: string;
  readonly goodsReceived: string;
  readonly goodsInStock: string;
}

const moneyOf = (entries: readonly DonationEntry[], ...types: DonationEventType[]): Fen => {
  const sum = sumFen(entries.filter(({ type }) => types.includes(type)).flatMap(({ money }) => money.map(({ change }) => change)));
  return sum < 0n ? -sum : sum;
};

/** Money and goods of one donation, by what stands. */
export function printDonation(state: DonationState) {
  const entries = standing(state);
  return {
    received: moneyOf(entries, "DonationReceived"),
    spent: moneyOf(entries, "DonationSpent", "CooperativeStakeDonated", "DonationAwardPaid", "DonationAwardReturned"),
    refunded: moneyOf(entries, "DonationRefunded"),
    unspent: sumFen(purposesOf(state).map((purpose) => balanceOf(state, purpose))),
    goodsReceived: sumFen(entries.filter(({ type }) => type === "InKindDonationReceived").map(({ goods }) => goods)),
    goodsInStock: stockOf(state),
  };
}

/**
 * Every donation of the district, folded in memory: there are hundreds in a plan's life. A question reads only the
 * events since the last one.
 */
export class Donations {
  readonly #store: EventStore;
  readonly #district: string;
  readonly #states = new Map<string, DonationState>();
  #position = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(store: EventStore, district: string) {
    this.#store = store;
    this.#district = district;
  }

  /** Brings the donations up to the end of the log; questions at the same time wait for one another. */
  #follow(): Promise<void> {
    const next = this.#reading.catch(() => undefined).then(() => this.#read());
    this.#reading = next;
    return next;
  }

  async #read(): Promise<void> {
    for (;;) {
      const batch = await this.#store.readAll(this.#district, this.#position, BATCH_EVENTS, ["donation"]);
      for (const event of batch) {
        const before = this.#states.get(event.stream) ?? donationFold.initialState;
        this.#states.set(event.stream, donationFold.evolve(before, event as RecordedEvent));
        this.#position = event.position;
      }
      if (batch.length < BATCH_EVENTS) return;
    }
  }

  /** 捐赠人名单, by the donor's number. */
  async donors(): Promise<DonorLine[]> {
    await this.#follow();
    const received = [...this.#states.values()].filter(({ entries, donor }) => entries.length > 0 && donor !== undefined);
    const byDonor = Map.groupBy(received, ({ donor }) => donor as string);
    return [...byDonor]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([donor, states]) => {
        const printed = states.map(printDonation);
        const total = (name: keyof (typeof printed)[number]) => formatAmount(sumFen(printed.map((one) => one[name])));
        return {
          donor,
          donations: states.length,
          received: total("received"),
          spent: total("spent"),
          refunded: total("refunded"),
          unspent: total("unspent"),
          goodsReceived: total("goodsReceived"),
          goodsInStock: total("goodsInStock"),
        };
      });
  }
}
