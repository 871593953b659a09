import type { Cast } from "./cast.ts";
import { ENTERPRISES } from "./enterprises.ts";
import { addDays, CNY, LAST_DAY, monthEnd, wholeYuan } from "./figures.ts";
import type { Participants } from "./participants.ts";
import { Random } from "./random.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 社企共助 (model 5): 35 donors with 60 donations of 500 to 200,000 yuan, 18 of them for a purpose, 25 gifts in kind, five
 * workshops with 64 workers, a helper for each of the 1,006 households, and the yearly honours.
 */

const DONORS = 35;
const DONATIONS = 60;
/** Every third and a few: 30 percent. */
const DESIGNATED = 18;
const IN_KIND = 25;
/** Yuan; small gifts are many. */
const AMOUNTS = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000] as const;
const PURPOSES = ["助学", "危房修缮", "道路维修", "大病救助"] as const;
const GOODS = ["大米", "食用油", "棉被", "取暖煤", "学习用品"] as const;
const SECTORS = ["服饰", "食品", "菌菇", "手工艺", "电子配件"] as const;
const WAGES_FROM = "2018-01";
const HOUSEHOLDS_PER_HELPER = 5;

interface Donation {
  readonly donation: string;
  readonly donor: string;
  readonly on: string;
  readonly yuan: number;
  readonly purpose: string;
}

const donor = (nth: number): string => `JZ${String(nth + 1).padStart(2, "0")}`;

/** A day of the four years, in the order of the numbers. */
const dayOf = (nth: number, of: number): string => addDays("2017-02-06", Math.floor((nth * 1_370) / of));

function makeDonations(random: Random): Donation[] {
  return Array.from({ length: DONATIONS }, (_, nth) => ({
    donation: `JK${String(nth + 1).padStart(3, "0")}`,
    donor: donor(nth % DONORS),
    on: dayOf(nth, DONATIONS),
    yuan: nth === 0 ? 500 : nth === 1 ? 200_000 : random.pick(AMOUNTS),
    purpose: (nth * DESIGNATED) % DONATIONS < DESIGNATED ? random.pick(PURPOSES) : "free",
  }));
}

export function partnershipMoments(people: Participants, cast: Cast): Moment[] {
  const random = new Random(60_2017);
  const donations = makeDonations(random);
  return [
    ...pairingMoments(cast),
    ...donations.flatMap((one, nth) => donationMoments(one, nth, cast)),
    ...Array.from({ length: IN_KIND }, (_, nth) => goodsMoments(nth, random, cast)).flat(),
    ...workshopMoments(people, cast),
    ...honourMoments(donations, cast),
    ...refundMoments(donations, cast),
  ];
}

/** 科级干部包户: one helper has five households. */
function pairingMoments({ district, office }: Cast): Moment[] {
  const helper = (nth: number): string => `GB${String(Math.floor(nth / HOUSEHOLDS_PER_HELPER) + 1).padStart(3, "0")}`;
  return [
    {
      on: "2016-12-26",
      order: EVENING,
      what: "结对帮扶与捐赠人登记",
      run: async () => {
        for (const [nth, { household }] of district.households.entries()) {
          const pairing = { household, helper: helper(nth), helperKind: "person", unit: "示例区直单位" };
          await office.give("EstablishPairing", { ...pairing, valueDate: "2016-12-26" }, "POV");
        }
        for (let nth = 0; nth < DONORS; nth++) {
          const party = { party: donor(nth), kind: "donor", name: `示例爱心单位${nth + 1}` };
          await office.give("RegisterParty", { ...party, valueDate: "2016-12-26" }, "POV");
        }
      },
    },
    ...[2017, 2018, 2019, 2020].map((year) => ({
      on: `${year}-01-23`,
      order: MORNING,
      what: `走访慰问 ${year}`,
      run: async () => {
        for (const [nth, { household, exitYear }] of district.households.entries()) {
          if (nth % 25 !== 0 || exitYear === undefined || exitYear <= 2016) continue;
          const help = { household, helper: helper(nth), help: `ZF-${year}-${nth}`, kind: "visit", value: "300.00" };
          await office.give("RecordHelp", { ...help, valueDate: `${year}-01-23` }, "POV");
        }
      },
    })),
  ];
}

function donationMoments({ donation, donor: from, on, yuan, purpose }: Donation, nth: number, { office, lead, district }: Cast): Moment[] {
  const amount = wholeYuan(yuan);
  const received: Moment = {
    on,
    order: NOON,
    what: `收到捐赠 ${donation}`,
    run: async () => {
      const scope = purpose === "free" ? {} : { scope: { kind: "village", id: district.villages[nth % 13]?.code } };
      const receipt = { donation, donor: from, amount, purpose, ...scope, receiptNo: `PJ-${donation}` };
      await lead.post("donations", { ...CNY, ...receipt, serial: lead.serial(), valueDate: on });
    },
  };
  if (nth % 5 === 4) return [received];
  const spentOn = addDays(on, 45);
  const spent: Moment = {
    on: spentOn,
    order: EVENING,
    what: `捐款使用 ${donation}`,
    run: async () => {
      const use = {
        donation,
        amount: wholeYuan(yuan * 0.8),
        purpose,
        payee: "示例村集体",
        usedFor: purpose === "free" ? "帮扶支出" : purpose,
      };
      await office.give("SpendDonation", { ...use, serial: `ZC-${donation}`, valueDate: spentOn }, "FIN-C");
    },
  };
  return spentOn <= LAST_DAY ? [received, spent] : [received];
}

