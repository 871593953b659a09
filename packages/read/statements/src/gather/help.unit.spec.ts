import type { StoredEvent } from "@huimin/event-store";
import { describe, expect, it } from "vitest";
import { GatheredHelp } from "./help.ts";

const nameOf = (enterprise: string): string => (enterprise === "E1" ? "牧业公司" : enterprise);

class Story {
  readonly #help = new GatheredHelp();

  at(stream: string, type: string, valueDate: string, payload: object): this {
    const [category, name] = stream.split("/") as [string, string];
    this.#help.add(category, name, { stream, type, valueDate, payload } as StoredEvent);
    return this;
  }

  wage(month: string, amount: string, version = 1): this {
    const payload = { enterprise: "E1", household: "H1", person: "p", month, amount, version };
    return this.at("linkage-household/H1", "WagePaidReported", `${month}-28`, payload);
  }

  of = (year: number) => this.#help.of("H1", year, nameOf);
  helper = (year: number) => this.#help.helperOf("H1", year, nameOf);
}

describe("other help of a year", () => {
  it("adds up what one enterprise reported, months once, the last version of each, with its workshop's wages", () => {
    const story = new Story().wage("2018-01", "2000.00").wage("2018-02", "2000.00").wage("2018-02", "2100.00", 2).wage("2019-01", "9.00");
    story.at("workshop/W1", "WorkshopOpened", "2017-01-01", { workshop: "W1", enterprise: "E1", village: "V1", sector: "x", posts: 9 });
    const shift = { workshop: "W1", household: "H1", person: "q", month: "2018-02", version: 1, days: 20, amount: "1500.00" };
    story.at("pairing/H1", "WorkshopWageReported", "2018-02-28", shift);
    expect(story.of(2018)).toEqual([{ kind: "wage", from: "牧业公司", times: 2, amount: "5600.00" }]);
    expect(story.of(2017)).toEqual([]);
  });

  it("keeps kinds apart, in the order of the layout; what was taken back is not told", () => {
    const goods = { household: "H1", donation: "D1", value: "300.00" };
    const story = new Story()
      .at("pairing/H1", "HouseholdHonoured", "2018-12-20", { household: "H1", year: 2018, honour: "R1", grade: "示范户" })
      .at("pairing/H1", "HelpGiven", "2018-05-01", { household: "H1", helper: "P7", help: "1", version: 1, kind: "visit" })
      .at("pairing/H1", "HelpGiven", "2018-06-01", { household: "H1", helper: "P7", help: "2", version: 1, kind: "visit" })
      .at("pairing/H1", "HouseholdGoodsReceived", "2018-10-17", { ...goods, entry: 1 })
      .at("pairing/H1", "HouseholdGoodsReceived", "2018-10-18", { ...goods, entry: 2 })
      .at("pairing/H1", "HouseholdGoodsReversed", "2018-10-18", { ...goods, entry: 2 })
      .at("linkage-household/H1", "BenefitPaidReported", "2018-06-30", {
        ...{ enterprise: "E1", household: "H1", form: "order", month: "2018-06", amount: "1800.00", version: 1 },
      });
    expect(story.of(2018)).toEqual([
      { kind: "benefit", from: "牧业公司", detail: "order", times: 1, amount: "1800.00" },
      { kind: "goods", from: "", times: 1, amount: "300.00" },
      { kind: "help", from: "", detail: "visit", times: 2 },
      { kind: "honour", from: "", detail: "示范户", times: 1 },
    ]);
  });

  it("names the helper of the year's end, else the last of the year", () => {
    const pair = (helper: string, helperKind: string, unit?: string) => ({
      household: "H1",
      helper,
      helperKind,
      ...(unit ? { unit } : {}),
    });
    const story = new Story()
      .at("pairing/H1", "PairingEstablished", "2017-01-01", pair("P7", "person", "区财政局"))
      .at("pairing/H1", "PairingEnded", "2018-06-01", { household: "H1", helper: "P7", reason: "x" })
      .at("pairing/H1", "PairingEstablished", "2019-02-01", pair("E1", "enterprise"));
    expect([2016, 2017, 2018, 2019].map(story.helper)).toEqual([undefined, "区财政局 P7", "区财政局 P7", "牧业公司"]);
  });
});
