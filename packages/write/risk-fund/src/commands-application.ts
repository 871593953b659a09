import { type CommandDefinition, load } from "@huimin/decider";
import { openPrincipal } from "@huimin/interest/timeline";
import { fen, formatAmount } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { type Application, applyFor, weightsRefusal } from "./decide-application.ts";
import { errors } from "./errors.ts";
import { compensationFold, compensationStream } from "./evolve-case.ts";
import { obligorFold, obligorStream } from "./evolve-obligor.ts";
import {
  AmountText,
  Currency,
  closed,
  DateField,
  DocumentText,
  FundAccounts,
  IdText,
  PartyText,
  ReasonText,
  WeightText,
} from "./fields.ts";
import { gatherCase, type StandingCase } from "./gather.ts";
import type { RiskFundPayload } from "./schema.ts";
import { formRefusal, fundRefusal, gatherAccounts, gatherLoans, riskEvent, senderRefusal } from "./shared.ts";
import { byParty, shareOf, splitCompensation } from "./split.ts";

/** Loans of one case at most: a batch of 分贷统还 is one case. */
export const CASE_LOANS_MAX = 1_000;
export const ApplyForCompensationBody = Type.Object(
  {
    ref: IdText,
    obligor: IdText,
    loans: Type.Array(Type.Object({ loan: IdText, principal: AmountText, interest: AmountText }, closed), {
      minItems: 1,
      maxItems: CASE_LOANS_MAX,
      description: "open principal of the value date, interest at the contract rate since the due date",
    }),
    weights: Type.Optional(
      Type.Array(Type.Object({ party: PartyText, weight: WeightText }, closed), {
        minItems: 2,
        maxItems: 4,
        description: "split of the agreement; default riskfund.split of the contract date",
      }),
    ),
    evidence: Type.Optional(DocumentText),
    valueDate: DateField,
    currency: Currency,
  },
  closed,
);

/**
 * E4 代偿申请 (bank message). Answer: the case, its base. Refuses COMPENSATION_WEIGHTS_NOT_100, COMPENSATION_PARTY_TWICE,
 * CASE_NUMBER_TAKEN, OTHER_BANKS_CASE and what {@link applyFor} refuses.
 */
export const ApplyForCompensation: CommandDefinition<Static<typeof ApplyForCompensationBody>> = {
  name: "ApplyForCompensation",
  schema: ApplyForCompensationBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const early = formRefusal(command, context) ?? (command.weights ? weightsRefusal(command.weights) : undefined);
    if (early) return early;
    const { ref, obligor } = command;
    const loans = yield* gatherLoans(command.loans.map(({ loan }) => loan));
    if (!loans.ok) return loans;
    const bank = loans.value[0]?.subject.bank ?? "";
    for (const { subject } of loans.value) {
      const refusal = senderRefusal(context, subject.bank);
      if (refusal) return refusal;
    }
    const policy = yield* loadPolicy(["riskfund.split", "riskfund.days"]);
    const cases = (yield* load(obligorStream(obligor), obligorFold)).state;
    const decided = applyFor({ loans: loans.value, cases, policy }, command as Application, bank);
    if (!decided.ok) return decided;
    const known = (yield* load(compensationStream(ref), compensationFold)).state;
    if (known.status === "applied" || known.status === "approved") return refuse(errors.CASE_NUMBER_TAKEN, { ref }, { path: "/ref" });
    const { applied, opened } = decided.value;
    const base = command.loans.reduce((sum, { principal, interest }) => sum + fen(principal) + fen(interest), 0n);
    return ok({
      writes: [
        { stream: compensationStream(ref), events: [applied] },
        { stream: obligorStream(obligor), events: [opened] },
      ],
      answer: { ref, obligor, base: formatAmount(base) },
    });
  },
};

const EndCaseBody = Type.Object({ ref: IdText, reason: ReasonText, valueDate: DateField }, closed);