/** 退还捐赠: what one donor gave for a purpose that fell away goes back within the year, nothing of it being spent. */
function refundMoments(donations: readonly Donation[], { office }: Cast): Moment[] {
  const unspent = donations.find(({ purpose, on }, nth) => purpose !== "free" && nth % 5 === 4 && on.slice(5) < "10");
  if (!unspent) return [];
  const on = addDays(unspent.on, 60);
  const refund = { donation: unspent.donation, amount: wholeYuan(unspent.yuan), reason: "项目取消，捐赠人书面要求退还", valueDate: on };
  return [
    {
      on,
      order: EVENING,
      what: `退还捐赠 ${unspent.donation}`,
      run: async () => {
        await office.give("RefundDonation", { ...CNY, ...refund, serial: `TH-${unspent.donation}` }, "FIN-C");
      },
    },
  ];
}

function goodsMoments(nth: number, random: Random, { office, district }: Cast): Moment[] {
  const donation = `WZ${String(nth + 1).padStart(3, "0")}`;
  const on = dayOf(nth, IN_KIND);
  const item = random.pick(GOODS);
  const village = district.villages[nth % district.villages.length]?.code;
  // Who never leaves the register by chance: the old list of 2016.
  const households = district.households.filter((one) => one.village === village && one.members.length >= 4).slice(0, 10);
  const value = wholeYuan(households.length * 120);
  return [
    {
      on,
      order: MORNING,
      what: `捐赠物资 ${donation}`,
      run: async () => {
        const goods = [{ item, quantity: String(households.length), unit: "份", condition: "全新" }];
        const gift = { donation, donor: donor(nth % DONORS), goods, value, valueBasis: "document", document: `FP-${donation}` };
        await office.give("RecordInKindDonation", { ...gift, valueDate: on }, "POV");
      },
    },
    {
      on: addDays(on, 10),
      order: MORNING,
      what: `物资发放 ${donation}`,
      run: async () => {
        const lines = households.map(({ household }) => ({ household, value: "120.00", items: item }));
        await office.give("DistributeGoods", { donation, value, lines, signedList: `QL-${donation}`, valueDate: addDays(on, 10) }, "VIL");
      },
    },
  ];
}

function workshopMoments({ workshops }: Participants, { district, office, personOf }: Cast): Moment[] {
  const random = new Random(64_2018);
  const number = (nth: number): string => `CJ${nth + 1}`;
  const opened: Moment = {
    on: "2017-12-18",
    order: MORNING,
    what: "扶贫车间设立",
    run: async () => {
      for (const [nth, workers] of workshops.entries()) {
        const place = { enterprise: ENTERPRISES[nth + 5]?.enterprise ?? "E01", village: district.villages[nth + 3]?.code };
        const workshop = { workshop: number(nth), ...place, sector: SECTORS[nth], posts: workers.length };
        await office.give("OpenWorkshop", { ...workshop, valueDate: "2017-12-18" }, "ENT");
      }
    },
  };
  const wages: Moment[] = [];
  for (let month = Temporal.PlainYearMonth.from(WAGES_FROM); month.toString() <= LAST_DAY.slice(0, 7); month = month.add({ months: 1 })) {
    const name = month.toString();
    const last = monthEnd(name);
    wages.push({
      on: addDays(last, 6),
      order: MORNING,
      what: `车间工资 ${name}`,
      run: async () => {
        for (const [nth, workers] of workshops.entries())
          for (const { household, worker } of workers) {
            const wage = { workshop: number(nth), household: household.household, person: personOf(worker), month: name };
            const amount = wholeYuan(10 * random.between(150, 260));
            await office.give("ReportWorkshopWage", { ...wage, days: random.between(18, 26), amount, valueDate: last }, "ENT");
          }
      },
    });
  }
  return [opened, ...wages];
}

/** 光荣榜: five a year, the first with a cash award out of a free donation. */
function honourMoments(donations: readonly Donation[], { office }: Cast): Moment[] {
  return [2017, 2018, 2019, 2020].map((year) => ({
    on: `${year}-12-19`,
    order: EVENING,
    what: `表彰 ${year}`,
    run: async () => {
      const rich = donations.find(
        (one, nth) => one.purpose === "free" && one.on.startsWith(String(year)) && one.yuan >= 20_000 && nth % 5 === 4,
      );
      for (let nth = 0; nth < 5; nth++) {
        const cash = nth === 0 && rich ? { amount: "2000.00", donation: rich.donation } : {};
        const honour = { honour: `GR-${year}-${nth + 1}`, party: donor((year + 7 * nth) % DONORS), grade: "企业扶贫光荣榜", year, ...cash };
        await office.give("AwardHonour", { ...honour, document: `示例表彰〔${year}〕1号`, valueDate: `${year}-12-19` }, "OFFICE");
      }
    },
  }));
}
