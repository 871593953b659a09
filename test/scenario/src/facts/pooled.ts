import { createHash } from "node:crypto";
import { staleInterest } from "@huimin/loan/events";
import { runOverdue } from "@huimin/platform";
import { type BatchState, batchFold, batchStream } from "@huimin/pooled/events";
import { NOW, type Outcome, refused } from "../district.ts";
import type { Entry } from "../format.ts";
import { done, type Handler, inOrder, type Playable, pick, plain, type Story } from "../story.ts";
import { borrowerOf, LOAN_EVENTS } from "./loans.ts";

/*
 * Batches of pooled lending (model 1). What a contract presupposes and no fact states (proposal, enrolment with consent,
 * the offices' override) is implied just before it.
 */

interface Item {
  readonly loan: string;
  readonly household: string;
  readonly amount: string;
}

/** Anything that the documents of a file imply: the number stands for the paper. */
const DOCUMENT = "DOC-1";
/** More than any file lends. */
const BATCH_CAP = "999999999.99";

const batchOf = (batch: string, { district }: Pick<Story, "district">): Promise<BatchState> =>
  district.state(batchStream(batch), batchFold);

const consentOf = (household: string): string => createHash("sha256").update(`consent of ${household}`).digest("hex");

/** The enterprise of a batch: the entry's, or that of another fact about the batch. */
function enterpriseOf(batch: string, entry: Entry, { facts }: Story): string {
  const named = [entry, ...facts.filter((fact) => fact.data.batch === batch), ...facts].find(({ data }) => data.enterprise !== undefined);
  return named?.data.enterprise ?? "E00";
}

/** The batch that a loan belongs to, by its state or by the facts. */
async function batchOfLoan(loan: string | undefined, { district, facts }: Story): Promise<string | undefined> {
  if (loan === undefined) return undefined;
  const { subject } = await district.loan(loan, NOW);
  if (subject) return subject.batch;
  const contract = facts.find(({ data }) => data.items?.some?.((item: Item) => item.loan === loan) && data.batch !== undefined);
  return contract?.data.batch;
}

const propose = (batch: string, valueDate: string, entry: Entry, story: Story): Promise<Outcome> => {
  const enterprise = enterpriseOf(entry.data.batch ?? batch, entry, story);
  return story.district.send("ProposeBatch", { batch, enterprise, bank: "K1", cap: BATCH_CAP, valueDate }, "FOF");
};

async function enrol(batch: string, household: string, amount: string, valueDate: string, story: Story): Promise<Outcome> {
  const signer = await borrowerOf(household, story);
  const body = { batch, household, amount, signer, consentHash: consentOf(household), valueDate };
  return story.district.send("EnrolHousehold", body, "VIL");
}

