import { createHash } from "node:crypto";
import { addDays, shanghaiDate } from "@huimin/calendar";
import type { CommandContext, DomainEvent } from "@huimin/decider";
import { fen, formatAmount, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { Binding, DeskState, FundAccountState } from "./evolve.ts";
import { bindingOn } from "./evolve.ts";
import type { BankDayFacts, ItemFacts, OpenItemsFacts } from "./facts.ts";
import { accountDesk, type FundAccount, type ReconciliationPayload } from "./schema.ts";

/** An explanation holds a quarter: what is still there then is looked at again. */
export const EXPLANATION_DAYS_MAX = 92;
/** Open items that carry over with a closed day: they stand in its event, some 120 bytes each. */
export const OPEN_ITEMS_MAX = 2_000;
/** The one account of which every bank has its own. */
const EACH_BANK: FundAccount = "1002.02";

const FOREVER = "9999-12-31";
const overlap = (a: Pick<Binding, "from" | "to">, b: Pick<Binding, "from" | "to">): boolean =>
  a.from <= (b.to ?? FOREVER) && b.from <= (a.to ?? FOREVER);

/** 专户绑定. Refuses days on which another account stands for it (FUND_ACCOUNT_BOUND). */
export function bindAccount(
  state: FundAccountState,
  command: ReconciliationPayload<"FundAccountBound">,
): Result<readonly DomainEvent[], Refusal> {
  const { account, bank, from } = command;
  const taken = state.bindings.find((one) => (account !== EACH_BANK || one.bank === bank) && overlap(one, { from }));
  if (taken) return refuse(errors.FUND_ACCOUNT_BOUND, { account, bank: taken.bank, from: taken.from }, { path: "/from" });
  return ok([{ type: "FundAccountBound", valueDate: from, payload: command }]);
}

/** 销户. Refuses FUND_ACCOUNT_NOT_BOUND, FUND_ACCOUNT_DATE. */
export function endAccount(
  state: FundAccountState,
  desk: DeskState,
  { account, bank, to }: ReconciliationPayload<"FundAccountEnded">,
): Result<readonly DomainEvent[], Refusal> {
  const binding = state.bindings.find((one) => one.bank === bank && one.to === undefined);
  if (!binding) return refuse(errors.FUND_ACCOUNT_NOT_BOUND, { account, bank, day: to }, { path: "/bank" });
  const lastClosed = desk.lastClosed?.day ?? binding.from;
  if (to < binding.from || to < lastClosed)
    return refuse(errors.FUND_ACCOUNT_DATE, { to, from: binding.from, lastClosed }, { path: "/to" });
  return ok([{ type: "FundAccountEnded", valueDate: to, payload: { account, bank, to } }]);
}

export interface ExplainCommand extends Omit<ReconciliationPayload<"DifferenceExplained">, "bank"> {}

/** 差异说明. Refuses DIFFERENCE_UNKNOWN, DIFFERENCE_MATCHED, CLEAR_BY_OUT_OF_RANGE, EXPLANATION_NEEDS_NOTE. */
export function explain(
  bank: string,
  command: ExplainCommand,
  { items }: OpenItemsFacts,
  today: string,
): Result<readonly DomainEvent[], Refusal> {
  const { desk, clearBy } = command;
  const latest = addDays(today, EXPLANATION_DAYS_MAX);
  if (clearBy < today || clearBy > latest)
    return refuse(errors.CLEAR_BY_OUT_OF_RANGE, { clearBy, from: today, to: latest, days: EXPLANATION_DAYS_MAX }, { path: "/clearBy" });
  if (command.reason === "other" && command.note === undefined) return refuse(errors.EXPLANATION_NEEDS_NOTE, {}, { path: "/note" });
  const wrong = openRefusal(desk, command.items, items, "/items");
  return wrong ?? ok([{ type: "DifferenceExplained", valueDate: today, payload: { ...command, bank } }]);
}

/** Every item exists and no match holds it. */
function openRefusal(
  desk: string,
  asked: readonly string[],
  items: Readonly<Record<string, ItemFacts>>,
  path: string,
): Result<never, Refusal> | undefined {
  for (const [index, item] of asked.entries()) {
    const found = items[item];
    const place = { path: `${path}/${index}` };
    if (!found) return refuse(errors.DIFFERENCE_UNKNOWN, { desk, item }, place);
    if (found.standing === "matched") return refuse(errors.DIFFERENCE_MATCHED, { item }, place);
  }
  return undefined;
}

/** Both sides sum to the same: Σ bank = Σ books. An item of an automatic match may be taken: people know better. */
function matchRefusal(state: DeskState, desk: string, asked: readonly string[], facts: OpenItemsFacts): Result<never, Refusal> | undefined {
  if (new Set(asked).size !== asked.length || asked.length < 2) return refuse(errors.MATCH_TOO_SMALL, {}, { path: "/items" });
  for (const [index, item] of asked.entries()) {
    const place = { path: `/items/${index}` };
    const match = state.matchOf.get(item);
    if (match !== undefined) return refuse(errors.MATCH_ITEM_TAKEN, { item, match }, place);
    if (!facts.items[item]) return refuse(errors.DIFFERENCE_UNKNOWN, { desk, item }, place);
  }
  const [bank, book] = sumsOf(asked, facts);
  return bank === book
    ? undefined
    : refuse(errors.MATCH_SUMS_DIFFER, { bank: formatAmount(bank), book: formatAmount(book) }, { path: "/items" });
}

const sumsOf = (asked: readonly string[], { items }: OpenItemsFacts): readonly [bigint, bigint] => {
  const sum = (side: string): bigint =>
    sumFen(asked.flatMap((item) => (items[item]?.side === side ? [fen((items[item] as ItemFacts).amount)] : [])));
  return [sum("bank"), sum("book")];
};

/** 勾对. Refuses MATCH_TOO_SMALL, MATCH_ITEM_TAKEN, DIFFERENCE_UNKNOWN, MATCH_SUMS_DIFFER. */
export function confirmMatch(
  state: DeskState,
  of: { readonly desk: string; readonly bank: string; readonly match: string; readonly items: readonly string[]; readonly note?: string },
  facts: OpenItemsFacts,
  today: string,
): Result<readonly DomainEvent[], Refusal> {
  const wrong = matchRefusal(state, of.desk, of.items, facts);
  if (wrong) return wrong;
  const [amount] = sumsOf(of.items, facts);
  return ok([{ type: "MatchConfirmed", valueDate: today, payload: { ...of, amount: formatAmount(amount) } }]);
}

export interface ResolveCommand {
  readonly desk: string;
  readonly items: readonly string[];
  readonly by?: readonly string[];
  readonly positions?: readonly number[];
  readonly note?: string;
}

/**
 * 差异消除. At a fund account the items and what resolved them make a match (refusals of {@link confirmMatch}); elsewhere the
 * named events exist (RESOLUTION_EVENT_UNKNOWN). Refuses RESOLUTION_WITHOUT_CAUSE, DIFFERENCE_UNKNOWN.
 */
export function resolveDifference(
  state: DeskState,
  of: { readonly bank: string; readonly match: string | undefined },
  command: ResolveCommand,
  facts: OpenItemsFacts,
  today: string,
): Result<readonly DomainEvent[], Refusal> {
  const { desk, items, by = [], positions = [] } = command;
  const payload = { ...command, bank: of.bank, ...(of.match === undefined ? {} : { match: of.match }) };
  const event: DomainEvent = { type: "DifferenceResolved", valueDate: today, payload };
  const causes = of.match === undefined ? positions.length : by.length;
  if (causes === 0) return refuse(errors.RESOLUTION_WITHOUT_CAUSE, {}, { path: of.match === undefined ? "/positions" : "/by" });
  if (of.match !== undefined) return matchRefusal(state, desk, [...items, ...by], facts) ?? ok([event]);
  const unknown = positions.findIndex((position) => position > facts.head);
  if (unknown >= 0)
    return refuse(
      errors.RESOLUTION_EVENT_UNKNOWN,
      { position: positions[unknown] as number, head: facts.head },
      { path: `/positions/${unknown}` },
    );
  return openRefusal(desk, items, facts.items, "/items") ?? ok([event]);
}

/** 取消勾对. Refuses MATCH_UNKNOWN; of an automatic match DIFFERENCE_UNKNOWN. */
export function undoMatch(
  state: DeskState,
  of: { readonly desk: string; readonly bank: string; readonly match?: string; readonly items: readonly string[]; readonly reason: string },
  facts: OpenItemsFacts | undefined,
  today: string,
): Result<readonly DomainEvent[], Refusal> {
  const { desk, match } = of;
  if (match !== undefined) {
    const items = state.matches.get(match);
    if (!items) return refuse(errors.MATCH_UNKNOWN, { desk, match }, { path: "/match" });
    return ok([{ type: "MatchUndone", valueDate: today, payload: { ...of, items } }]);
  }
  if (new Set(of.items).size < 2) return refuse(errors.MATCH_TOO_SMALL, {}, { path: "/items" });
  for (const [index, item] of of.items.entries()) {
    const place = { path: `/items/${index}` };
    const manual = state.matchOf.get(item);
    if (manual !== undefined) return refuse(errors.MATCH_ITEM_TAKEN, { item, match: manual }, place);
    if (facts?.items[item]?.standing !== "matched") return refuse(errors.DIFFERENCE_UNKNOWN, { desk, item }, place);
  }
  return ok([{ type: "MatchUndone", valueDate: today, payload: of }]);
}

export interface CloseDay {
  readonly account: FundAccount;
  readonly bank: string;
  readonly day: string;
}

/**
 * 银行日结. Refuses, in this order: an account that is not bound (FUND_ACCOUNT_NOT_BOUND), a day that is closed (BANK_DAY_CLOSED)
 * or not over (BANK_DAY_NOT_OVER), one without statement (DAY_WITHOUT_STATEMENT), out of its turn (EARLIER_DAY_OPEN), a
 * missing statement before it (STATEMENT_MISSING), unexplained differences (DAY_HAS_UNEXPLAINED_DIFFERENCES), too many open
 * items (DAY_TOO_MANY_OPEN), figures that don't add up (DAY_DOES_NOT_ADD_UP), the maker (DAY_CLOSED_BY_MAKER). Domain 4.2.
 */
export function closeDay(
  states: { readonly account: FundAccountState; readonly desk: DeskState },
  command: CloseDay,
  facts: BankDayFacts | undefined,
  context: CommandContext,
): Result<{ readonly event: DomainEvent; readonly open: number }, Refusal> {
  const { account, bank, day } = command;
  const desk = accountDesk(account, bank);
  const at = { path: "/day" };
  if (!bindingOn(states.account, bank, day)) return refuse(errors.FUND_ACCOUNT_NOT_BOUND, { account, bank, day }, at);
  const { lastClosed, makers } = states.desk;
  if (lastClosed && day <= lastClosed.day) return refuse(errors.BANK_DAY_CLOSED, { desk, day, lastClosed: lastClosed.day }, at);
  if (day >= shanghaiDate(context.recordedAt)) return refuse(errors.BANK_DAY_NOT_OVER, { day }, at);
  if (!facts?.statement) return refuse(errors.DAY_WITHOUT_STATEMENT, { desk, day }, at);
  const { statement, previous, unexplained, open, remainder, earlierOpen } = facts;
  if (earlierOpen !== undefined) return refuse(errors.EARLIER_DAY_OPEN, { desk, earlier: earlierOpen }, at);
  if (statement.opening !== previous.closing)
    return refuse(
      errors.STATEMENT_MISSING,
      { desk, previous: previous.date, closing: previous.closing, from: statement.from, opening: statement.opening },
      at,
    );
  if (unexplained.count > 0)
    return refuse(errors.DAY_HAS_UNEXPLAINED_DIFFERENCES, { desk, day, count: unexplained.count, first: unexplained.first.join("; ") }, at);
  if (open.length > OPEN_ITEMS_MAX) return refuse(errors.DAY_TOO_MANY_OPEN, { desk, day, count: open.length, limit: OPEN_ITEMS_MAX }, at);
  if (remainder !== "0.00") return refuse(errors.DAY_DOES_NOT_ADD_UP, { desk, day, remainder }, at);
  if (makers.has(context.actor)) return refuse(errors.DAY_CLOSED_BY_MAKER, { actor: context.actor });
  const payload: ReconciliationPayload<"BankDayClosed"> = {
    desk,
    bank,
    account,
    day,
    statement: statement.sha256,
    balancePerBank: statement.closing,
    balancePerBooks: facts.balancePerBooks,
    knownAt: facts.knownAt,
    matched: facts.matched,
    open: [...open],
    openHash: createHash("sha256").update(JSON.stringify(open)).digest("hex"),
  };
  return ok({ event: { type: "BankDayClosed", valueDate: day, payload }, open: open.length });
}
