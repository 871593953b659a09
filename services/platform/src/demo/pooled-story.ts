import { createHash } from "node:crypto";
import type { DemoBank } from "./banks.ts";
import type { Cast } from "./cast.ts";
import type { PoolYear } from "./dividend-story.ts";
import { addDays, CNY, DEMO_YEARS, LAST_DAY, quarterEnds, wholeYuan, yuan } from "./figures.ts";
import type { PooledBatch, PooledMember } from "./participants.ts";
import { EVENING, MORNING, type Moment, NOON } from "./story.ts";

/*
 * 分贷统还 (model 1): 412 households lend in eleven batches, the money becomes their entrusted stakes, and the enterprises pay
 * the interest and repay. The bank's core settles each loan by itself; the sum is what the ledger must find.
 */

const RATE = "4.75";
const CORE_RATE = 47_500n;
/** The batch whose enterprise files for bankruptcy, and the two that are extended. */
export const FAILED_BATCH = "FD201702";
const BANKRUPT_ON = "2019-06-20";
const EXTENDED = new Set(["FD201703", "FD201704"]);
const EXTENDED_TO = "2020-12-10";
/** 整户消亡 of a holder: the enterprise repays the stake of the household before. */
export const EXTINCT_ON = "2019-10-24";
/** From here on a contract needs evidence that households take part (银监发〔2017〕42号). */
const EVIDENCE_FROM = "2017-07-25";

export const dueOf = ({ batch, due }: PooledBatch): string => (EXTENDED.has(batch) ? EXTENDED_TO : due);
const amountOf = ({ yuan: amount }: PooledMember): string => wholeYuan(amount);
const totalOf = ({ members }: PooledBatch): string => wholeYuan(members.reduce((sum, one) => sum + one.yuan, 0));
const consentOf = (loan: string): string => createHash("sha256").update(`consent to ${loan}`).digest("hex");
const bankOf = ({ bank }: PooledBatch, { banks }: Cast): DemoBank => banks[bank] as DemoBank;

/** The household of a batch that dies out in 2019: one person who lives alone. */
export const extinctMember = (batches: readonly PooledBatch[]): PooledMember | undefined =>
  batches
    .filter(({ batch }) => batch !== FAILED_BATCH && !EXTENDED.has(batch))
    .flatMap(({ members }) => members)
    .find(({ household: { members, exitYear } }) => members.length === 1 && exitYear !== undefined && exitYear < 2019);

export const pooledMoments = (batches: readonly PooledBatch[], cast: Cast): Moment[] => {
  const extinct = extinctMember(batches);
  return [
    ...batches.flatMap((batch) => [
      ...openingMoments(batch, cast),
      ...interestMoments(batch, cast),
      ...(batch.batch === FAILED_BATCH ? failureMoments(batch, cast) : [...endMoments(batch, cast), closingMoment(batch, extinct, cast)]),
      ...(EXTENDED.has(batch.batch) ? [extensionMoment(batch, cast)] : []),
      ...batch.members.filter((one) => one === extinct).map((one) => redemptionMoment(batch, one, cast)),
    ]),
  ];
};

function openingMoments(batch: PooledBatch, cast: Cast): Moment[] {
  const { office } = cast;
  const { batch: number, enterprise, signedOn: on, members } = batch;
  const total = totalOf(batch);
  const propose: Moment = {
    on: addDays(on, -8),
    order: MORNING,
    what: `批次立项 ${number}`,
    run: async () => {
      const proposal = { batch: number, enterprise, bank: batch.bank, cap: total, dividendTerms: `年${batch.dividendRate}%` };
      await office.give("ProposeBatch", { ...proposal, document: `示例五方协议${number}`, valueDate: addDays(on, -8) }, "FOF");
    },
  };
  const enrol: Moment = {
    on: addDays(on, -5),
    order: MORNING,
    what: `贫困户入批 ${number}`,
    run: async () => {
      for (const member of members) {
        const consent = { signer: cast.personOf(member.signer), consentHash: consentOf(member.loan) };
        const enrolment = { batch: number, household: member.household.household, amount: amountOf(member), ...consent };
        await office.give("EnrolHousehold", { ...enrolment, valueDate: addDays(on, -5) }, "VIL");
      }
    },
  };
  const sign: Moment = { on, order: MORNING, what: `批量合同与放款 ${number}`, run: () => signAndLend(batch, total, cast) };
  return [propose, enrol, sign];
}

