import { shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type Gather, given, type Loaded, load, resolve } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Static, Type } from "typebox";
import { bindAccount, closeDay, confirmMatch, endAccount, explain, resolveDifference, undoMatch } from "./decide.ts";
import { errors } from "./errors.ts";
import { type DeskState, deskFold, fundAccountFold } from "./evolve.ts";
import type { BankDayFacts, OpenItemsFacts } from "./facts.ts";
import { closed, DateField, Desk, Id, ITEMS_MAX, Item, Items, Note, SignedAmount } from "./fields.ts";
import {
  accountDesk,
  type DeskParts,
  DifferenceReason,
  deskParts,
  deskStream,
  Evidence,
  FundAccount,
  fundAccountStream,
} from "./schema.ts";

/*
 * Nothing here posts. Who prepares the reconciliation is the accountant (FIN-M), not the cashier who pays (出纳不得编制余额
 * 调节表); who closes the day is the reviewer (FIN-R), and nobody closes what he prepared himself.
 */

export const BindFundAccountBody = Type.Object(
  {
    account: FundAccount,
    bank: Id,
    number: Type.String({ minLength: 1, maxLength: 34, pattern: "^[^/\\s]+$", description: "as the bank's statements name it" }),
    from: DateField,
    openingBalance: SignedAmount,
  },
  closed,
);

/** 专户绑定 (FIN-R). Refusals: {@link bindAccount}. */
export const BindFundAccount: CommandDefinition<Static<typeof BindFundAccountBody>> = {
  name: "BindFundAccount",
  schema: BindFundAccountBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command) {
    const { account, bank } = command;
    const { stream, state } = yield* load(fundAccountStream(account), fundAccountFold);
    const decided = bindAccount(state, command);
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: decided.value }], answer: { desk: accountDesk(account, bank) } });
  },
};

export const EndFundAccountBody = Type.Object({ account: FundAccount, bank: Id, to: DateField }, closed);

/** 销户 (FIN-R). Refusals: {@link endAccount}. */
export const EndFundAccount: CommandDefinition<Static<typeof EndFundAccountBody>> = {
  name: "EndFundAccount",
  schema: EndFundAccountBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command) {
    const { account, bank } = command;
    const { stream, state } = yield* load(fundAccountStream(account), fundAccountFold);
    const desk = yield* load(deskStream(accountDesk(account, bank)), deskFold);
    const decided = endAccount(state, desk.state, command);
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream, events: decided.value }], answer: { desk: accountDesk(account, bank) } });
  },
};

interface AtDesk {
  readonly loaded: Loaded<DeskState>;
  readonly parts: DeskParts;
}

function* atDesk(desk: string): Gather<Result<AtDesk, Refusal>> {
  const parts = deskParts(desk);
  if (!parts) return refuse(errors.DESK_UNKNOWN, { desk }, { path: "/desk" });
  return ok({ loaded: yield* load(deskStream(desk), deskFold), parts });
}

/** The items asked for, as the read side computes them at the head of the log. */
const itemsOf = (desk: string, items: readonly string[]): Gather<OpenItemsFacts> =>
  resolve<OpenItemsFacts>("reconciliationItems", { desk, items: JSON.stringify(items) });

/** Number of the next match at a desk: its stream's next version. */
const nextMatch = (version: number): string => `M${version + 1}`;

export const ExplainDifferenceBody = Type.Object(
  {
    desk: Desk,
    items: Items,
    reason: DifferenceReason,
    note: Type.Optional(Note),
    evidence: Type.Optional(Type.Array(Evidence, { maxItems: 20 })),
    clearBy: DateField,
  },
  closed,
);

/** 差异说明 (FIN-M). Refusals: {@link explain}, DESK_UNKNOWN. */
export const ExplainDifference: CommandDefinition<Static<typeof ExplainDifferenceBody>> = {
  name: "ExplainDifference",
  schema: ExplainDifferenceBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run(command, context) {
    const at = yield* atDesk(command.desk);
    if (!at.ok) return at;
    const { loaded, parts } = at.value;
    const decided = explain(parts.bank, given(command), yield* itemsOf(command.desk, command.items), shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream: loaded.stream, events: decided.value }], answer: { desk: command.desk, items: command.items } });
  },
};

export const ConfirmMatchBody = Type.Object({ desk: Desk, items: Items, note: Type.Optional(Note) }, closed);

