import type { Cast } from "./cast.ts";
import type { PoolYear } from "./dividend-story.ts";
import { CNY, cents, DEMO_YEARS, yuan } from "./figures.ts";
import type { Participants } from "./participants.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 政企联动 (model 4): 5,000,000 of the district in two enterprises at a fixed 8 %, insured, losses 50/30/20. The 400,000 a year
 * go to 168 households of 老幼病残; at the end of 2020 one enterprise is valued lower and the loss is shared.
 */

export const EQUITY_POOL = "ZQ";
export const INSURER = "INS1";
const SOURCE = "区";
const STAKES = [
  { enterprise: "E08", amount: "3000000.00" },
  { enterprise: "E09", amount: "2000000.00" },
] as const;
const BOUGHT_ON = "2016-12-30";
/** 50 % and 30 % of it are half fen: the tie goes by the larger weight. */
export const LOSS = "250000.05";
const REF = "SS-2020-1";
/** Holders who left poverty a year ago and are replaced at the adjustment. */
const REPLACED_A_YEAR = 12;

export function equityMoments(people: Participants, cast: Cast): Moment[] {
  const { office } = cast;
  const buy: Moment = {
    on: BOUGHT_ON,
    order: EVENING,
    what: "政企联动出资",
    run: async () => {
      await office.give("RegisterParty", { party: INSURER, kind: "insurer", name: "示例财产保险公司", valueDate: BOUGHT_ON }, "FOF");
      const funds = { amount: "5100000.00", source: SOURCE, document: "示例财预〔2016〕88号", valueDate: BOUGHT_ON };
      await office.give("AppropriateEquityFunds", funds, "FIN-M");
      for (const { enterprise, amount } of STAKES) {
        const terms = { from: BOUGHT_ON, to: "2021-12-31", fixedRate: "8", payDates: ["12-01"], insured: true };
        const evidence = { decision: "区政府常务会议纪要〔2016〕20号", publicity: "入股公示照片" };
        await office.give(
          "SignInvestmentAgreement",
          { enterprise, agreement: `XY-${enterprise}`, amount, ...terms, ...evidence, valueDate: BOUGHT_ON },
          "FIN-R",
        );
        const policy = {
          enterprise,
          insurer: INSURER,
          policy: `BD-${enterprise}`,
          insuredAmount: amount,
          deductible: "5000.00",
          from: BOUGHT_ON,
          to: "2021-12-31",
        };
        await office.give(
          "BindInsurancePolicy",
          { ...policy, premium: "20000.00", payer: "district", source: SOURCE, valueDate: BOUGHT_ON },
          "INS",
        );
        const invested = { enterprise, amount, source: SOURCE, serial: `CZ-${enterprise}`, certificate: `GQ-${enterprise}` };
        await office.give("InvestEquity", { ...invested, valueDate: BOUGHT_ON }, "FIN-C");
      }
    },
  };
  const assign: Moment = {
    on: "2017-01-05",
    order: MORNING,
    what: "受益户量化",
    run: async () => {
      const shares = people.beneficiaries.map(({ household }) => ({ household, shares: "1" }));
      await office.give(
        "AssignBeneficiaries",
        { pool: EQUITY_POOL, year: 2017, shares, minutes: "村民代表大会决议", valueDate: "2017-01-05" },
        "VIL",
      );
    },
  };
  return [buy, assign, ...adjustments(people, cast), ...DEMO_YEARS.flatMap((year) => dividendMoments(year, cast)), ...lossMoments(cast)];
}

/** 年度动态调整: who left poverty the year before makes room, who is still poor comes in; always 168. */
function adjustments(people: Participants, { office }: Cast): Moment[] {
  let next = 0;
  const gone = new Set<string>();
  return [2018, 2019, 2020].map((year) => ({
    on: `${year}-01-15`,
    order: MORNING,
    what: `受益户动态调整 ${year}`,
    run: async () => {
      const leaving = people.beneficiaries
        .filter((one) => one.exitYear !== undefined && one.exitYear < year && !gone.has(one.household))
        .slice(0, REPLACED_A_YEAR)
        .map(({ household }) => household);
      for (const household of leaving) gone.add(household);
      const coming = people.successors.slice(next, next + leaving.length);
      next += coming.length;
      const shares = coming.map(({ household }) => ({ household, shares: "1" }));
      const adjusted = { pool: EQUITY_POOL, year, shares, takenBack: leaving.slice(0, coming.length) };
      await office.give("ReassignBeneficiaries", { ...adjusted, minutes: "年度动态调整", valueDate: `${year}-01-15` }, "VIL");
    },
  }));
}

const dividendMoments = (year: number, { office, lead }: Cast): Moment[] => [
  {
    on: `${year}-11-25`,
    order: EVENING,
    what: `固定分红计提 ${year}`,
    run: async () => {
      for (const { enterprise } of STAKES) {
        const period = { from: `${year}-01-01`, toExcl: `${year + 1}-01-01`, dueOn: `${year}-12-01` };
        await office.give("AccrueFixedDividend", { pool: EQUITY_POOL, year, enterprise, ...period, valueDate: `${year}-11-25` }, "FIN-M");
      }
    },
  },
  {
    on: `${year}-12-01`,
    order: NOON,
    what: `固定分红到账 ${year}`,
    run: async () => {
      for (const { enterprise, amount } of STAKES) {
        const receipt = { pool: EQUITY_POOL, enterprise, amount: yuan((cents(amount) * 8n) / 100n) };
        await lead.post("dividend-receipts", { ...CNY, ...receipt, serial: lead.serial(), valueDate: `${year}-12-01` });
      }
    },
  },
];

function lossMoments({ office, lead }: Cast): Moment[] {
  const enterprise = STAKES[1].enterprise;
  let open = { enterprise: 0n, insurer: 0n };
  return [
    {
      on: "2020-12-18",
      order: EVENING,
      what: "确认损失与三方分担",
      run: async () => {
        const evidence = { document: "示例评估报告", decision: "区政府常务会议纪要〔2020〕31号" };
        await office.give(
          "RecogniseInvestmentLoss",
          { ref: REF, enterprise, loss: LOSS, basis: "valuation", ...evidence, valueDate: "2020-12-18" },
          "FIN-R",
        );
        const shared = (await office.give("ShareLoss", { ref: REF, source: SOURCE, valueDate: "2020-12-18" }, "FIN-R")) as Record<
          string,
          string
        >;
        open = { enterprise: cents(shared.enterprise ?? ""), insurer: cents(shared.insurer ?? "") - cents(shared.uncovered ?? "") };
      },
    },
    {
      on: "2020-12-28",
      order: NOON,
      what: "分担款与保险赔款到账",
      run: async () => {
        const receive = (party: string, amount: bigint) =>
          lead.post("loss-share-receipts", {
            ...CNY,
            ref: REF,
            party,
            amount: yuan(amount),
            serial: lead.serial(),
            valueDate: "2020-12-28",
          });
        await receive(enterprise, open.enterprise);
        await receive(INSURER, open.insurer);
      },
    },
  ];
}

export const equityLists = (): PoolYear[] =>
  DEMO_YEARS.map((year) => ({
    pool: EQUITY_POOL,
    year,
    draftedOn: `${year}-12-02`,
    draft: { method: "equal" },
    ...(year === 2018 ? { objection: { text: "名单有误", result: "upheld" } as const } : {}),
    ...(year === 2020 ? { objection: { text: "认为应按人口", result: "dismissed" } as const } : {}),
  }));
