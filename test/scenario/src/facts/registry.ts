import { earlierDate, shanghaiDate } from "@huimin/calendar";
import { type HouseholdState, statusOf } from "@huimin/registry/events";
import { isRefused, type Outcome } from "../district.ts";
import type { Entry, Fact } from "../format.ts";
import { done, forHouseholds, type Handler, inOrder, type Playable, plain, type Story } from "../story.ts";

/* Facts of the register and of the accounting period. */

const send = (command: string, body: Readonly<Record<string, unknown>>, entry: Entry, { district }: Story): Promise<Outcome> =>
  district.send(command, { ...body, valueDate: entry.valueDate }, entry.by, { period: entry.period });

/**
 * Who is meant by `head` when a member leaves: the head that was changed, if he is still there; for an attempt, the head
 * of now, because leaving is what must be refused.
 */
async function leaving(household: string, { district, attempt, people }: Story): Promise<string> {
  const { head, members } = await district.household(household);
  const before = attempt ? undefined : people.headsBefore(household).findLast((id) => members.some(({ personId }) => personId === id));
  return before ?? head;
}

const changeHead = forHouseholds("ChangeHead", async (household, entry, story) => {
  const { head, members } = await story.district.household(household);
  const heads = new Set([head, ...story.people.headsBefore(household)]);
  const others = members.filter(({ personId }) => personId !== head);
  const newHead = (others.find(({ personId }) => !heads.has(personId)) ?? others[0])?.personId ?? head;
  const outcome = await send("ChangeHead", { household, newHead }, entry, story);
  if (outcome.ok) story.people.headChanged(household, head);
  return outcome;
});

const removeMember = forHouseholds("RemoveMember", async (household, entry, story) => {
  const personId = await leaving(household, story);
  return send("RemoveMember", { household, personId, reason: entry.data.reason }, entry, story);
});

/** Longer than any cool-down that a file sets. */
const BEFORE_MS = 49 * 3_600_000;

/**
 * Every household has an active payout account past the cool-down (implied): the product closes an account with its
 * holder's departure, and no fact need say that another one was bound before the payout.
 */
export async function impliedAccount(household: string, entry: Entry, story: Story): Promise<Outcome> {
  const { district } = story;
  const state = await district.household(household);
  if (state.ended || state.household === undefined) return done;
  const { now } = district;
  district.at(now - BEFORE_MS);
  const bound = await bindAccount(household, { ...entry, valueDate: earlierDate(entry.valueDate, shanghaiDate(district.now)) }, story);
  district.at(now);
  return bound;
}

/** Another account in place of the one on which a payment failed, past the cool-down (implied where no fact says it). */
export async function impliedChange(household: string, entry: Entry, { district, people }: Story): Promise<Outcome> {
  const { now } = district;
  const { head } = await district.household(household);
  district.at(now - BEFORE_MS);
  const valueDate = earlierDate(entry.valueDate, shanghaiDate(district.now));
  const changed = await district.send("ChangeBankAccount", { household, ...(await people.account(head, "K1")), valueDate }, "OFFICE");
  district.at(now);
  return changed;
}

const extinct = forHouseholds("RecordHouseholdExtinct", async (household, entry, story) => {
  const lastMembers = (await story.district.household(household)).members.map(({ personId }) => personId);
  return send("RecordHouseholdExtinct", { household, lastMembers }, entry, story);
});

/** An account that a departure closed is bound anew. */
const changeAccount = forHouseholds("ChangeBankAccount", async (household, entry, story) => {
  const { head } = await story.district.household(household);
  const account = { household, ...(await story.people.account(head, "K1")) };
  const changed = await send("ChangeBankAccount", account, entry, story);
  return isRefused(changed, "ACCOUNT_NOT_BOUND") ? send("BindBankAccount", account, entry, story) : changed;
});

const exit = forHouseholds("ConfirmPovertyExit", (household, entry, story) =>
  send("ConfirmPovertyExit", { household, year: Number(entry.valueDate.slice(0, 4)), document: "示例〔脱贫〕1号" }, entry, story),
);

/** The head dies, or who was head when he borrowed. Without an own loan there is no debtor: nothing is recorded. */
const debtorDied: Handler = async (entry, story) => {
  const { household } = entry.data;
  const borrowers = [undefined, ...story.people.headsBefore(household).toReversed()];
  for (const borrower of borrowers) {
    const outcome = await send("RecordDebtorDeath", { household, ...(borrower ? { borrower } : {}) }, entry, story);
    if (!isRefused(outcome, "NO_LOAN_OF_BORROWER")) return outcome;
  }
  return done;
};

interface Target {
  readonly household: string;
  readonly heads: number;
}

/** Divides the members by the heads that the targets name: the head stays with the first target, which keeps the loan. */
function divide(source: HouseholdState, targets: readonly Target[]) {
  const members = [source.head, ...source.members.map(({ personId }) => personId).filter((id) => id !== source.head)];
  return targets.map(({ household, heads }, index) => {
    const last = index === targets.length - 1;
    const own = members.splice(0, last ? members.length : heads);
    return { household, head: own[0] as string, members: own.map((personId) => ({ personId })) };
  });
}

const split: Handler = async (entry, story) => {
  const { source, targets, debtorStays } = entry.data;
  const state = await story.district.household(source);
  const outcome = await send("SplitHousehold", { household: source, targets: divide(state, targets), debtorStays }, entry, story);
  if (!outcome.ok) return outcome;
  const bind = (targets as Target[]).map(
    ({ household }) =>
      () =>
        bindAccount(household, entry, story),
  );
  const bound = await inOrder(...bind);
  return bound.ok ? { ok: true, answer: { ...outcome.answer, payables: inFileOrder(outcome.answer.payables, entry) } } : bound;
};

interface Payable {
  readonly account: string;
  readonly year: number;
  readonly pool: string;
}

/** The payables of the answer in the order of the file, which names no order. */
function inFileOrder(payables: readonly Payable[], entry: Entry): readonly Payable[] {
  const expected = ((entry as Fact).yields?.payables ?? []) as readonly Payable[];
  const place = ({ account, year, pool }: Payable): number =>
    expected.findIndex((one) => one.account === account && one.year === year && one.pool === pool);
  return [...payables].sort((a, b) => place(a) - place(b));
}

/** Every household has an active payout account (implied). */
async function bindAccount(household: string, entry: Entry, story: Story): Promise<Outcome> {
  const state = await story.district.household(household);
  if (statusOf(state) === "split" || state.accounts.some((account) => !account.until)) return done;
  const account = await story.people.account(state.head, "K1");
  return story.district.send("BindBankAccount", { household, ...account, valueDate: entry.valueDate }, "OFFICE");
}

export const REGISTRY_EVENTS: Readonly<Record<string, Playable>> = {
  PovertyExitConfirmed: exit,
  HeadChanged: changeHead,
  MemberRemoved: removeMember,
  HouseholdExtinct: extinct,
  HouseholdSplit: { command: "SplitHousehold", play: split },
  BankAccountChanged: changeAccount,
  DebtorDied: { command: "RecordDebtorDeath", play: debtorDied },
  PeriodClosed: plain("ClosePeriod", (entry) => ({ period: entry.data.period })),
  PriorYearAdjustmentTransferred: plain("TransferPriorYearAdjustment", (entry) => ({ valueDate: entry.valueDate })),
};