/** 人工勾对 (FIN-M). Answer: the number of the match. Refusals: {@link confirmMatch}, DESK_UNKNOWN, MATCH_ONLY_AT_ACCOUNTS. */
export const ConfirmMatch: CommandDefinition<Static<typeof ConfirmMatchBody>> = {
  name: "ConfirmMatch",
  schema: ConfirmMatchBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run(command, context) {
    const { desk, items } = command;
    const at = yield* atDesk(desk);
    if (!at.ok) return at;
    const { loaded, parts } = at.value;
    if (parts.kind !== "account") return refuse(errors.MATCH_ONLY_AT_ACCOUNTS, { desk }, { path: "/desk" });
    const match = nextMatch(loaded.version);
    const of = given({ desk, bank: parts.bank, match, items, note: command.note });
    const decided = confirmMatch(loaded.state, of, yield* itemsOf(desk, items), shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream: loaded.stream, events: decided.value }], answer: { desk, match } });
  },
};

export const ResolveDifferenceBody = Type.Object(
  {
    desk: Desk,
    items: Items,
    by: Type.Optional(Type.Array(Item, { maxItems: ITEMS_MAX, description: "at a fund account: lines and movements that make it up" })),
    positions: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 50, description: "elsewhere: positions of the events that settled it" }),
    ),
    note: Type.Optional(Note),
  },
  closed,
);

/** 差异消除 (FIN-M). Refusals: {@link resolveDifference}, DESK_UNKNOWN. */
export const ResolveDifference: CommandDefinition<Static<typeof ResolveDifferenceBody>> = {
  name: "ResolveDifference",
  schema: ResolveDifferenceBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run(command, context) {
    const { desk, items, by = [] } = command;
    const at = yield* atDesk(desk);
    if (!at.ok) return at;
    const { loaded, parts } = at.value;
    const match = parts.kind === "account" ? nextMatch(loaded.version) : undefined;
    const facts = yield* itemsOf(desk, [...items, ...by]);
    const decided = resolveDifference(loaded.state, { bank: parts.bank, match }, given(command), facts, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({
      writes: [{ stream: loaded.stream, events: decided.value }],
      answer: { desk, items, ...(match === undefined ? {} : { match }) },
    });
  },
};

export const UndoMatchBody = Type.Object(
  {
    desk: Desk,
    match: Type.Optional(Id),
    items: Type.Optional(Type.Array(Item, { minItems: 2, maxItems: ITEMS_MAX, description: "of an automatic match" })),
    reason: Note,
  },
  closed,
);

/** 取消勾对 (FIN-M): of a confirmed match by its number, of an automatic one by its items. Refusals: {@link undoMatch}. */
export const UndoMatch: CommandDefinition<Static<typeof UndoMatchBody>> = {
  name: "UndoMatch",
  schema: UndoMatchBody,
  roles: ["FIN-M"],
  postsInBookG: false,
  *run(command, context) {
    const { desk, match, items = [], reason } = command;
    const at = yield* atDesk(desk);
    if (!at.ok) return at;
    const { loaded, parts } = at.value;
    if (parts.kind !== "account") return refuse(errors.MATCH_ONLY_AT_ACCOUNTS, { desk }, { path: "/desk" });
    const facts = match === undefined ? yield* itemsOf(desk, items) : undefined;
    const of = given({ desk, bank: parts.bank, match, items, reason });
    const decided = undoMatch(loaded.state, of, facts, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    return ok({ writes: [{ stream: loaded.stream, events: decided.value }], answer: { desk, ...(match === undefined ? {} : { match }) } });
  },
};

export const CloseBankDayBody = Type.Object({ account: FundAccount, bank: Id, day: DateField }, closed);

/**
 * 银行日结 (FIN-R): the day, and every earlier one, of an account. Judged at the head of the log, so nothing slips in between.
 * Answer: what carries over. Refusals: {@link closeDay}.
 */
export const CloseBankDay: CommandDefinition<Static<typeof CloseBankDayBody>> = {
  name: "CloseBankDay",
  schema: CloseBankDayBody,
  roles: ["FIN-R"],
  postsInBookG: false,
  *run(command, context) {
    const { account, bank, day } = command;
    const of = yield* load(fundAccountStream(account), fundAccountFold);
    const desk = yield* load(deskStream(accountDesk(account, bank)), deskFold);
    const facts = yield* resolve<BankDayFacts | undefined>("bankDay", { account, bank, day });
    const decided = closeDay({ account: of.state, desk: desk.state }, command, facts, context);
    if (!decided.ok) return decided;
    return ok({
      writes: [{ stream: desk.stream, events: [decided.value.event] }],
      answer: { desk: accountDesk(account, bank), day, open: decided.value.open },
    });
  },
};

/** What people say at a desk. */
export const reconciliationCommands: readonly CommandDefinition[] = [
  BindFundAccount,
  EndFundAccount,
  ExplainDifference,
  ConfirmMatch,
  ResolveDifference,
  UndoMatch,
  CloseBankDay,
];
