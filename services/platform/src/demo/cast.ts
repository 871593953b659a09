import type { RecordedEvent } from "@huimin/decider";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import type { Platform } from "../platform.ts";
import type { DemoBank } from "./banks.ts";
import type { DemoDistrict, DemoMember } from "./district.ts";
import type { DemoOffice } from "./office.ts";
import { demoCardNumber } from "./people.ts";

/** Who acts in the demo's stories. */
export interface Cast {
  readonly platform: Platform;
  readonly district: DemoDistrict;
  readonly office: DemoOffice;
  readonly banks: Readonly<Record<string, DemoBank>>;
  /** The lead bank (主办机构), which pays dividends out and reports what arrives. */
  readonly lead: DemoBank;
  /** Person id of the head of a household. */
  readonly headOf: (household: string) => string;
  readonly personOf: (member: DemoMember) => string;
}

export async function householdState(platform: Platform, household: string): Promise<HouseholdState> {
  const { events } = await platform.store.readStream(platform.district, householdStream(household));
  return events.reduce((state, event) => householdFold.evolve(state, event as RecordedEvent), householdFold.initialState);
}

/** First serial of the cards that are issued anew. */
const CARD_SERIAL_FROM = 500_000;

/** The street offices' desk for accounts: every new card has a number of its own. */
export class CardDesk {
  readonly #platform: Platform;
  readonly #office: DemoOffice;
  #serial = CARD_SERIAL_FROM;

  constructor(platform: Platform, office: DemoOffice) {
    this.#platform = platform;
    this.#office = office;
  }

  async #account(holder: string): Promise<Record<string, string>> {
    const { vault, district } = this.#platform;
    const text = demoCardNumber(++this.#serial);
    const [number = ""] = await vault.seal([{ district, personId: holder, keyClass: "K1", field: "account", text }]);
    return { holder, bank: "K1", kind: "card", number, numberHash: vault.fingerprint(district, "account", text), purpose: "all" };
  }

  /** 换卡 of the head of a household. */
  async change(household: string, valueDate: string): Promise<void> {
    const { head } = await householdState(this.#platform, household);
    await this.#office.give("ChangeBankAccount", { household, ...(await this.#account(head)), valueDate }, "OFFICE");
  }

  /** The first card of a household that came into being. */
  async bind(household: string, valueDate: string): Promise<void> {
    const { head } = await householdState(this.#platform, household);
    await this.#office.give("BindBankAccount", { household, ...(await this.#account(head)), valueDate }, "OFFICE");
  }
}
