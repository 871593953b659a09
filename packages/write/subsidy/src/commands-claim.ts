import type { CommandDefinition, Gather } from "@huimin/decider";
import { ok, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type Static, Type } from "typebox";
import { CLAIM_KEYS } from "./claimable.ts";
import { approveClaim, type LineFacts, rejectLine, submitClaim } from "./decide-claim.ts";
import { errors } from "./errors.ts";
import { subsidyStream } from "./evolve.ts";
import { claimStream } from "./evolve-claim.ts";
import { AmountText, closed, DateField, Id, QuarterField, ReasonText } from "./fields.ts";
import { dayOf, fiscalYearOf, gatherClaim, gatherLoan, gatherSubsidy } from "./gather.ts";
import type { SubsidyPayload } from "./schema.ts";

/** Lines of one submission: two streams are loaded for each. A quarter takes several submissions. */
export const CLAIM_LINES_MAX = 1_000;

export const SubmitSubsidyClaimBody = Type.Object(
  {
    bank: Id,
    quarter: QuarterField,
    lines: Type.Array(
      Type.Object({ loan: Id, payee: Type.Optional(Id), interest: Type.Optional(AmountText), amount: Type.Optional(AmountText) }, closed),
      {
        minItems: 1,
        maxItems: CLAIM_LINES_MAX,
      },
    ),
    onDifference: Type.Optional(Type.Union([Type.Literal("refuse"), Type.Literal("flag")])),
    replace: Type.Optional(Type.Boolean()),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

function* gatherLines(loans: Iterable<string>): Gather<Map<string, LineFacts>> {
  const facts = new Map<string, LineFacts>();
  for (const loan of new Set(loans)) facts.set(loan, { loan: yield* gatherLoan(loan), subsidy: yield* gatherSubsidy(loan) });
  return facts;
}

/**
 * S3 贴息申报 (bank message). A line without figures claims ours. Answer: the lines with the bank's figures and ours.
 * Refusals: {@link submitClaim}; more than {@link CLAIM_LINES_MAX} lines (CLAIM_TOO_LONG).
 */
export const SubmitSubsidyClaim: CommandDefinition<Static<typeof SubmitSubsidyClaimBody>> = {
  name: "SubmitSubsidyClaim",
  schema: SubmitSubsidyClaimBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { bank, quarter, lines } = command;
    if (lines.length > CLAIM_LINES_MAX) return refuse(errors.CLAIM_TOO_LONG, { limit: CLAIM_LINES_MAX });
    const sender = context.actor.startsWith("bank:") ? context.actor.slice("bank:".length) : bank;
    if (sender !== bank) return refuse(errors.CLAIM_OTHER_BANK, { loan: lines[0]?.loan ?? "–", bank: sender }, { path: "/bank" });
    const claim = yield* gatherClaim(bank, quarter);
    const replaced = command.replace ? claim.lines.filter((line) => line.status === "pending") : [];
    const facts = yield* gatherLines([...lines, ...replaced].map((line) => line.loan));
    const policy = yield* loadPolicy(CLAIM_KEYS);
    const decided = submitClaim({ ...command, valueDate: valueDate.value }, claim, facts, policy);
    if (!decided.ok) return decided;
    const submitted = decided.value.at(-1)?.payload as SubsidyPayload<"SubsidyClaimSubmitted">;
    const answered = submitted.lines.map(({ loan, payee, interest, amount, computed, flagged }) => ({
      loan,
      payee,
      interest,
      amount,
      computed,
      flagged: flagged ?? false,
    }));
    return ok({
      writes: [{ stream: claimStream(bank, quarter), events: decided.value }],
      answer: { bank, quarter, total: submitted.total, lines: answered },
    });
  },
};

export const RejectSubsidyClaimLineBody = Type.Object(
  { bank: Id, quarter: QuarterField, loan: Id, reason: ReasonText, valueDate: Type.Optional(DateField) },
  closed,
);

/** S5 剔除 (FIN-R). What was accrued for the line is taken back in the same append. Refusals: {@link rejectLine}. */
export const RejectSubsidyClaimLine: CommandDefinition<Static<typeof RejectSubsidyClaimLineBody>> = {
  name: "RejectSubsidyClaimLine",
  schema: RejectSubsidyClaimLineBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { bank, quarter, loan } = command;
    const claim = yield* gatherClaim(bank, quarter);
    const subsidy = yield* gatherSubsidy(loan);
    const decided = rejectLine({ ...command, valueDate: valueDate.value, fiscalYear: fiscalYearOf(context) }, claim, subsidy);
    if (!decided.ok) return decided;
    const { rejected, reversed } = decided.value;
    const amount = reversed ? (reversed.payload as SubsidyPayload<"SubsidyAccrualReversed">).amount : "0.00";
    return ok({
      writes: [
        { stream: claimStream(bank, quarter), events: [rejected] },
        ...(reversed ? [{ stream: subsidyStream(loan), events: [reversed] }] : []),
      ],
      answer: { loan, quarter, status: "rejected", accrualReversed: amount },
    });
  },
};

export const ApproveSubsidyClaimBody = Type.Object({ bank: Id, quarter: QuarterField, valueDate: Type.Optional(DateField) }, closed);

/**
 * S5 审核 (FIN-R): every pending line of the quarter; nothing is posted. Where the policy asks for days of publicity
 * (`subsidy.publicityDays`), after it. Refusals: {@link approveClaim}.
 */
export const ApproveSubsidyClaim: CommandDefinition<Static<typeof ApproveSubsidyClaimBody>> = {
  name: "ApproveSubsidyClaim",
  schema: ApproveSubsidyClaimBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const { bank, quarter } = command;
    const policy = yield* loadPolicy(["subsidy.publicityDays"]);
    const publicityDays = policy.integer("subsidy.publicityDays", valueDate.value);
    const decided = approveClaim({ bank, quarter, valueDate: valueDate.value, publicityDays }, yield* gatherClaim(bank, quarter));
    if (!decided.ok) return decided;
    const { total } = decided.value.payload as SubsidyPayload<"SubsidyClaimApproved">;
    return ok({
      writes: [{ stream: claimStream(bank, quarter), events: [decided.value] }],
      answer: { bank, quarter, status: "approved", total },
    });
  },
};