async function signAndLend(batch: PooledBatch, total: string, cast: Cast): Promise<void> {
  const { office } = cast;
  const { batch: number, enterprise, signedOn: on, members, due } = batch;
  const bank = bankOf(batch, cast);
  await bank.post("batch-contracts", {
    ...CNY,
    batch: number,
    annualRate: RATE,
    due,
    repayer: enterprise,
    total,
    items: members.map((member) => ({ loan: member.loan, household: member.household.household, amount: amountOf(member) })),
    participationEvidence: on >= EVIDENCE_FROM,
    valueDate: on,
  });
  const entrustment = {
    batch: number,
    trustee: enterprise,
    total,
    dividendRate: batch.dividendRate,
    payDate: "12-12",
    noRepaymentDuty: true,
  };
  await office.give("SignEquityEntrustment", { ...entrustment, valueDate: on }, "ENT");
  for (const member of members) bank.core.open(member.loan, on, due, CORE_RATE, BigInt(member.yuan) * 100n);
  await bank.post("batch-disbursements", { ...CNY, batch: number, amount: total, valueDate: on, serial: bank.serial() });
  await bank.post("stake-entrustments", { ...CNY, batch: number, amount: total, valueDate: on, serial: bank.serial() });
  const register = members.map(({ loan }) => ({ loan, certificate: `GQ-${loan}` }));
  await office.give("PoolStakes", { batch: number, total, register, valueDate: on }, "ENT");
}

/** 结息 of every loan for the days up to `toExcl`; answers the sum. */
async function settle(batch: PooledBatch, toExcl: string, cast: Cast): Promise<bigint> {
  const bank = bankOf(batch, cast);
  let from = toExcl;
  let total = 0n;
  for (const { loan } of batch.members) {
    const settled = bank.core.settle(loan, toExcl);
    if (!settled) continue;
    from = settled.from;
    total += settled.interest;
  }
  if (total === 0n) return total;
  const message = { batch: batch.batch, from, toExcl, total: yuan(total), valueDate: toExcl, serial: bank.serial() };
  await bank.post("batch-interest-settlements", { ...CNY, ...message });
  return total;
}

async function pay(batch: PooledBatch, amount: bigint, on: string, cast: Cast): Promise<void> {
  if (amount === 0n) return;
  const bank = bankOf(batch, cast);
  await bank.post("batch-interest-payments", { ...CNY, batch: batch.batch, amount: yuan(amount), valueDate: on, serial: bank.serial() });
}

const paysOn = (batch: PooledBatch, on: string): boolean => batch.batch !== FAILED_BATCH || on <= BANKRUPT_ON;

const interestMoments = (batch: PooledBatch, cast: Cast): Moment[] =>
  quarterEnds(batch.signedOn, dueOf(batch)).map((on) => ({
    on,
    order: NOON,
    what: `批次结息 ${batch.batch}`,
    run: async () => {
      const total = await settle(batch, on, cast);
      if (paysOn(batch, on)) await pay(batch, total, on, cast);
    },
  }));

/** 到期统一还本: the last interest and the principal of the whole batch. */
function endMoments(batch: PooledBatch, cast: Cast): Moment[] {
  const on = dueOf(batch);
  const bank = bankOf(batch, cast);
  return [
    {
      on,
      order: NOON,
      what: `统一还本 ${batch.batch}`,
      run: async () => {
        await pay(batch, await settle(batch, on, cast), on, cast);
        const open = batch.members.reduce((sum, { loan }) => sum + bank.core.balance(loan, on), 0n);
        for (const { loan } of batch.members) bank.core.repay(loan, on, bank.core.balance(loan, on));
        await bank.post("unified-repayments", { ...CNY, batch: batch.batch, amount: yuan(open), valueDate: on, serial: bank.serial() });
      },
    },
  ];
}

/**
 * 批次结清, when the last dividends are paid. What a household that has died out is owed waits for its heirs, so its batch is
 * closed by a decision.
 */
function closingMoment({ batch, members }: PooledBatch, extinct: PooledMember | undefined, cast: Cast): Moment {
  const decided = extinct !== undefined && members.includes(extinct);
  return {
    on: LAST_DAY,
    order: EVENING,
    what: `批次结清 ${batch}`,
    run: async () => {
      const decision = decided ? { unpaidDividendsDocument: "站财〔2020〕41号" } : {};
      await cast.office.give("CloseBatch", { batch, certificate: `JQ-${batch}`, ...decision, valueDate: LAST_DAY }, "FIN-R");
    },
  };
}

function extensionMoment(batch: PooledBatch, cast: Cast): Moment {
  const on = addDays(batch.due, -10);
  return {
    on,
    order: MORNING,
    what: `展期 ${batch.batch}`,
    run: async () => {
      for (const { loan } of batch.members) await bankOf(batch, cast).post("extensions", { loan, newDue: EXTENDED_TO, valueDate: on });
    },
  };
}

/** The enterprise repays the stake of a household that dies out, before it does. */
function redemptionMoment(batch: PooledBatch, { loan, household }: PooledMember, cast: Cast): Moment {
  const on = addDays(EXTINCT_ON, -1);
  const bank = bankOf(batch, cast);
  return {
    on,
    order: NOON,
    what: `提前统还 ${loan}`,
    run: async () => {
      const amount = yuan(bank.core.balance(loan, on));
      bank.core.repay(loan, on, bank.core.balance(loan, on));
      const message = { batch: batch.batch, amount, allocation: "as-ordered", order: [loan], valueDate: on, serial: bank.serial() };
      await bank.post("unified-repayments", { ...CNY, ...message });
      const note = { batch: batch.batch, household: household.household, loan, reason: "household-left", valueDate: on };
      await cast.office.give("NoteStakeRedeemed", note, "ENT");
    },
  };
}

