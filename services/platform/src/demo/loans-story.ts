import type { DemoBank } from "./banks.ts";
import { addDays, CNY, LAST_DAY, quarterEnds, yuan } from "./figures.ts";
import type { DemoLoan } from "./lending.ts";
import type { LoansCast } from "./loans-cast.ts";
import type { DemoOffice } from "./office.ts";
import { defaultMoments } from "./risk-story.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * What happens to the 146 loans until the end of 2020: applications, drawings, quarterly interest, repayments, and what goes
 * wrong. The bank's core computes every figure by itself; the ledger refuses one that differs by a fen.
 */

/** 年利率 of the tier: up to a year 4.35, one to five years 4.75 (PBoC 2015-10-24); in ten-thousandths of a percent. */
const RATE_SHORT = 43_500n;
const RATE_LONG = 47_500n;

export function loanMoments(loans: readonly DemoLoan[], cast: LoansCast): Moment[] {
  return loans.flatMap((loan) => [
    ...openingMoments(loan, cast),
    ...interestMoments(loan, cast),
    ...habitMoments(loan, cast),
    ...(loan.habit.kind === "defaults" ? unpaidMoments(loan, loan.habit, cast) : maturityMoments(loan, cast)),
  ]);
}

const bankOf = (loan: DemoLoan, { banks }: LoansCast): DemoBank => banks[loan.bank] as DemoBank;
const rateOf = (loan: DemoLoan): bigint => (loan.months === 12 ? RATE_SHORT : RATE_LONG);
const ratePercent = (loan: DemoLoan): string => (loan.months === 12 ? "4.35" : "4.75");

function openingMoments(loan: DemoLoan, cast: LoansCast): Moment[] {
  const bank = bankOf(loan, cast);
  const { household } = loan.household;
  const amount = yuan(BigInt(loan.yuan) * 100n);
  const on = loan.disbursedOn;
  const open: Moment = {
    on,
    order: MORNING,
    what: `贷款申请与审批 ${loan.loan}`,
    run: async () => {
      const application = {
        loan: loan.loan,
        household,
        borrower: cast.headOf(household),
        bank: loan.bank,
        amount,
        purpose: loan.purpose,
        termMonths: loan.months,
        valueDate: on,
      };
      await bank.post("loan-applications", { ...CNY, ...application });
      await bank.post("credit-ratings", {
        ...CNY,
        household,
        bank: loan.bank,
        level: "A",
        limit: "50000.00",
        validTo: addDays(on, 365),
        valueDate: on,
      });
      await bank.post("loan-approvals", {
        ...CNY,
        loan: loan.loan,
        household,
        amount,
        annualRate: ratePercent(loan),
        due: loan.due,
        contractDate: on,
        valueDate: on,
      });
    },
  };
  const drawings = loan.drawings.map(
    (drawing, index): Moment => ({
      on: drawing.on,
      order: NOON,
      what: `放款 ${loan.loan}`,
      run: async () => {
        const fen = BigInt(drawing.yuan) * 100n;
        if (index === 0) bank.core.open(loan.loan, drawing.on, loan.due, rateOf(loan), fen);
        else bank.core.draw(loan.loan, drawing.on, fen);
        await bank.post("disbursements", {
          ...CNY,
          loan: loan.loan,
          household,
          amount: yuan(fen),
          valueDate: drawing.on,
          serial: bank.serial(),
        });
      },
    }),
  );
  return [open, ...drawings];
}

type Settled = NonNullable<ReturnType<DemoBank["core"]["settle"]>>;

async function postSettlement({ loan }: DemoLoan, bank: DemoBank, { from, toExcl, interest }: Settled): Promise<void> {
  const message = { loan, from, toExcl, amount: yuan(interest), valueDate: toExcl, serial: bank.serial() };
  await bank.post("interest-settlements", { ...CNY, ...message });
}

/** 结息 and 付息 for the days up to `toExcl`. */
async function settleAndPay(loan: DemoLoan, bank: DemoBank, toExcl: string): Promise<void> {
  const settled = bank.core.settle(loan.loan, toExcl);
  if (!settled) return;
  const { interest } = settled;
  await postSettlement(loan, bank, settled);
  const paid = bank.core.payable(loan.loan, interest);
  if (paid > 0n)
    await bank.post("interest-payments", { ...CNY, loan: loan.loan, amount: yuan(paid), valueDate: toExcl, serial: bank.serial() });
}

