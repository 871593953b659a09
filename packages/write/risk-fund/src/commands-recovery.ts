import { type CommandDefinition, load, type StreamWrite } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { recover } from "./decide-recovery.ts";
import { errors } from "./errors.ts";
import { compensationStream } from "./evolve-case.ts";
import { obligorFold, obligorStream, openClaimOf } from "./evolve-obligor.ts";
import { AmountText, Currency, closed, DateField, DocumentText, IdText, SerialText } from "./fields.ts";
import { gatherCase } from "./gather.ts";
import type { RiskFundPayload } from "./schema.ts";
import {
  fiscalYearOf,
  formRefusal,
  fundRefusal,
  fundWrite,
  gatherAccounts,
  gatherLoans,
  loanWrite,
  negated,
  negatedLowering,
  type OpenedLoan,
  riskEvent,
} from "./shared.ts";
import { byParty } from "./split.ts";

export const ReceiveRecoveryBody = Type.Object(
  {
    ref: IdText,
    gross: AmountText,
    cost: Type.Optional(AmountText),
    serial: SerialText,
    valueDate: DateField,
    currency: Currency,
  },
  closed,
);

type Recovery = RiskFundPayload<"RecoveryReceived">;

/** What the fund got or bore moves its account at the case's bank and the obligor's debt. */
function fundWrites(recovery: Recovery, valueDate: string): StreamWrite[] {
  const { ref, bank, obligor, model, toClaim, toFund, costBorne, serial } = recovery;
  const subject = { ref, bank, obligor, ...(model === undefined ? {} : { model }) };
  const cash = fen(toClaim) + fen(toFund) - fen(costBorne);
  const lowered = { amount: negated(toClaim), writtenOff: negated(toFund) };
  const claims = fen(toClaim) + fen(toFund);
  return [
    ...(claims === 0n
      ? []
      : [
          {
            stream: obligorStream(obligor),
            events: [riskEvent("ObligorClaimChanged", valueDate, { ...subject, ...lowered, cause: serial })],
          },
        ]),
    ...(cash === 0n ? [] : [fundWrite(bank, cash, serial, valueDate)]),
  ];
}

const loanWrites = (loans: readonly OpenedLoan[], { loans: parts, ref }: Recovery, valueDate: string): StreamWrite[] => {
  const states = new Map(loans.map((loan) => [loan.subject.loan, loan]));
  return parts.map((part) => loanWrite(states.get(part.loan) as OpenedLoan, part, valueDate, { ref }));
};

function receive(
  name: string,
  type: "RecoveryReceived" | "BankruptcyDividendReceived",
): CommandDefinition<Static<typeof ReceiveRecoveryBody>> {
  return {
    name,
    schema: ReceiveRecoveryBody,
    roles: ["BANK"],
    postsInBookG: true,
    *run(command, context) {
      const { ref, gross, cost = "0.00", serial, valueDate } = command;
      const early = formRefusal(command, context);
      if (early) return early;
      const found = yield* gatherCase(ref, context, ["approved"]);
      if (!found.ok) return found;
      const { subject, approval } = found.value;
      const owed = (yield* load(obligorStream(subject.obligor), obligorFold)).state.get(ref);
      const loans = yield* gatherLoans((approval?.loans ?? []).map(({ loan }) => loan));
      if (!loans.ok) return loans;
      const decided = recover({ found: found.value, owed, loans: loans.value }, { gross, cost, serial, valueDate });
      if (!decided.ok) return decided;
      const { costBorne, net, shares } = decided.value;
      const short = fundRefusal(yield* gatherAccounts([subject.bank]), fen(costBorne));
      if (short) return short;
      return ok({
        writes: [
          { stream: compensationStream(ref), events: [riskEvent(type, valueDate, decided.value)] },
          ...fundWrites(decided.value, valueDate),
          ...loanWrites(loans.value, decided.value, valueDate),
        ],
        answer: { ref, net, shares: byParty(shares) },
      });
    },
  };
}

/** E7 代偿后追回 (bank message, R4). Answer: net, share per party. Refuses CASE_STATUS, FUND_TOO_SMALL (for a cost that nothing covers) and what {@link recover} refuses. */
export const ReceiveRecovery = receive("ReceiveRecovery", "RecoveryReceived");
/** 1.20 破产清偿 (bank message): a recovery that a court distributes. Refusals as {@link ReceiveRecovery}. */
export const ReceiveBankruptcyDividend = receive("ReceiveBankruptcyDividend", "BankruptcyDividendReceived");

