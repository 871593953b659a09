import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type Gather, load, type StreamWrite } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { bankFold, bankStream, type HouseholdFacts } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import { payoutFold } from "../evolve/payout.ts";
import type { DividendPayload } from "../schema.ts";
import { entitlementStream, payoutStream } from "../streams.ts";
import { accountHolder, gatherRecovered } from "./accounts.ts";
import {
  accountFor,
  amountsByItem,
  HEIR,
  type Header,
  openPart,
  poolMoney,
  type Submitted,
  submissionOf,
  submittedItem,
} from "./decide-submission.ts";
import { payoutErrors as errors } from "./errors.ts";
import { closed, DateField, Id, Items, PayeeText } from "./fields.ts";
import { type BatchItem, dayOf, distinct, gatherBatch, gatherBatchItems, gatherLines, keyOf, type LocatedInPool } from "./gather.ts";

export const SubmitPayoutBatchBody = Type.Object(
  {
    payoutBatch: Id,
    bank: Id,
    items: Items,
    reissueOf: Type.Optional(
      Type.Array(Id, { maxItems: 100, description: "earlier batches; recorded for the file, the link of each item is found" }),
    ),
    payee: Type.Optional(PayeeText),
    valueDate: Type.Optional(DateField),
  },
  closed,
);

/** Lines with amount, place and account. */
function* gatherSubmitted(
  lines: readonly LocatedInPool[],
  payee: string | undefined,
  context: CommandContext,
): Gather<Result<readonly Submitted[], Refusal>> {
  const policy = yield* loadPolicy(["payout.cooldownHours"]);
  const hours = policy.integer("payout.cooldownHours", shanghaiDate(context.recordedAt));
  const households = new Map<string, HouseholdFacts>();
  const submitted: Submitted[] = [];
  for (const one of openOrFirst(lines)) {
    const part = openPart(one);
    if (!part.ok) return part;
    const money = poolMoney(one);
    if (!money.ok) return money;
    let account = HEIR;
    if (payee === undefined) {
      const holder = yield* accountHolder(one.key.household, households);
      const found = accountFor(one, holder, context.recordedAt, hours);
      if (!found.ok) return found;
      account = found.value.numberHash;
    }
    submitted.push(submittedItem(one, part.value, account));
  }
  return ok(submitted);
}

/**
 * A household of two lists of one year is paid what is open in either. Of an entitlement without anything open the first
 * line is kept, which then says why.
 */
function openOrFirst(lines: readonly LocatedInPool[]): LocatedInPool[] {
  const groups = Map.groupBy(lines, ({ key }) => keyOf(key));
  return [...groups.values()].flatMap((group) => {
    const open = group.filter((one) => openPart(one).ok);
    return open.length > 0 ? open : group.slice(0, 1);
  });
}

/**
 * D4 代发批次提交, D8 重付 (FIN-C). The amounts come from the ledger: all that is open of each entitlement, from 2901.04 if
 * it came back, else from 2901.02. All or nothing; a refusal names the item in `row`. With `payee` an heir with an own
 * account is paid. Answer: `total`, `count`, `fileHash`, `items` by `HOUSEHOLD/YEAR/POOL`. Refuses PAYOUT_BATCH_TAKEN, PAYOUT_ITEM_TWICE,
 * ENTITLEMENT_UNKNOWN, what `openPart`, `usablePayoutAccount`, `poolMoney` and `recoveredMoney` refuse, and BANK_UNKNOWN.
 */
export const SubmitPayoutBatch: CommandDefinition<Static<typeof SubmitPayoutBatchBody>> = {
  name: "SubmitPayoutBatch",
  schema: SubmitPayoutBatchBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const { payoutBatch, bank, payee, reissueOf } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const batch = yield* load(payoutStream(payoutBatch), payoutFold);
    if (batch.state.status !== "none") return refuse(errors.PAYOUT_BATCH_TAKEN, { payoutBatch }, { path: "/payoutBatch" });
    if ((yield* load(bankStream(bank), bankFold)).state.bank === undefined) return refuse("BANK_UNKNOWN", { bank }, { path: "/bank" });
    const items = distinct(command.items);
    if (!items.ok) return items;
    const lines = yield* gatherLines(items.value);
    if (!lines.ok) return lines;
    const submitted = yield* gatherSubmitted(lines.value, payee, context);
    if (!submitted.ok) return submitted;
    const covered = yield* gatherRecovered(submitted.value);
    if (!covered.ok) return covered;
    const header: Header = {
      payoutBatch,
      bank,
      valueDate: valueDate.value,
      ...(reissueOf ? { reissueOf } : {}),
      ...(payee === undefined ? {} : { payee }),
    };
    const { writes, told } = submissionOf(header, submitted.value);
    return ok({ writes, answer: { ...told, items: amountsByItem(submitted.value) } });
  },
};