const cents = (amount: string): bigint => BigInt(amount.replace(".", ""));
const yuan = (amount: bigint): string => `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;

/** Proposal and enrolments that a first contract of the batch presupposes. */
async function beforeContract(batch: string, state: BatchState, items: readonly Item[], entry: Entry, story: Story): Promise<Outcome> {
  const steps: (() => Promise<Outcome>)[] = [];
  const { valueDate } = entry;
  if (state.status === "none") steps.push(() => propose(batch, valueDate, entry, story));
  if (state.contracts.length === 0) {
    const wanted = new Map<string, bigint>();
    for (const { household, amount } of items) wanted.set(household, (wanted.get(household) ?? 0n) + cents(amount));
    for (const [household, amount] of wanted)
      if (!state.enrolments.has(household)) steps.push(() => enrol(batch, household, yuan(amount), valueDate, story));
  }
  return inOrder(...steps);
}

interface Contract {
  readonly batch: string;
  readonly items: readonly Item[];
  readonly annualRate: string;
  readonly due: string;
  readonly yearBase?: number;
  readonly repayer?: string;
  readonly participationEvidence?: boolean;
  readonly override?: boolean;
}

/** 1.3 with all that it presupposes; a further contract of a batch is a supplement, whose items carry the consent. */
async function sign(contract: Contract, entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const { batch, annualRate, due, yearBase, repayer, participationEvidence = true, override = false } = contract;
  const { valueDate } = entry;
  const state = await batchOf(batch, story);
  const prepared = await beforeContract(batch, state, contract.items, entry, story);
  if (!prepared.ok) return prepared;
  const grant = (role: string) => () => district.send("GrantBlockOverride", { batch, document: DOCUMENT, valueDate }, role);
  const granted = override ? await inOrder(grant("FIN-R"), grant("FOF")) : done;
  if (!granted.ok) return granted;
  const items = [];
  for (const item of contract.items) {
    const consent = { consentHash: consentOf(item.household), signer: await borrowerOf(item.household, story) };
    items.push({ ...pickItem(item), ...(state.contracts.length > 0 ? consent : {}) });
  }
  const body = {
    batch,
    valueDate,
    annualRate,
    due,
    items,
    participationEvidence,
    rateDocument: DOCUMENT,
    ...(yearBase ? { yearBase } : {}),
    ...(repayer ? { repayer } : {}),
    ...(override ? { overrideDocument: DOCUMENT } : {}),
  };
  return district.send("SignBatchContract", body, "BANK", { period: entry.period });
}

const pickItem = ({ loan, household, amount }: Item): Item => ({ loan, household, amount });

/** An attempt takes numbers that no fact uses; a batch that is there already is meant itself. */
async function scratch(contract: Contract, story: Story): Promise<Contract> {
  const { status } = await batchOf(contract.batch, story);
  const mark = story.serial();
  const batch = status === "none" ? `${contract.batch.slice(0, 40)}~${mark}` : contract.batch;
  return { ...contract, batch, items: contract.items.map((item) => ({ ...item, loan: `${item.loan.slice(0, 40)}~${mark}` })) };
}

const signContract: Handler = async (entry, story) => {
  const contract = entry.data as unknown as Contract;
  return sign(story.attempt ? await scratch(contract, story) : contract, entry, story);
};

/** Everything that the facts draw of one loan, from the first day on: its implied contract. */
function impliedContract(batch: string, entry: Entry, { facts }: Story): Contract {
  const { loan, household, amount, annualRate, due, yearBase } = entry.data;
  const drawn = facts.filter((fact) => fact.event === "LoanDisbursed" && fact.data.loan === loan).map((fact) => cents(fact.data.amount));
  const whole = drawn.length === 0 ? amount : yuan(drawn.reduce((sum, part) => sum + part, 0n));
  return { batch, annualRate, due, items: [{ loan, household, amount: whole }], ...(yearBase ? { yearBase } : {}) };
}

const disburse: Handler = async (entry, story) => {
  const { loan, amount, model } = entry.data;
  if (model !== 1 && entry.data.batch === undefined) return (LOAN_EVENTS.LoanDisbursed as Playable).play(entry, story);
  const { district } = story;
  const batch: string = entry.data.batch ?? (await batchOfLoan(loan, story)) ?? `B-${loan}`;
  const draw = (number: string, drawn: string | undefined) => {
    const part = drawn === undefined ? {} : { loan: drawn, amount };
    const body = { batch: number, serial: story.serial(), valueDate: entry.valueDate, ...part };
    return district.send("RecordBatchDisbursement", body, entry.by, { period: entry.period });
  };
  const { loans } = await batchOf(batch, story);
  if (loan === undefined || loans.includes(loan)) return draw(batch, loan);
  const implied = impliedContract(batch, entry, story);
  const contract = story.attempt ? await scratch(implied, story) : implied;
  return inOrder(
    () => sign(contract, entry, story),
    () => draw(contract.batch, contract.items[0]?.loan),
  );
};

const entrust: Handler = async (entry, story) => {
  const { batch } = entry.data;
  const state = await batchOf(batch, story);
  if (story.attempt && state.status === "none") return propose(`${batch}~${story.serial()}`, entry.valueDate, entry, story);
  const body = { ...pick(entry, "batch", "loan", "amount"), serial: story.serial() };
  return story.district.send("EntrustStakes", body, entry.by, { period: entry.period });
};

const enrolHousehold: Handler = async (entry, story) => {
  const { batch, household, amount } = entry.data;
  const { status } = await batchOf(batch, story);
  const number: string = status === "none" && story.attempt ? `${batch}~${story.serial()}` : batch;
  if (status === "none") {
    const proposed = await propose(number, entry.valueDate, entry, story);
    if (!proposed.ok) return proposed;
  }
  return enrol(number, household, amount, entry.valueDate, story);
};

/** Of a batch, or of one loan of a batch: the answer names the one amount. */
const settle: Handler = async (entry, story) => {
  const { loan } = entry.data;
  const batch: string | undefined = entry.data.batch ?? (await batchOfLoan(loan, story));
  if (batch === undefined) return (LOAN_EVENTS.InterestSettled as Playable).play(entry, story);
  const body = { ...pick(entry, "loan", "from", "toExcl", "kind", "bearer"), batch };
  const outcome = await story.district.send("SettleBatchInterest", body, entry.by, { period: entry.period });
  return outcome.ok && loan !== undefined ? { ok: true, answer: { ...outcome.answer, amount: outcome.answer.perLoan[loan] } } : outcome;
};

/** The days name what was settled and does not hold any more, normal or penalty interest. */
const correct: Handler = async (entry, story) => {
  const { loan, from, toExcl } = entry.data;
  const batch = await batchOfLoan(loan, story);
  if (batch === undefined) return (LOAN_EVENTS.InterestCorrected as Playable).play(entry, story);
  const stale = staleInterest(await story.district.loan(loan, NOW)).find(
    ({ settlement }) => settlement.from === from && settlement.toExcl === toExcl,
  );
  const kind = stale ? { kind: stale.settlement.kind } : {};
  const body = { ...pick(entry, "loan", "from", "toExcl"), batch, ...kind };
  return story.district.send("CorrectBatchInterest", body, entry.by, { period: entry.period });
};

const pay: Handler = async (entry, story) => {
  const batch = await batchOfLoan(entry.data.loan, story);
  if (batch === undefined) return (LOAN_EVENTS.InterestPaid as Playable).play(entry, story);
  const body = { ...pick(entry, "loan", "amount", "payer"), batch, serial: story.serial() };
  return story.district.send("RecordBatchInterestPayment", body, entry.by, { period: entry.period });
};

/** 1.16: the product's own run of that day marks it, with the enterprise as obligor. */
const overdue: Handler = async (entry, story) => {
  const { batch, obligor } = entry.data;
  await runOverdue(story.district.platform, entry.valueDate);
  const state = await batchOf(batch, story);
  if (state.overdueSince === undefined) return refused("BATCH_NOT_OVERDUE");
  return obligor === state.enterprise ? done : refused("HOUSEHOLD_NOT_OBLIGOR", { obligor });
};

const replace: Handler = async (entry, story) => {
  const { newHousehold } = entry.data;
  const body = {
    ...pick(entry, "loan", "oldHousehold", "newHousehold", "bankChangesDebtor"),
    consentHash: consentOf(newHousehold),
    signer: await borrowerOf(newHousehold, story),
  };
  return story.district.send("ReplaceStake", body, entry.by, { period: entry.period });
};

export const POOLED_EVENTS: Readonly<Record<string, Playable>> = {
  HouseholdEnrolled: { command: "EnrolHousehold", play: enrolHousehold },
  BatchContractSigned: { command: "SignBatchContract", play: signContract },
  LoanDisbursed: { command: "RecordDisbursement", play: disburse },
  StakeEntrusted: { command: "EntrustStakes", play: entrust },
  StakePooled: plain("PoolStakes", (entry) => pick(entry, "batch", "total")),
  InterestSettled: { command: "SettleInterest", play: settle },
  InterestCorrected: { command: "CorrectInterest", play: correct },
  InterestPaid: { command: "RecordInterestPayment", play: pay },
  UnifiedRepaymentReceived: plain("RecordUnifiedRepayment", (entry, story) => ({
    ...pick(entry, "batch", "amount", "allocation", "order"),
    serial: story.serial(),
  })),
  StakeReplaced: { command: "ReplaceStake", play: replace },
  HouseholdReleased: plain("ReleaseHouseholds", (entry) => pick(entry, "loans", "reason")),
  BatchOverdue: { command: "MarkBatchOverdue", play: overdue },
  // A file may close a batch whose dividends are open: the decision is a document that the fact presupposes.
  BatchClosed: plain("CloseBatch", (entry) => ({ ...pick(entry, "batch"), unpaidDividendsDocument: DOCUMENT })),
};