/** 企业破产: interest stays open, the fund compensates with the enterprise as obligor, the households are released. */
function failureMoments(batch: PooledBatch, cast: Cast): Moment[] {
  const { office } = cast;
  const { batch: number, enterprise, members, due } = batch;
  const bank = bankOf(batch, cast);
  const ref = `DC-${number}`;
  const at = (on: string, order: number, what: string, run: () => Promise<unknown>): Moment => ({
    on,
    order,
    what: `${what} ${number}`,
    run: async () => {
      await run();
    },
  });
  const appliedOn = addDays(due, 95);
  return [
    at(BANKRUPT_ON, MORNING, "企业破产", () =>
      office.give("FileEnterpriseBankruptcy", { enterprise, court: "示例区人民法院", valueDate: BANKRUPT_ON }, "FOF"),
    ),
    at(due, NOON, "到期结息", () => settle(batch, due, cast)),
    at(addDays(due, 1), MORNING, "批次逾期", () => office.job("MarkBatchOverdue", { batch: number, valueDate: due })),
    at(appliedOn, NOON, "代偿申请", () => {
      const loans = members.map(({ loan }) => ({
        loan,
        principal: yuan(bank.core.balance(loan, appliedOn)),
        interest: yuan(bank.core.interest(loan, due, appliedOn)),
      }));
      return bank.post("compensation-applications", {
        ...CNY,
        ref,
        obligor: enterprise,
        loans,
        evidence: `示例裁定-${number}`,
        valueDate: appliedOn,
      });
    }),
    at(addDays(appliedOn, 7), EVENING, "代偿审批", () =>
      office.give("ApproveCompensation", { ref, document: `示例代偿〔2020〕1号`, valueDate: addDays(appliedOn, 7) }, "FIN-R"),
    ),
    at(addDays(appliedOn, 12), EVENING, "代偿", () =>
      office.give("PayCompensation", { ...CNY, ref, party: "fund", serial: `DF-${number}`, valueDate: addDays(appliedOn, 12) }, "FIN-C"),
    ),
    at("2020-09-28", NOON, "破产清偿", () =>
      bank.post("bankruptcy-dividends", {
        ...CNY,
        ref,
        gross: "265000.00",
        cost: "15000.05",
        serial: bank.serial(),
        valueDate: "2020-09-28",
      }),
    ),
    at("2020-11-16", NOON, "贫困户免责", () =>
      bank.post("household-releases", {
        loans: members.map(({ loan }) => loan),
        reason: "bank-share-written-off",
        valueDate: "2020-11-16",
      }),
    ),
  ];
}

/** 分红宣告与到账: as the entrustment says, in December; none of a bankrupt enterprise. */
export const declarationMoments = (batches: readonly PooledBatch[], cast: Cast): Moment[] =>
  DEMO_YEARS.flatMap((year) =>
    batches
      .filter((batch) => paysDividend(batch, year))
      .map((batch) => ({
        on: `${year}-12-11`,
        order: NOON,
        what: `分红宣告 ${batch.pool} ${year}`,
        run: async () => {
          const { pool, enterprise, dividendRate: fixedRate, batch: number } = batch;
          const declaration = { pool, year, enterprise, batch: number, model: 1, fixedRate, dueOn: `${year}-12-20` };
          const { total } = await cast.office.give("DeclareDividend", { ...declaration, valueDate: `${year}-12-11` }, "ENT");
          const receipt = { pool, enterprise, amount: total, serial: cast.lead.serial(), valueDate: `${year}-12-11` };
          await cast.lead.post("dividend-receipts", { ...CNY, ...receipt });
        },
      })),
  );

export const paysDividend = ({ batch }: PooledBatch, year: number): boolean => batch !== FAILED_BATCH || `${year}-12-31` < BANKRUPT_ON;

/** The households whose batch has money to give in a year: by stake and days, as the policy says. */
export const pooledLists = (batches: readonly PooledBatch[], extinctBatch: string | undefined): PoolYear[] =>
  DEMO_YEARS.flatMap((year) =>
    batches
      .filter((batch) => paysDividend(batch, year))
      .map(({ batch, pool }) => {
        // A holder that dies out is on the list of its year by the day before.
        const snapshot = batch === extinctBatch && year === Number(EXTINCT_ON.slice(0, 4)) ? { snapshot: addDays(EXTINCT_ON, -1) } : {};
        const objection = OBJECTIONS[`${year} ${batch}`];
        return {
          pool,
          year,
          draftedOn: `${year}-12-12`,
          draft: { method: "by-stake-days", ...snapshot },
          ...(objection ? { objection } : {}),
        };
      }),
  );

const OBJECTIONS: Readonly<Record<string, PoolYear["objection"]>> = {
  "2018 FD201704": { text: "入股天数有误", result: "dismissed" },
  "2019 FD201709": { text: "认为分红率应为8%", result: "dismissed" },
};
