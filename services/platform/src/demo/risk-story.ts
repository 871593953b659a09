import { interestFen } from "./bank-core.ts";
import type { DemoBank } from "./banks.ts";
import { addDays, CNY, yuan } from "./figures.ts";
import type { DemoLoan } from "./lending.ts";
import type { LoansCast } from "./loans-cast.ts";
import type { DemoOffice } from "./office.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 风险补偿金: 3,000,000 at the three banks, 7:3. Five own loans that nobody pays are compensated; two are recovered in part, one is
 * written off. Of one, the base is such that 70 and 30 percent both end on an exact half fen (as in T9).
 */

const DEPOSITS = { K1: "2400000.00", K2: "400000.00", K3: "200000.00" } as const;
/** Days overdue at the application; a day is chosen near it. */
const APPLIED_AFTER = 96;
const TIE_DAYS = 60;

export const fundMoments = (office: DemoOffice): Moment[] => [
  {
    on: "2017-01-10",
    order: EVENING,
    what: "风险补偿金存入",
    run: async () => {
      for (const [bank, amount] of Object.entries(DEPOSITS)) {
        const deposit = { ...CNY, bank, amount, source: "区", document: `示例财预〔2017〕3号` };
        await office.give("DepositRiskFund", { ...deposit, valueDate: "2017-01-10" }, "FIN-C");
      }
    },
  },
];

/** The first day on which principal + interest ends with 5 fen, so that 70 % and 30 % of it end on half a fen. */
export function tieDay(principal: bigint, rate: bigint, due: string): string | undefined {
  for (let day = APPLIED_AFTER; day < APPLIED_AFTER + TIE_DAYS; day++)
    if ((principal + interestFen(principal * BigInt(day), rate)) % 10n === 5n) return addDays(due, day);
  return undefined;
}

type Default = Extract<DemoLoan["habit"], { kind: "defaults" }>;

/** From the due date on: overdue, compensation 70 : 30, what is recovered, what is written off. */
export function defaultMoments(loan: DemoLoan, habit: Default, bank: DemoBank, rate: bigint, { office }: LoansCast): Moment[] {
  const { loan: number, due } = loan;
  const { household } = loan.household;
  const ref = `DC-${number}`;
  const principal = BigInt(loan.yuan) * 100n;
  const appliedOn = (habit.tie ? tieDay(principal, rate, due) : undefined) ?? addDays(due, APPLIED_AFTER);
  const at = (on: string, order: number, what: string, run: () => Promise<unknown>): Moment => ({
    on,
    order,
    what: `${what} ${number}`,
    run: async () => {
      await run();
    },
  });
  const paidOn = addDays(appliedOn, 15);
  const later = addDays(paidOn, 150);
  return [
    at(due, EVENING, "逾期", () => office.job("MarkOverdue", { loan: number, valueDate: due })),
    at(appliedOn, NOON, "代偿申请", () => {
      const claim = {
        loan: number,
        principal: yuan(bank.core.balance(number, appliedOn)),
        interest: yuan(bank.core.interest(number, due, appliedOn)),
      };
      const evidence = { evidence: `催收记录-${number}`, valueDate: appliedOn };
      return bank.post("compensation-applications", { ...CNY, ref, obligor: household, loans: [claim], ...evidence });
    }),
    at(addDays(appliedOn, 8), EVENING, "代偿审批", () =>
      office.give("ApproveCompensation", { ref, document: `示例代偿-${number}`, valueDate: addDays(appliedOn, 8) }, "FIN-R"),
    ),
    at(paidOn, EVENING, "代偿", () =>
      office.give("PayCompensation", { ...CNY, ref, party: "fund", serial: `DF-${number}`, valueDate: paidOn }, "FIN-C"),
    ),
    ...(habit.outcome === "recovered"
      ? [
          at(later, NOON, "追回", () =>
            bank.post("recoveries", { ...CNY, ref, gross: "6800.00", cost: "349.95", serial: bank.serial(), valueDate: later }),
          ),
        ]
      : []),
    ...(habit.outcome === "written-off"
      ? [
          at(later, MORNING, "核销", () =>
            office.give("WriteOffClaim", { obligor: household, document: "示例核销〔2020〕1号", valueDate: later }, "FIN-R"),
          ),
        ]
      : []),
  ];
}