const interestMoments = (loan: DemoLoan, cast: LoansCast): Moment[] =>
  quarterEnds(loan.disbursedOn, loan.due).map((day) => ({
    on: day,
    order: NOON,
    what: `结息 ${loan.loan}`,
    run: () => settleAndPay(loan, bankOf(loan, cast), day),
  }));

function maturityMoments(loan: DemoLoan, cast: LoansCast): Moment[] {
  if (loan.due > LAST_DAY) return [];
  const bank = bankOf(loan, cast);
  const late = loan.habit.kind === "pays-late" ? loan.habit.days : 0;
  const paidOn = addDays(loan.due, late);
  const payOff: Moment = {
    on: paidOn,
    order: NOON,
    what: `还清 ${loan.loan}`,
    run: async () => {
      const { loan: number } = loan;
      if (late > 0) {
        const penalty = yuan(bank.core.penalty(number, loan.due, paidOn));
        await bank.post("interest-settlements", {
          ...CNY,
          loan: number,
          from: loan.due,
          toExcl: paidOn,
          kind: "penalty",
          amount: penalty,
          valueDate: paidOn,
          serial: bank.serial(),
        });
        await bank.post("interest-payments", { ...CNY, loan: number, amount: penalty, valueDate: paidOn, serial: bank.serial() });
      }
      const open = bank.core.balance(number, paidOn);
      if (open > 0n) {
        bank.core.repay(number, paidOn, open);
        await bank.post("repayments", { ...CNY, loan: number, principal: yuan(open), valueDate: paidOn, serial: bank.serial() });
      }
      if (late > 0) await bank.post("overdue-cures", { loan: number, valueDate: paidOn });
      await bank.post("settlements", { loan: number, valueDate: paidOn, certificate: `JQ${number}` });
    },
  };
  const lastInterest: Moment = {
    on: loan.due,
    order: MORNING,
    what: `到期结息 ${loan.loan}`,
    run: () => settleAndPay(loan, bank, loan.due),
  };
  const overdue: Moment = {
    on: loan.due,
    order: EVENING,
    what: `逾期 ${loan.loan}`,
    run: () => cast.office.job("MarkOverdue", { loan: loan.loan, valueDate: loan.due }),
  };
  return late > 0 ? [lastInterest, overdue, payOff] : [lastInterest, payOff];
}

/** The last interest is settled and stays open; what follows is the risk fund's. */
const unpaidMoments = (loan: DemoLoan, habit: Habit<"defaults">, cast: LoansCast): Moment[] => {
  const bank = bankOf(loan, cast);
  const last: Moment = {
    on: loan.due,
    order: MORNING,
    what: `到期结息 ${loan.loan}`,
    run: async () => {
      const settled = bank.core.settle(loan.loan, loan.due);
      if (settled) await postSettlement(loan, bank, settled);
    },
  };
  return [last, ...defaultMoments(loan, habit, bank, rateOf(loan), cast)];
};

function habitMoments(loan: DemoLoan, cast: LoansCast): Moment[] {
  const { habit } = loan;
  const bank = bankOf(loan, cast);
  switch (habit.kind) {
    case "prepays":
      return [{ on: habit.on, order: NOON, what: `提前还款 ${loan.loan}`, run: () => prepay(loan, bank, habit.on, habit.yuan) }];
    case "reversed":
      return reversedMoments(loan, bank, habit);
    case "duplicated":
      return duplicatedMoments(loan, bank, habit, cast.office);
    case "reported-late":
      return [{ on: habit.reportedOn, order: NOON, what: `迟报还款 ${loan.loan}`, run: () => reportLate(loan, bank, habit, cast.office) }];
    case "misused":
      return misuseMoments(loan, bank, habit, cast.office);
    default:
      return [];
  }
}

async function prepay(loan: DemoLoan, bank: DemoBank, on: string, amount: number): Promise<void> {
  const fen = BigInt(amount) * 100n;
  const { interestFrom, interest } = bank.core.prepay(loan.loan, on, fen);
  const message = {
    loan: loan.loan,
    principal: yuan(fen),
    interestFrom,
    interestToExcl: on,
    interest: yuan(interest),
    valueDate: on,
    serial: bank.serial(),
  };
  await bank.post("prepayments", { ...CNY, ...message });
}

type Habit<K extends DemoLoan["habit"]["kind"]> = Extract<DemoLoan["habit"], { kind: K }>;