function endCase(
  name: string,
  role: "BANK" | "FIN-R",
  type: "CompensationWithdrawn" | "CompensationRejected",
): CommandDefinition<Static<typeof EndCaseBody>> {
  return {
    name,
    schema: EndCaseBody,
    roles: [role],
    postsInBookG: false,
    *run(command, context) {
      const { ref, reason, valueDate } = command;
      const early = formRefusal(command, context);
      if (early) return early;
      const found = yield* gatherCase(ref, context, ["applied"]);
      if (!found.ok) return found;
      const { subject } = found.value;
      // Written below: loaded so that the append asserts its version.
      yield* load(obligorStream(subject.obligor), obligorFold);
      const ended = riskEvent("ObligorCaseEnded", valueDate, subject);
      return ok({
        writes: [
          { stream: compensationStream(ref), events: [riskEvent(type, valueDate, { ...subject, reason })] },
          { stream: obligorStream(subject.obligor), events: [ended] },
        ],
        answer: { ref },
      });
    },
  };
}

/** E4 撤回申请 (bank message), before the approval. Refuses CASE_STATUS. */
export const WithdrawCompensation = endCase("WithdrawCompensation", "BANK", "CompensationWithdrawn");
/** E5 驳回 (FIN-R), before the approval. Refuses CASE_STATUS. */
export const RejectCompensation = endCase("RejectCompensation", "FIN-R", "CompensationRejected");

export const ApproveCompensationBody = Type.Object(
  { ref: IdText, accounts: FundAccounts, document: Type.Optional(DocumentText), valueDate: DateField },
  closed,
);

/** What was applied for still holds: no repayment dated before the application has been recorded since. */
function* staleRefusal(found: StandingCase) {
  const loans = yield* gatherLoans(found.claimed.map(({ loan }) => loan));
  if (!loans.ok) return loans;
  for (const [index, { loan, principal }] of found.claimed.entries()) {
    const state = loans.value[index];
    const open = state && found.appliedOn ? openPrincipal(state.timeline, found.appliedOn) : 0n;
    if (open !== fen(principal)) return refuse(errors.COMPENSATION_BASE_STALE, { loan, open: formatAmount(open), principal });
  }
  return undefined;
}

/**
 * E5 代偿审批 (FIN-R, R3). Answer: base, share per party, share per loan and party. Refuses CASE_STATUS,
 * COMPENSATION_BASE_STALE, FUND_TOO_SMALL.
 */
export const ApproveCompensation: CommandDefinition<Static<typeof ApproveCompensationBody>> = {
  name: "ApproveCompensation",
  schema: ApproveCompensationBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const { ref, valueDate, document } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherCase(ref, context, ["applied"]);
    if (!found.ok) return found;
    const { subject, claimed, weights } = found.value;
    const stale = yield* staleRefusal(found.value);
    if (stale) return stale;
    const bases = claimed.map(({ loan, principal, interest }) => ({ loan, principal: fen(principal), interest: fen(interest) }));
    const split = splitCompensation(bases, weights);
    const short = fundRefusal(yield* gatherAccounts(command.accounts ?? [subject.bank]), shareOf(split.shares, "fund"));
    if (short) return short;
    const base = formatAmount(split.base);
    const payload: RiskFundPayload<"CompensationApproved"> = {
      ...subject,
      base,
      shares: split.shares,
      loans: [...split.loans],
      ...(document ? { document } : {}),
    };
    const perLoan = Object.fromEntries(split.loans.map(({ loan, shares }) => [loan, byParty(shares)]));
    return ok({
      writes: [{ stream: compensationStream(ref), events: [riskEvent("CompensationApproved", valueDate, payload)] }],
      answer: { ref, base, shares: byParty(split.shares), perLoan },
    });
  },
};

/** C1 of the approval (FIN-R), while nothing is paid: the case waits again. Refuses CASE_STATUS, CASE_PAID. */
export const RevokeCompensationApproval: CommandDefinition<Static<typeof EndCaseBody>> = {
  name: "RevokeCompensationApproval",
  schema: EndCaseBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const { ref, reason, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherCase(ref, context, ["approved"]);
    if (!found.ok) return found;
    if (found.value.payments.size > 0) return refuse(errors.CASE_PAID, { ref });
    const revoked = riskEvent("CompensationApprovalRevoked", valueDate, { ...found.value.subject, reason });
    return ok({ writes: [{ stream: compensationStream(ref), events: [revoked] }], answer: { ref } });
  },
};
