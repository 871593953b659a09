import type { Cast } from "./cast.ts";
import type { PoolYear } from "./dividend-story.ts";
import { addDays, CNY, DEMO_YEARS, yuan } from "./figures.ts";
import type { RegisterStory } from "./register-story.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 光伏 (asset income): a station of 100 kW in each of the 13 villages, owned by the village. About 93,500 yuan a year reach the
 * agency account, the running cost is taken off, the rest is split equally among the registered households.
 */

const CAPACITY_KW = "100";
/** 1,100 hours of sun and 0.85 yuan a kWh. */
const KWH_A_YEAR = 110_000n;
const FEN_PER_KWH = 85n;
/** Of the year's electricity, per mille, in the quarters. */
const QUARTERS = [
  { on: "03-28", from: "01-01", share: 210n },
  { on: "06-28", from: "04-01", share: 310n },
  { on: "09-28", from: "07-01", share: 290n },
  { on: "11-30", from: "10-01", share: 190n },
] as const;
/** Shares a household holds: enough of them to be divided by heads. */
const SHARES = "60";
const COST_PER_MILLE = 85n;

export const solarPool = (village: string): string => `GF-${village.slice(-6)}`;

export function solarMoments(cast: Cast, register: RegisterStory): Moment[] {
  const { district, office } = cast;
  const found: Moment = {
    on: "2016-12-27",
    order: MORNING,
    what: "光伏电站确权与受益户",
    run: async () => {
      for (const { code, name } of district.villages) {
        const pool = solarPool(code);
        const station = {
          asset: `DZ-${code.slice(-6)}`,
          pool,
          village: code,
          kind: "光伏",
          name: `${name}村级光伏电站`,
          capacityKw: CAPACITY_KW,
        };
        await office.give(
          "RegisterAsset",
          { ...station, cost: "720000.00", source: "省", document: `示例确权-${code.slice(-6)}`, valueDate: "2016-12-27" },
          "VIL",
        );
        const shares = district.households.filter((one) => one.village === code).map(({ household }) => ({ household, shares: SHARES }));
        await office.give("AssignBeneficiaries", { pool, year: 2017, shares, minutes: "村民代表大会决议", valueDate: "2016-12-27" }, "VIL");
      }
    },
  };
  return [found, ...DEMO_YEARS.flatMap((year) => yearMoments(cast, register, year))];
}

/** What the station of a village feeds in, quarter by quarter. */
const quarterlyKwh = (village: number, year: number): bigint[] =>
  QUARTERS.map(({ share }) => ((KWH_A_YEAR + BigInt(137 * village) - BigInt(40 * (year - 2017))) * share) / 1000n);

function yearMoments(cast: Cast, register: RegisterStory, year: number): Moment[] {
  const { district, office, lead } = cast;
  const income = QUARTERS.map(
    ({ on, from }, quarter): Moment => ({
      on: `${year}-${on}`,
      order: NOON,
      what: `电费到账 ${year}`,
      run: async () => {
        for (const [index, { code }] of district.villages.entries()) {
          const kwh = quarterlyKwh(index, year)[quarter] as bigint;
          const period = {
            from: `${year}-${from}`,
            toExcl: quarter === 3 ? `${year + 1}-01-01` : addDays(`${year}-${QUARTERS[quarter + 1]?.from}`, 0),
          };
          const message = { pool: solarPool(code), amount: yuan(kwh * FEN_PER_KWH), kwh: kwh.toString(), ...period };
          await lead.post("asset-income", { ...CNY, ...message, serial: lead.serial(), valueDate: `${year}-${on}` });
        }
      },
    }),
  );
  const adjust: Moment = {
    on: `${year}-12-01`,
    order: MORNING,
    what: `光伏运维费与受益户调整 ${year}`,
    run: async () => {
      for (const [index, { code }] of district.villages.entries()) {
        const pool = solarPool(code);
        const cost = ((KWH_A_YEAR + BigInt(97 * index)) * FEN_PER_KWH * COST_PER_MILLE) / 1000n;
        await office.give("DeductOperatingCost", { pool, amount: yuan(cost), kind: "运维费", valueDate: `${year}-12-01` }, "FIN-M");
        const takenBack = register.extinctIn(code, year);
        // What the assembly decides about is what came in and is left: an equal share for every household.
        const income = quarterlyKwh(index, year).reduce((sum, kwh) => sum + kwh * FEN_PER_KWH, 0n);
        const lines = [{ use: "直接分配", amount: yuan(income - cost) }];
        const plan = { pool, year, village: code, lines, minutes: `村民代表大会决议〔${year}〕1号`, valueDate: `${year}-12-01` };
        await office.give("ApproveVillagePlan", plan, "POV");
        if (takenBack.length === 0) continue;
        await office.give(
          "ReassignBeneficiaries",
          { pool, year, shares: [], takenBack, minutes: "年度动态调整", valueDate: `${year}-12-01` },
          "VIL",
        );
      }
    },
  };
  return [...income, adjust].map((moment) => ({ ...moment, order: moment.on.endsWith("12-01") ? EVENING : moment.order }));
}

/** The villages whose lists somebody objects to. */
const OBJECTIONS: Readonly<Record<string, PoolYear["objection"]>> = {
  "2017 410803010208": { text: "认为运维费过高", result: "dismissed" },
  "2019 410803010211": { text: "运维费凭证未随方案公示", result: "upheld" },
};

export const solarLists = (cast: Cast): PoolYear[] =>
  DEMO_YEARS.flatMap((year) =>
    cast.district.villages.map(({ code }) => {
      const objection = OBJECTIONS[`${year} ${code}`];
      return { pool: solarPool(code), year, draftedOn: `${year}-12-05`, draft: { method: "equal" }, ...(objection ? { objection } : {}) };
    }),
  );
