import { type IssueReport, type IssueRequest, issueStatements, type StatementsOptions, ZHONGZHAN_NOTICE } from "@huimin/service-statements";
import { type FontSet, loadFonts } from "@huimin/statements";
import { type Outcome, refused } from "../district.ts";
import type { Entry } from "../format.ts";
import { type Handler, type Playable, pick, plain, type Story } from "../story.ts";
import { impliedAccount } from "./registry.ts";

/*
 * Payouts, what comes back, and the yearly statements. A submitted batch counts as accepted by the bank at once; evidence
 * and proofs are implied.
 */

const EVIDENCE = ["示例附件"];

/** The bank of a batch, as the fact that submitted it says. */
const bankOf = (entry: Entry, { facts }: Story): string =>
  facts.find(({ event, data }) => event === "PayoutBatchSubmitted" && data.payoutBatch === entry.data.payoutBatch)?.data.bank ?? "K1";

const submit: Handler = async (entry, story) => {
  const { district, attempt } = story;
  const { payoutBatch, bank } = entry.data;
  const body = pick(entry, "payoutBatch", "bank", "items", "reissueOf", "payee");
  const households = new Set((entry.data.items as { household: string }[]).map(({ household }) => household));
  for (const household of attempt ? [] : households) {
    const account = await impliedAccount(household, entry, story);
    if (!account.ok) return account;
  }
  const submitted = await district.send("SubmitPayoutBatch", body, entry.by, { period: entry.period });
  if (!submitted.ok || attempt) return submitted;
  const accepted = await district.send("AcceptPayoutBatch", { payoutBatch, valueDate: entry.valueDate }, "BANK", { bank });
  return accepted.ok ? submitted : accepted;
};

const result = (command: string, ...fields: string[]): Playable => ({
  command,
  play: (entry, story) =>
    story.district.send(command, { ...pick(entry, "payoutBatch", "items", ...fields), serial: story.serial() }, entry.by, {
      period: entry.period,
      bank: bankOf(entry, story),
    }),
});

let fonts: FontSet | undefined;

/**
 * The statements of the named households with the cut-off of the fact, compared with the books; a household that has
 * nothing to be told asks for one. A household whose figures are as they were told gets no supplement.
 */
const issue: Handler = async (entry, { district }) => {
  const { platform } = district;
  const options: StatementsOptions = {
    district: platform.district,
    store: platform.store,
    vault: platform.vault,
    books: platform.books,
    notice: ZHONGZHAN_NOTICE,
    fonts: () => {
      fonts ??= loadFonts();
      return fonts;
    },
    clock: () => district.now,
  };
  await district.catchUp();
  let outcome: Outcome = { ok: true, answer: {} };
  const run = (request: Pick<IssueRequest, "households" | "requested">) =>
    issueStatements({ ...request, year: entry.data.year, issuedOn: entry.valueDate }, options, async (command) => {
      outcome = await district.send("IssueStatements", { ...command }, entry.by, { period: entry.period });
      return outcome.ok ? { ok: true, value: undefined } : { ok: false, refusal: { code: outcome.codes[0] ?? "" } };
    });
  const first = await run({ households: entry.data.households });
  const nil = first.ok ? first.value.lines.filter(({ coverage }) => coverage === "nil").map(({ household }) => household) : [];
  for (const report of nil.length === 0 ? [first] : [first, await run({ households: nil, requested: true })]) {
    if (!report.ok) return outcome.ok ? refused(report.refusal.code, report.refusal.details) : outcome;
    const left = refusedLine(report.value);
    if (left?.refusal) return refused(left.refusal.code, left.refusal.details);
  }
  return outcome;
};

const refusedLine = ({ lines }: IssueReport) => lines.find(({ coverage }) => coverage === "refused");

export const PAYOUT_EVENTS: Readonly<Record<string, Playable>> = {
  PayoutBatchSubmitted: { command: "SubmitPayoutBatch", play: submit },
  PayoutBatchCancelled: plain("CancelPayoutBatch", (entry) => ({ ...pick(entry, "payoutBatch"), reason: "撤销" })),
  PayoutSucceeded: result("RecordPayoutSuccess"),
  PayoutFailed: result("RecordPayoutFailure", "reason"),
  PayoutReturned: result("RecordPayoutReturn", "reason"),
  PayoutWronglyPaid: plain("DeclareWrongPayout", (entry) => ({ ...pick(entry, "payoutBatch", "items", "obligor"), evidence: EVIDENCE })),
  WrongPayoutRecovered: plain("RecordWrongPayoutRecovery", (entry, story) => ({
    ...pick(entry, "obligor", "amount"),
    serial: story.serial(),
  })),
  UnclaimedTransferred: plain("TransferUnclaimed", (entry) => ({ ...pick(entry, "items"), evidence: EVIDENCE })),
  UnclaimedTransferReversed: plain("ReverseUnclaimedTransfer", (entry) => ({ ...pick(entry, "items", "claimant"), evidence: EVIDENCE })),
  StatementIssued: { command: "IssueStatements", play: issue },
};
