import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type DomainEvent, given, load } from "@huimin/decider";
import { formatAmount, parseAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { errors } from "./errors.ts";
import { type BankFileState, type BankStatementState, bankFileFold, bankStatementFold, linesOf } from "./evolve.ts";
import {
  BankFileBooked,
  type BankFileEventType,
  type BankFilePayload,
  BankFileReceived,
  BankFileRefused,
  BankStatementLinesReceived,
  BankStatementReceived,
  bankFileStream,
  bankStatementStream,
} from "./schema.ts";

/** Lines of one part of a statement: an event of some 60 KB. */
export const STATEMENT_LINES_MAX = 400;
const closed = { additionalProperties: false } as const;

/** A file comes from its bank, and only from it. Refuses BANK_FILE_OTHER_BANK. */
const senderRefusal = (bank: string, { actor }: CommandContext): Result<never, Refusal> | undefined =>
  actor === `bank:${bank}` ? undefined : refuse(errors.BANK_FILE_OTHER_BANK, { actor, bank });

const eventOf = <T extends BankFileEventType>(type: T, payload: BankFilePayload<T>, context: CommandContext): DomainEvent => ({
  type,
  valueDate: shanghaiDate(context.recordedAt),
  payload,
});

export const ReceiveBankFileBody = Type.Object(BankFileReceived.properties, closed);
export const BookBankFileBody = Type.Object(BankFileBooked.properties, closed);
export const RefuseBankFileBody = Type.Object(BankFileRefused.properties, closed);
export const ReceiveStatementLinesBody = Type.Object(
  {
    ...BankStatementLinesReceived.properties,
    lines: Type.Array(BankStatementLinesReceived.properties.lines.items, { minItems: 1, maxItems: STATEMENT_LINES_MAX }),
  },
  closed,
);
const { replaces: _, ...statement } = BankStatementReceived.properties;
export const ReceiveBankStatementBody = Type.Object(statement, closed);

const fileCommand = <S extends typeof ReceiveBankFileBody | typeof BookBankFileBody | typeof RefuseBankFileBody>(
  name: string,
  schema: S,
  decide: (state: BankFileState, command: Static<S>, context: CommandContext) => Result<readonly DomainEvent[], Refusal>,
): CommandDefinition<Static<S>> => ({
  name,
  schema,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command: Static<S>, context) {
    const other = senderRefusal(command.bank, context);
    if (other) return other;
    const { stream, state } = yield* load(bankFileStream(command.bank, command.sha256), bankFileFold);
    const events = decide(state, command, context);
    if (!events.ok) return events;
    return ok({ writes: events.value.length === 0 ? [] : [{ stream, events: events.value }], answer: { sha256: command.sha256 } });
  },
});

/**
 * A file that was read to its end is taken. Broken off while it is booked, it is taken again without an event. Refuses
 * BANK_FILE_BOOKED, BANK_FILE_OTHER_KIND, BANK_FILE_OTHER_BANK.
 */
export const ReceiveBankFile = fileCommand("ReceiveBankFile", ReceiveBankFileBody, (state, command, context) => {
  if (state.status === "booked") return refuse(errors.BANK_FILE_BOOKED, { rows: state.received?.rows ?? 0 });
  if (state.status === "received" && state.received?.kind !== command.kind)
    return refuse(errors.BANK_FILE_OTHER_KIND, { known: state.received?.kind ?? "", kind: command.kind });
  if (state.status === "received" && state.received?.mode === command.mode) return ok([]);
  return ok([eventOf("BankFileReceived", given(command), context)]);
});

/** Every row has its outcome. Said again, nothing is recorded. Refuses BANK_FILE_NOT_RECEIVED, BANK_FILE_OTHER_BANK. */
export const BookBankFile = fileCommand("BookBankFile", BookBankFileBody, (state, command, context) => {
  if (state.status === "booked") return ok([]);
  if (state.status !== "received") return refuse(errors.BANK_FILE_NOT_RECEIVED, { sha256: command.sha256 });
  return ok([eventOf("BankFileBooked", command, context)]);
});