export const ReverseRecoveryBody = Type.Object(
  { ref: IdText, serial: SerialText, reversalSerial: SerialText, valueDate: DateField },
  closed,
);

/**
 * C6 of E7 and 1.20 (bank message): red entries with the original's value date; a cost that the fund bore in a closed fiscal
 * year goes to 3501 (C4). Refuses RISK_SERIAL_UNKNOWN, FUND_TOO_SMALL.
 */
export const ReverseRecovery: CommandDefinition<Static<typeof ReverseRecoveryBody>> = {
  name: "ReverseRecovery",
  schema: ReverseRecoveryBody,
  roles: ["BANK"],
  postsInBookG: true,
  *run(command, context) {
    const { ref, serial, reversalSerial } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const found = yield* gatherCase(ref, context, ["approved"]);
    if (!found.ok) return found;
    const original = found.value.recoveries.get(serial);
    if (!original || original.reversed) return refuse(errors.RISK_SERIAL_UNKNOWN, { serial }, { path: "/serial" });
    const { recovery, valueDate, fiscalYear, eventId } = original;
    const cash = fen(recovery.toClaim) + fen(recovery.toFund) - fen(recovery.costBorne);
    const short = fundRefusal(yield* gatherAccounts([recovery.bank]), cash);
    if (short) return short;
    // Written below: loaded so that the append asserts its version.
    yield* load(obligorStream(recovery.obligor), obligorFold);
    const loans = yield* gatherLoans(recovery.loans.map(({ loan }) => loan));
    if (!loans.ok) return loans;
    const negative: Recovery = {
      ...recovery,
      gross: negated(recovery.gross),
      cost: negated(recovery.cost),
      net: negated(recovery.net),
      shares: recovery.shares.map(({ party, amount }) => ({ party, amount: negated(amount) })),
      toClaim: negated(recovery.toClaim),
      toFund: negated(recovery.toFund),
      costBorne: negated(recovery.costBorne),
      loans: recovery.loans.map(negatedLowering),
    };
    const priorYear = fen(recovery.costBorne) !== 0n && fiscalYear < fiscalYearOf(context) ? { priorYear: true } : {};
    const event = riskEvent("RecoveryReversed", valueDate, { ...negative, reversalSerial, ...priorYear }, eventId);
    return ok({
      writes: [
        { stream: compensationStream(ref), events: [event] },
        ...fundWrites(negative, valueDate),
        ...loanWrites(loans.value, negative, valueDate),
      ],
      answer: { ref, net: negative.net, shares: byParty(negative.shares) },
    });
  },
};

export const WriteOffClaimBody = Type.Object({ obligor: IdText, document: Type.Optional(DocumentText), valueDate: DateField }, closed);

/**
 * E8 核销 (FIN-R): the whole open claim of the obligor over all its cases, against the fund; the debt stays on the memo list
 * (账销案存). Answer: amount. Refuses NO_OPEN_COMPENSATION.
 */
export const WriteOffClaim: CommandDefinition<Static<typeof WriteOffClaimBody>> = {
  name: "WriteOffClaim",
  schema: WriteOffClaimBody,
  roles: ["FIN-R"],
  postsInBookG: true,
  *run(command, context) {
    const { obligor, document, valueDate } = command;
    const early = formRefusal(command, context);
    if (early) return early;
    const { state } = yield* load(obligorStream(obligor), obligorFold);
    if (openClaimOf(state) <= 0n) return refuse(errors.NO_OPEN_COMPENSATION, { subject: obligor }, { path: "/obligor" });
    const parts = [...state.values()]
      .filter((one) => one.claim > 0n)
      .map(({ ref, model, claim }) => ({ ref, ...(model === undefined ? {} : { model }), amount: formatAmount(claim) }));
    const amount = formatAmount(sumFen(parts.map((part) => fen(part.amount))));
    const event = riskEvent("ClaimWrittenOff", valueDate, { obligor, amount, parts, ...(document ? { document } : {}) });
    return ok({ writes: [{ stream: obligorStream(obligor), events: [event] }], answer: { obligor, amount } });
  },
};