export const AcceptPayoutBatchBody = Type.Object(
  { payoutBatch: Id, serial: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })), valueDate: Type.Optional(DateField) },
  closed,
);

/** 银行受理 (bank message): from here on the batch can't be cancelled. Refuses PAYOUT_BATCH_CANCELLED, ACCEPTED_BY_BANK. */
export const AcceptPayoutBatch: CommandDefinition<Static<typeof AcceptPayoutBatchBody>> = {
  name: "AcceptPayoutBatch",
  schema: AcceptPayoutBatchBody,
  roles: ["BANK"],
  postsInBookG: false,
  *run(command, context) {
    const { payoutBatch, serial } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const batch = yield* gatherBatch(payoutBatch, context);
    if (!batch.ok) return batch;
    if (batch.value.status === "cancelled") return refuse(errors.PAYOUT_BATCH_CANCELLED, { payoutBatch }, { path: "/payoutBatch" });
    if (batch.value.status === "accepted") return refuse(errors.ACCEPTED_BY_BANK, { payoutBatch }, { path: "/payoutBatch" });
    const payload: DividendPayload<"PayoutBatchAccepted"> = {
      payoutBatch,
      bank: batch.value.bank,
      ...(serial === undefined ? {} : { serial }),
    };
    return ok({
      writes: [{ stream: payoutStream(payoutBatch), events: [{ type: "PayoutBatchAccepted", valueDate: valueDate.value, payload }] }],
      answer: { payoutBatch, status: "accepted" },
    });
  },
};

export const CancelPayoutBatchBody = Type.Object(
  { payoutBatch: Id, reason: Type.String({ minLength: 1, maxLength: 200 }), valueDate: Type.Optional(DateField) },
  closed,
);

const cancelledPart = (payoutBatch: string, valueDate: string, items: readonly BatchItem[]): StreamWrite => {
  const [{ key, part }] = items as [BatchItem];
  const payload: DividendPayload<"PayoutItemsCancelled"> = {
    payoutBatch,
    pool: key.pool,
    year: key.year,
    part,
    items: items.map(({ line, item }) => ({
      household: line.household,
      village: line.village,
      amount: formatAmount(item.amount),
      from: item.from,
    })),
  };
  return { stream: entitlementStream(key.pool, key.year, part), events: [{ type: "PayoutItemsCancelled", valueDate, payload }] };
};

/** 撤销代发批次 (FIN-C), before the bank accepts it: every item goes back where it lay. Refuses ACCEPTED_BY_BANK, PAYOUT_BATCH_CANCELLED. */
export const CancelPayoutBatch: CommandDefinition<Static<typeof CancelPayoutBatchBody>> = {
  name: "CancelPayoutBatch",
  schema: CancelPayoutBatchBody,
  roles: ["FIN-C"],
  postsInBookG: true,
  *run(command, context) {
    const { payoutBatch, reason } = command;
    const valueDate = dayOf(command.valueDate, context);
    if (!valueDate.ok) return valueDate;
    const batch = yield* gatherBatch(payoutBatch, context);
    if (!batch.ok) return batch;
    const place = { path: "/payoutBatch" };
    if (batch.value.status === "accepted") return refuse(errors.ACCEPTED_BY_BANK, { payoutBatch }, place);
    if (batch.value.status === "cancelled") return refuse(errors.PAYOUT_BATCH_CANCELLED, { payoutBatch }, place);
    const items = yield* gatherBatchItems(batch.value);
    const groups = Map.groupBy(items, ({ key, part }) => entitlementStream(key.pool, key.year, part));
    const payload: DividendPayload<"PayoutBatchCancelled"> = { payoutBatch, reason };
    return ok({
      writes: [
        { stream: payoutStream(payoutBatch), events: [{ type: "PayoutBatchCancelled", valueDate: valueDate.value, payload }] },
        ...[...groups.values()].map((group) => cancelledPart(payoutBatch, valueDate.value, group)),
      ],
      answer: { payoutBatch, total: formatAmount(batch.value.total), count: items.length },
    });
  },
};