/** Nothing of the file was booked. The same refusal again is not recorded again. Refuses BANK_FILE_BOOKED, BANK_FILE_OTHER_BANK. */
export const RefuseBankFile = fileCommand("RefuseBankFile", RefuseBankFileBody, (state, command, context) => {
  if (state.status === "booked") return refuse(errors.BANK_FILE_BOOKED, { rows: state.received?.rows ?? 0 });
  const same = state.status === "refused" && state.refused?.code === command.code && state.refused.row === command.row;
  return ok(same ? [] : [eventOf("BankFileRefused", given(command), context)]);
});

/** Some lines of a statement; a part that is there already is not recorded again. Refuses BANK_FILE_OTHER_BANK. */
export const ReceiveStatementLines: CommandDefinition<Static<typeof ReceiveStatementLinesBody>> = {
  name: "ReceiveStatementLines",
  schema: ReceiveStatementLinesBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { bank, account, date, sha256, part } = command;
    const other = senderRefusal(bank, context);
    if (other) return other;
    const { stream, state } = yield* load(bankStatementStream(bank, account, date), bankStatementFold);
    const known = state.parts.get(sha256)?.has(part) ?? false;
    const event: DomainEvent = { type: "BankStatementLinesReceived", valueDate: date, payload: command };
    return ok({ writes: known ? [] : [{ stream, events: [event] }], answer: { account, date, part } });
  },
};

/**
 * The statement is complete. Refuses BANK_STATEMENT_INCOMPLETE and, where opening balance and lines do not give the closing
 * balance or the totals, BANK_STATEMENT_DIFFERS; BANK_FILE_OTHER_BANK.
 */
export const ReceiveBankStatement: CommandDefinition<Static<typeof ReceiveBankStatementBody>> = {
  name: "ReceiveBankStatement",
  schema: ReceiveBankStatementBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { bank, account, date, sha256 } = command;
    const other = senderRefusal(bank, context);
    if (other) return other;
    const { stream, state } = yield* load(bankStatementStream(bank, account, date), bankStatementFold);
    const answer = { account, date, lines: command.lines };
    if (state.current?.sha256 === sha256) return ok({ writes: [], answer });
    const wrong = totalsRefusal(command, state);
    if (wrong) return wrong;
    const payload: BankStatementReceived = { ...command, ...(state.current ? { replaces: state.current.sha256 } : {}) };
    return ok({ writes: [{ stream, events: [{ type: "BankStatementReceived", valueDate: date, payload }] }], answer });
  },
};

function totalsRefusal(
  command: Static<typeof ReceiveBankStatementBody>,
  { parts }: BankStatementState,
): Result<never, Refusal> | undefined {
  const { statement } = command;
  const lines = linesOf(parts, command.sha256, command.parts);
  if (lines.length !== command.lines)
    return refuse(errors.BANK_STATEMENT_INCOMPLETE, { statement, lines: command.lines, found: lines.length });
  const sum = (direction: "credit" | "debit"): bigint =>
    sumFen(lines.filter((line) => line.direction === direction).map(({ amount }) => parseAmount(amount) ?? 0n));
  const [credits, debits] = [sum("credit"), sum("debit")];
  const opening = parseAmount(command.opening) ?? 0n;
  const stated: readonly (readonly [string, string, bigint])[] = [
    ["贷方合计 credits", command.credits, credits],
    ["借方合计 debits", command.debits, debits],
    ["期末余额 closing balance", command.closing, opening + credits - debits],
  ];
  const wrong = stated.find(([, said, computed]) => said !== formatAmount(computed));
  return wrong && refuse(errors.BANK_STATEMENT_DIFFERS, { statement, what: wrong[0], stated: wrong[1], computed: formatAmount(wrong[2]) });
}

/** Every command of this package. They are given by the gateway for the bank whose file it reads. */
export const bankFileCommands: readonly CommandDefinition[] = [
  ReceiveBankFile,
  BookBankFile,
  RefuseBankFile,
  ReceiveStatementLines,
  ReceiveBankStatement,
];
