import type { DemoBank } from "./banks.ts";
import type { DemoDistrict } from "./district.ts";
import type { EnterpriseLoan } from "./enterprise-story.ts";
import { addDays, DEMO_YEARS } from "./figures.ts";
import type { DemoLoan } from "./lending.ts";
import type { DemoOffice } from "./office.ts";
import { EVENING, MORNING, type Moment } from "./story.ts";

/* What the office does from 2017 to 2020: appropriations, quarterly subsidies, exits from poverty, monthly closings. */

/** 贴息资金: who gives how much when. */
const APPROPRIATIONS = [
  { on: "2017-01-16", amount: "120000.00", source: "区", document: "示例财预〔2017〕8号" },
  { on: "2018-01-15", amount: "150000.00", source: "区", document: "示例财预〔2018〕6号" },
  { on: "2017-06-05", amount: "200000.00", source: "市", document: "示例财农〔2017〕17号" },
  { on: "2018-03-19", amount: "280000.00", source: "省", document: "示例财农〔2018〕21号" },
  { on: "2019-01-14", amount: "400000.00", source: "区", document: "示例财预〔2019〕5号" },
  { on: "2020-01-13", amount: "250000.00", source: "区", document: "示例财预〔2020〕4号" },
] as const;

export function appropriationMoments(office: DemoOffice): Moment[] {
  return APPROPRIATIONS.map(({ on, ...body }) => ({
    on,
    order: MORNING,
    what: "贴息资金拨入",
    run: async () => {
      await office.give("AppropriateSubsidyFunds", { ...body, valueDate: on }, "FIN-M");
    },
  }));
}

const QUARTERS = DEMO_YEARS.flatMap((year) =>
  [1, 2, 3, 4].map((n) => ({ quarter: `${year}Q${n}`, settled: `${year}-${String(3 * n).padStart(2, "0")}-21` })),
);

/**
 * 先收后贴: ten days after the settlement day each bank claims the interest that households paid; the office accrues it in
 * the same month, approves it by the 12th of the next and pays on the 25th.
 */
export function subsidyMoments(
  own: readonly DemoLoan[],
  enterprise: readonly EnterpriseLoan[],
  banks: readonly DemoBank[],
  office: DemoOffice,
): Moment[] {
  return QUARTERS.flatMap(({ quarter, settled }) =>
    banks.flatMap((bank) => {
      const claimed = [
        ...own.filter((loan) => claims(loan, bank.bank, settled)),
        ...enterprise.filter((loan) => loan.bank === bank.bank && isOpen(loan, settled)),
      ];
      if (claimed.length === 0) return [];
      const on = addDays(settled, 7);
      const approvedOn = addDays(settled, 21);
      const paidOn = addDays(settled, 34);
      const claim: Moment = {
        on,
        order: MORNING,
        what: `贴息申报 ${bank.bank} ${quarter}`,
        run: async () => {
          const lines = claimed.map(({ loan }) => ({ loan }));
          await bank.post("subsidy-claims", { currency: "CNY", bank: bank.bank, quarter, lines, valueDate: on });
          await office.give("AccrueSubsidyClaim", { bank: bank.bank, quarter, valueDate: on }, "FIN-M");
        },
      };
      const approve: Moment = {
        on: approvedOn,
        order: EVENING,
        what: `贴息审核 ${bank.bank} ${quarter}`,
        run: async () => {
          await office.give("ApproveSubsidyClaim", { bank: bank.bank, quarter, valueDate: approvedOn }, "FIN-R");
        },
      };
      const pay: Moment = {
        on: paidOn,
        order: EVENING,
        what: `贴息拨付 ${bank.bank} ${quarter}`,
        run: async () => {
          await office.give("PaySubsidyClaim", { bank: bank.bank, quarter, valueDate: paidOn }, "FIN-C");
        },
      };
      return [claim, approve, pay];
    }),
  );
}

/** The settlement day before. */
const quarterStart = (settled: string): string => Temporal.PlainDate.from(settled).subtract({ months: 3 }).toString();
const isOpen = ({ disbursedOn, due }: { readonly disbursedOn: string; readonly due: string }, settled: string): boolean =>
  disbursedOn < settled && due > quarterStart(settled);

