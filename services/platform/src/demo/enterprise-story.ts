import type { Cast } from "./cast.ts";
import { CARRIERS } from "./enterprises.ts";
import { addDays, CNY, LAST_DAY, monthEnd, quarterEnds, wholeYuan, yuan } from "./figures.ts";
import type { LinkedHousehold, Participants } from "./participants.ts";
import { Random } from "./random.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 企贷增收 (model 2): six enterprises borrow 18,000,000 at 4.785 % and carry 186 households, 150 of them by a job, 36 by a fixed
 * 2,400 a year. The subsidy of 2 % is claimed with the bank's quarter.
 */

export interface EnterpriseLoan {
  readonly loan: string;
  readonly enterprise: string;
  readonly bank: "K1";
  readonly disbursedOn: string;
  readonly due: string;
}

const LENT_ON = "2017-04-05";
const DUE = "2020-04-05";
const AMOUNT_FEN = 300_000_000n;
const RATE = "4.785";
const CORE_RATE = 47_850n;
/** One enterprise repays a part early. */
const PART_REPAID = { enterprise: "E04", on: "2019-05-15", fen: 50_000_000n };
const WAGES_FROM = "2017-05";
const WAGE = { least: 1_500, most: 2_600 };
const FIXED_A_YEAR = 2_400;

export const enterpriseLoans: readonly EnterpriseLoan[] = CARRIERS.map((enterprise) => ({
  loan: `QD-${enterprise}`,
  enterprise,
  bank: "K1",
  disbursedOn: LENT_ON,
  due: DUE,
}));

export const enterpriseMoments = ({ linked }: Participants, cast: Cast): Moment[] => [
  ...enterpriseLoans.flatMap((loan, nth) => [...linkMoments(loan, linked[nth] ?? [], cast), ...loanMoments(loan, cast)]),
  ...wageMoments(linked, cast),
  ...benefitMoments(linked, cast),
];

function linkMoments({ enterprise }: EnterpriseLoan, households: readonly LinkedHousehold[], cast: Cast): Moment[] {
  const { office, personOf } = cast;
  const link = async (form: "job" | "fixed", own: readonly LinkedHousehold[]): Promise<void> => {
    const list = own.map(({ household: { household }, worker }) => ({ household, ...(worker ? { person: personOf(worker) } : {}) }));
    await office.give("LinkHouseholds", { enterprise, households: list, form, valueDate: "2017-04-01" }, "ENT");
  };
  return [
    {
      on: "2017-03-20",
      order: MORNING,
      what: `带贫企业认定 ${enterprise}`,
      run: async () => {
        const recognition = { enterprise, households: households.length, document: `示例认定-${enterprise}`, valueDate: "2017-03-20" };
        await office.give("RecogniseEnterprise", recognition, "FOF");
        const agreement = { agreement: `SF-${enterprise}`, enterprise, bank: "K1", loanCap: yuan(AMOUNT_FEN), form: "job" };
        await office.give("SignFourPartyAgreement", { ...agreement, valueDate: "2017-03-20" }, "POV");
      },
    },
    {
      on: "2017-04-01",
      order: MORNING,
      what: `带贫关系 ${enterprise}`,
      run: async () => {
        await link(
          "job",
          households.filter(({ worker }) => worker !== undefined),
        );
        await link(
          "fixed",
          households.filter(({ worker }) => worker === undefined),
        );
      },
    },
  ];
}

function loanMoments({ loan, enterprise }: EnterpriseLoan, { lead }: Cast): Moment[] {
  const { core } = lead;
  const settle = async (toExcl: string): Promise<void> => {
    const settled = core.settle(loan, toExcl);
    if (!settled) return;
    const amount = yuan(settled.interest);
    const message = { loan, from: settled.from, toExcl, amount, bearer: "enterprise", valueDate: toExcl };
    await lead.post("interest-settlements", { ...CNY, ...message, serial: lead.serial() });
    await lead.post("interest-payments", { ...CNY, loan, amount, payer: "enterprise", valueDate: toExcl, serial: lead.serial() });
  };
  const repay = async (fen: bigint, on: string): Promise<void> => {
    core.repay(loan, on, fen);
    await lead.post("enterprise-repayments", { ...CNY, loan, principal: yuan(fen), valueDate: on, serial: lead.serial() });
  };
  return [
    {
      on: LENT_ON,
      order: NOON,
      what: `企业放款 ${loan}`,
      run: async () => {
        core.open(loan, LENT_ON, DUE, CORE_RATE, AMOUNT_FEN);
        const terms = { loan, enterprise, amount: yuan(AMOUNT_FEN), annualRate: RATE, due: DUE, purpose: "扩大生产" };
        await lead.post("enterprise-disbursements", { ...CNY, ...terms, valueDate: LENT_ON, serial: lead.serial() });
      },
    },
    ...quarterEnds(LENT_ON, DUE).map((on): Moment => ({ on, order: NOON, what: `企贷结息 ${loan}`, run: () => settle(on) })),
    ...(enterprise === PART_REPAID.enterprise
      ? [{ on: PART_REPAID.on, order: NOON, what: `企业还本 ${loan}`, run: () => repay(PART_REPAID.fen, PART_REPAID.on) }]
      : []),
    {
      on: DUE,
      order: NOON,
      what: `企贷还清 ${loan}`,
      run: async () => {
        await settle(DUE);
        await repay(core.balance(loan, DUE), DUE);
        await lead.post("settlements", { loan, valueDate: DUE, certificate: `JQ-${loan}` });
      },
    },
  ];
}

/** 工资报送, on the 5th for the month before. */
function wageMoments(linked: Participants["linked"], { office, personOf }: Cast): Moment[] {
  const random = new Random(150_2017);
  const moments: Moment[] = [];
  for (let month = Temporal.PlainYearMonth.from(WAGES_FROM); month.toString() <= LAST_DAY.slice(0, 7); month = month.add({ months: 1 })) {
    const name = month.toString();
    const last = monthEnd(name);
    moments.push({
      on: addDays(last, 5),
      order: MORNING,
      what: `带贫工资 ${name}`,
      run: async () => {
        for (const [nth, households] of linked.entries())
          for (const { household, worker } of households) {
            if (!worker) continue;
            const amount = wholeYuan(10 * random.between(WAGE.least / 10, WAGE.most / 10));
            const wage = { enterprise: CARRIERS[nth], household: household.household, person: personOf(worker), month: name, amount };
            await office.give("ReportWage", { ...wage, valueDate: last }, "ENT");
          }
      },
    });
  }
  return moments;
}

const benefitMoments = (linked: Participants["linked"], { office }: Cast): Moment[] =>
  [2017, 2018, 2019, 2020].map((year) => ({
    on: `${year}-12-15`,
    order: EVENING,
    what: `固定带贫收益 ${year}`,
    run: async () => {
      for (const [nth, households] of linked.entries())
        for (const { household, worker } of households) {
          if (worker) continue;
          const benefit = { enterprise: CARRIERS[nth], household: household.household, form: "fixed", month: `${year}-12` };
          await office.give("ReportBenefit", { ...benefit, amount: wholeYuan(FIXED_A_YEAR), valueDate: `${year}-12-15` }, "ENT");
        }
    },
  }));