function reversedMoments(loan: DemoLoan, bank: DemoBank, habit: Habit<"reversed">): Moment[] {
  let serial = "";
  const wrong = BigInt(habit.wrongYuan) * 100n;
  const right = BigInt(habit.rightYuan) * 100n;
  const repay = async (fen: bigint): Promise<void> => {
    serial = bank.serial();
    bank.core.repay(loan.loan, habit.on, fen);
    await bank.post("repayments", { ...CNY, loan: loan.loan, principal: yuan(fen), valueDate: habit.on, serial });
  };
  return [
    { on: habit.on, order: NOON, what: `还款(金额有误) ${loan.loan}`, run: () => repay(wrong) },
    {
      on: habit.reversedOn,
      order: NOON,
      what: `冲正 ${loan.loan}`,
      run: async () => {
        bank.core.repay(loan.loan, habit.on, -wrong);
        await bank.post("reversals", {
          ...CNY,
          loan: loan.loan,
          serial,
          reversalSerial: bank.serial(),
          principal: `-${yuan(wrong)}`,
          valueDate: habit.on,
        });
        await repay(right);
      },
    },
  ];
}

/** The same message twice (answered again), and once more under another serial (held, and dismissed by a person). */
function duplicatedMoments(loan: DemoLoan, bank: DemoBank, habit: Habit<"duplicated">, office: DemoOffice): Moment[] {
  const fen = BigInt(habit.yuan) * 100n;
  let message: Readonly<Record<string, unknown>> = {};
  return [
    {
      on: habit.on,
      order: NOON,
      what: `还款 ${loan.loan}`,
      run: async () => {
        message = { ...CNY, loan: loan.loan, principal: yuan(fen), valueDate: habit.on, serial: bank.serial() };
        bank.core.repay(loan.loan, habit.on, fen);
        await bank.post("repayments", message, { key: `dup-${loan.loan}` });
        await bank.post("repayments", message, { key: `dup-${loan.loan}`, expect: [200] });
      },
    },
    {
      on: addDays(habit.on, 1),
      order: NOON,
      what: `疑似重复 ${loan.loan}`,
      run: async () => {
        const serial = bank.serial();
        await bank.post("repayments", { ...message, serial }, { expect: [202] });
        await office.give("DismissDuplicate", { loan: loan.loan, serial }, "FIN-R");
      },
    },
  ];
}

/** A repayment of a settled quarter: its interest is corrected by the bank, its subsidy by the office. */
async function reportLate(loan: DemoLoan, bank: DemoBank, habit: Habit<"reported-late">, office: DemoOffice): Promise<void> {
  const fen = BigInt(habit.yuan) * 100n;
  bank.core.repay(loan.loan, habit.on, fen);
  await bank.post("repayments", { ...CNY, loan: loan.loan, principal: yuan(fen), valueDate: habit.on, serial: bank.serial() });
  const { toExcl } = habit.quarter;
  const from = [loan.disbursedOn, habit.quarter.from].sort().at(-1) as string;
  const right = bank.core.correct(loan.loan, from, toExcl, fen);
  const correction = { loan: loan.loan, from, toExcl, amount: yuan(right), valueDate: addDays(toExcl, -1) };
  await bank.post("interest-corrections", { ...CNY, ...correction });
  const accrualsOf = Number(toExcl.slice(0, 4));
  await office.give("CorrectSubsidy", { loan: loan.loan, correction: "recomputed", accrualsOf }, "FIN-M");
}

function misuseMoments(loan: DemoLoan, bank: DemoBank, habit: Habit<"misused">, office: DemoOffice): Moment[] {
  const { loan: number } = loan;
  let total = "0.00";
  return [
    {
      on: habit.foundOn,
      order: NOON,
      what: `贷后检查 ${number}`,
      run: async () => {
        await bank.post("use-of-funds-checks", { loan: number, finding: "lent-on", misuseFrom: habit.from, valueDate: habit.foundOn });
      },
    },
    {
      on: addDays(habit.foundOn, 5),
      order: EVENING,
      what: `挪用认定与追回 ${number}`,
      run: async () => {
        await office.give("ConfirmMisuse", { loan: number, misuseFrom: habit.from, valueDate: addDays(habit.foundOn, 5) }, "FIN-R");
        const answer = await office.give("DecideSubsidyClawback", { loan: number, reason: "misuse", misuseFrom: habit.from }, "FIN-R");
        total = String(answer.total);
      },
    },
    {
      on: addDays(habit.foundOn, 26),
      order: NOON,
      what: `追回到账 ${number}`,
      run: async () => {
        await bank.post("subsidy-clawback-receipts", {
          ...CNY,
          loan: number,
          amount: total,
          serial: bank.serial(),
          valueDate: addDays(habit.foundOn, 26),
        });
      },
    },
  ];
}