/** A loan has interest to claim when a settlement of it ended in the quarter, and it was not misused by then. */
function claims(loan: DemoLoan, bank: string, settled: string): boolean {
  if (loan.bank !== bank || !isOpen(loan, settled)) return false;
  const start = quarterStart(settled);
  if (loan.habit.kind === "defaults" && loan.due <= settled) return false;
  if (loan.habit.kind === "prepays" && loan.habit.yuan === loan.yuan && loan.habit.on <= addDays(start, 2)) return false;
  return !(loan.habit.kind === "misused" && settled > loan.habit.foundOn);
}

/** 脱贫退出 by the plan's numbers, in December of each year. */
export function exitMoments(district: DemoDistrict, office: DemoOffice): Moment[] {
  return [2016, ...DEMO_YEARS].map((year) => ({
    on: year === 2016 ? "2016-12-28" : `${year}-12-10`,
    order: MORNING,
    what: `${year}年脱贫退出`,
    run: async () => {
      const leaving = district.households.filter((household) => household.exitYear === year);
      for (const { household } of leaving) {
        await office.give(
          "ConfirmPovertyExit",
          { household, year, document: `中站扶贫〔${year}〕示例1号`, valueDate: `${year}-12-10` },
          "POV",
        );
      }
    },
  }));
}

/**
 * 贫困村退出: three had left before the plan; the plan names three for 2016 and, without contradiction, two for 2018 and one for 2019.
 * The three that it names twice leave with the rest in 2020.
 */
const VILLAGE_EXITS = [
  {
    on: "2016-12-27",
    valueDate: "2015-12-31",
    villages: ["410803009204", "410803009205", "410803009207"],
    document: "2011—2015年退出名单",
  },
  {
    on: "2016-12-30",
    valueDate: "2016-12-30",
    villages: ["410803010206", "410803010210", "410803010201"],
    document: "中站扶贫〔2016〕示例2号",
  },
  { on: "2018-12-20", valueDate: "2018-12-20", villages: ["410803010214", "410803010213"], document: "中站扶贫〔2018〕示例2号" },
  { on: "2019-12-20", valueDate: "2019-12-20", villages: ["410803010208"], document: "中站扶贫〔2019〕示例2号" },
  {
    on: "2020-12-20",
    valueDate: "2020-12-20",
    villages: ["410803010207", "410803010209", "410803010211", "410803010212"],
    document: "中站扶贫〔2020〕示例2号",
  },
] as const;

export function villageMoments(office: DemoOffice): Moment[] {
  return VILLAGE_EXITS.map(({ on, valueDate, villages, document }) => ({
    on,
    order: MORNING,
    what: "贫困村退出",
    run: async () => {
      for (const village of villages) await office.give("ExitVillage", { village, document, valueDate }, "POV");
    },
  }));
}

/** 结账: a month is closed on the 10th of the next, December on the 18th of January, after the year-end transfer. */
export function closingMoments(office: DemoOffice): Moment[] {
  const transfer: Moment = {
    on: TRANSFERRED_ON,
    order: EVENING,
    what: "以前年度盈余调整结转",
    run: async () => {
      await office.give("TransferPriorYearAdjustment", { valueDate: TRANSFERRED_ON }, "FIN-M");
    },
  };
  const yearEnds = DEMO_YEARS.map((year): Moment => {
    const on = `${year + 1}-${YEAR_END_ON}`;
    return {
      on,
      order: EVENING,
      what: `年末结转 ${year}`,
      run: async () => {
        await office.give("TransferYearEnd", { fiscalYear: year }, "FIN-M", { period: `${year}-12` });
      },
    };
  });
  const months = DEMO_YEARS.flatMap((year) => Array.from({ length: 12 }, (_, month) => `${year}-${String(month + 1).padStart(2, "0")}`));
  const closings = ["2016-12", ...months].map((period): Moment => {
    const next = Temporal.PlainYearMonth.from(period).add({ months: 1 });
    return {
      on: `${next.toString()}-${period.endsWith("-12") ? "18" : "10"}`,
      order: EVENING,
      what: `结账 ${period}`,
      run: async () => {
        await office.give("ClosePeriod", { period }, "FIN-R");
      },
    };
  });
  return [transfer, ...yearEnds, ...closings];
}
/** In the settlement period: November is closed, December is not. */
const YEAR_END_ON = "01-15";
/** What belongs to 2018 and was found in 2019: a repayment reported late, two misuses. */
const TRANSFERRED_ON = "2019-12-27";
