import { earlierDate } from "@huimin/calendar";
import { agreementOn, type LinkageState, linkageFold, linkageStream, recognisedOn, spansOf } from "@huimin/linkage/events";
import type { Outcome } from "../district.ts";
import type { Entry } from "../format.ts";
import { done, type Handler, inOrder, type Playable, pick, type Story } from "../story.ts";

/*
 * 企贷增收 (model 2). What a drawing or a link presupposes and no fact states is implied: the recognition of the enterprise, its
 * four-party agreement, and the further households that are only counted.
 */

/** Households of one command of the product. */
const LINKS_MAX = 400;
/** As high as an amount may be: no file states a cap. */
const NO_CAP = "999999999999.00";

const linkageOf = (enterprise: string, { district }: Story): Promise<LinkageState> =>
  district.state(linkageStream(enterprise), linkageFold);

/** Before every fact of the file, so that facts may be recorded in any order. */
const beginning = (entry: Entry, { facts }: Story): string =>
  facts.reduce((first, fact) => earlierDate(first, fact.valueDate), entry.valueDate);

async function recognised(enterprise: string, entry: Entry, story: Story): Promise<Outcome> {
  if (recognisedOn(await linkageOf(enterprise, story), entry.valueDate)) return done;
  const valueDate = beginning(entry, story);
  return story.district.send("RecogniseEnterprise", { enterprise, households: 0, valueDate }, "POV");
}

async function agreed(enterprise: string, bank: string, entry: Entry, story: Story): Promise<Outcome> {
  if (agreementOn(await linkageOf(enterprise, story), bank, entry.valueDate)) return done;
  const valueDate = beginning(entry, story);
  const terms = { agreement: `AG-${enterprise}-${bank}`.slice(0, 64), enterprise, bank, loanCap: NO_CAP, form: "job", valueDate };
  return story.district.send("SignFourPartyAgreement", terms, "POV");
}

/** 2.3: every loan is at bank K1. */
const disburse: Handler = async (entry, story) => {
  const { enterprise } = entry.data;
  return inOrder(
    () => recognised(enterprise, entry, story),
    () => agreed(enterprise, "K1", entry, story),
    () =>
      story.district.send(
        "RecordEnterpriseDisbursement",
        { ...pick(entry, "loan", "enterprise", "amount", "due", "annualRate", "floating"), serial: story.serial() },
        entry.by,
        { period: entry.period },
      ),
  );
};

const payment =
  (command: string): Handler =>
  (entry, story) =>
    story.district.send(command, { ...pick(entry, "loan", "principal"), serial: story.serial(), distinct: true }, entry.by, {
      period: entry.period,
    });

const VILLAGE = "V-LINKED";

/** Registers further eligible households; they appear in no checkpoint. */
async function newHouseholds(count: number, entry: Entry, story: Story): Promise<string[]> {
  const { district, people } = story;
  const valueDate = beginning(entry, story);
  await district.send(
    "RegisterVillage",
    { village: VILLAGE, name: "测试村", street: "测试街道", streetCode: "410803010", valueDate },
    "POV",
  );
  const made: string[] = [];
  for (let nr = 0; nr < count; nr++) {
    const household = `LINKED-${story.serial()}`;
    const outcome = await people.household(household, 1, VILLAGE, valueDate);
    if (!outcome.ok) throw new Error(`household ${household}: ${outcome.codes.join()}`);
    made.push(household);
  }
  return made;
}

async function inParts(command: string, households: readonly unknown[], body: object, entry: Entry, story: Story): Promise<Outcome> {
  const parts = Array.from({ length: Math.ceil(households.length / LINKS_MAX) }, (_, nr) =>
    households.slice(nr * LINKS_MAX, (nr + 1) * LINKS_MAX),
  );
  return inOrder(
    ...parts.map((part) => () => story.district.send(command, { ...body, households: part }, entry.by, { period: entry.period })),
  );
}

/** First those whose end was recorded before their link, then new ones. */
const link: Handler = async (entry, story) => {
  const { enterprise, count } = entry.data;
  const { valueDate } = entry;
  const ready = await recognised(enterprise, entry, story);
  if (!ready.ok) return ready;
  const { links } = await linkageOf(enterprise, story);
  const ended = [...links].filter(([, marks]) => spansOf(marks).length === 0 && marks.every(({ on }) => on > valueDate));
  const waiting = ended.slice(0, count).map(([household]) => household);
  const households = [...waiting, ...(await newHouseholds(count - waiting.length, entry, story))];
  const named = households.map((household) => ({ household }));
  return inParts("LinkHouseholds", named, { enterprise, valueDate }, entry, story);
};

/** Those linked on the day and not ended yet; where the file records the link later, households to come. */
const unlink: Handler = async (entry, story) => {
  const { enterprise, count } = entry.data;
  const { valueDate } = entry;
  const { links } = await linkageOf(enterprise, story);
  const open = [...links].filter(([, marks]) => spansOf(marks).some((span) => span.toExcl === undefined && span.from <= valueDate));
  const leaving = open.slice(-count).map(([household]) => household);
  if (leaving.length === count || story.attempt) return inParts("UnlinkHouseholds", leaving, { enterprise, valueDate }, entry, story);
  const ahead = await newHouseholds(count - leaving.length, entry, story);
  return inParts("UnlinkHouseholds", [...leaving, ...ahead], { enterprise, valueDate, ahead: true }, entry, story);
};

export const ENTERPRISE_EVENTS: Readonly<Record<string, Playable>> = {
  EnterpriseLoanDisbursed: { command: "RecordEnterpriseDisbursement", play: disburse },
  EnterpriseRepaid: { command: "RecordEnterpriseRepayment", play: payment("RecordEnterpriseRepayment") },
  EnterprisePrepaid: { command: "PrepayEnterpriseLoan", play: payment("PrepayEnterpriseLoan") },
  HouseholdLinked: { command: "LinkHouseholds", play: link },
  HouseholdUnlinked: { command: "UnlinkHouseholds", play: unlink },
};
