import { Type } from "typebox";

/*
 * Events of the payout chain (代发, D4–D11). Streams: `entitlement/{pool}-{year}-{part}` is the life of each household's
 * entitlement; `payout/{payoutBatch}` one batch of the bank (代发批次) over any number of parts; `wrong-payout/{obligor}`
 * the claims on who got another's money. Amounts are yuan with two decimals.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const DateText = Type.String({ format: "date" });
const Year = Type.Integer({ minimum: 1990, maximum: 2999 });

/** Which part of which list. */
const Part = { pool: Id, year: Year, part: Type.Integer() };
/** Where the entitlement lies: 2901.02 应付户分红 not paid yet, 2901.04 退回待重付 came back. */
const Place = Type.Union([Type.Literal("2901.02"), Type.Literal("2901.04")]);
const Item = Type.Object({ household: Id, village: Id, amount: Amount });
const Reason = Type.String({ minLength: 1, maxLength: 64 });

/**
 * D4 代发批次提交 (D8 重付 with `reissueOf`), stream entitlement/. Dr the item's place / Cr 2901.03. One item per household
 * and entitlement. `account` is the reference of the account, never its number; `payee` an heir with an own account.
 */
export const PayoutItemsSubmitted = Type.Object({
  payoutBatch: Id,
  ...Part,
  bank: Id,
  items: Type.Array(
    Type.Object({
      household: Id,
      village: Id,
      amount: Amount,
      from: Place,
      account: Type.String(),
      payee: Type.Optional(Type.String()),
      reissueOf: Type.Optional(Id),
    }),
  ),
});
/** Items of a cancelled batch go back where they came from. Dr 2901.03 / Cr `from`. */
export const PayoutItemsCancelled = Type.Object({
  payoutBatch: Id,
  ...Part,
  items: Type.Array(Type.Object({ household: Id, village: Id, amount: Amount, from: Place })),
});
/** D5 代发成功. Dr 2901.03 / Cr 1002.03. */
export const PayoutSucceeded = Type.Object({ payoutBatch: Id, ...Part, serial: Type.Optional(Id), items: Type.Array(Item) });
/** D6 代发失败(未出账). Dr 2901.03 / Cr 2901.04. `reason` is the bank's code (AC01, AC04, AC06, BE01, MD07, AM05, MS03). */
export const PayoutFailed = Type.Object({
  payoutBatch: Id,
  ...Part,
  serial: Type.Optional(Id),
  reason: Reason,
  items: Type.Array(Item),
});
/** D7 退票(已出账退回). Dr 1002.03 / Cr 2901.04. */
export const PayoutReturned = Type.Object({
  payoutBatch: Id,
  ...Part,
  serial: Type.Optional(Id),
  reason: Reason,
  items: Type.Array(Item),
});
/**
 * C6 of D5–D7: the bank takes back its own message. Negative copy, value-dated like it; the item is what it was before.
 * `result` says which lines come back in red.
 */
export const PayoutResultReversed = Type.Object({
  payoutBatch: Id,
  ...Part,
  result: Type.Union([Type.Literal("succeeded"), Type.Literal("failed"), Type.Literal("returned")]),
  serial: Id,
  reversalSerial: Id,
  items: Type.Array(Item),
});
/** D9 错付认定. Dr 1218.05 {obligor} / Cr 2901.04: the right payee is still owed. `obligor` is who got the money. */
export const PayoutWronglyPaid = Type.Object({
  payoutBatch: Id,
  ...Part,
  obligor: Type.String(),
  evidence: Type.Array(Type.String()),
  items: Type.Array(Item),
});
/** D11 转无主款 (R16). Dr `from` / Cr 2901.07. `since` is the failure or return that the age counts from. */
export const UnclaimedTransferred = Type.Object({
  ...Part,
  evidence: Type.Array(Type.String()),
  items: Type.Array(Type.Object({ household: Id, village: Id, amount: Amount, from: Place, since: Type.Optional(DateText) })),
});
/** Reverse of D11: an heir has proved the claim. Dr 2901.07 / Cr 2901.04. */
export const UnclaimedTransferReversed = Type.Object({
  ...Part,
  claimant: Type.String(),
  evidence: Type.Array(Type.String()),
  items: Type.Array(Item),
});
/**
 * R2 分户: the open payable of a household moves to the households it was split into. Two events say the same moves: the
 * one with side `source`, on the part of the household that is split, is posted (Dr `account` of the source / Cr the
 * same account of the target); one with side `target` stands on the part of the new household and only adds there.
 */
export const EntitlementsDivided = Type.Object({
  ...Part,
  side: Type.Union([Type.Literal("source"), Type.Literal("target")]),
  source: Id,
  sourceVillage: Id,
  moves: Type.Array(Type.Object({ household: Id, village: Id, account: Place, amount: Amount })),
});

/**
 * 整池发放: the payout of everything that is open of a pool and year, stream dividend/. Posts nothing: the batches post. What
 * the batches are follows from it alone: batch n of `batches` is the open entitlements of `parts` parts from
 * (n − 1) × `parts` on, so a run that broke off and was begun again has the same batches.
 */
export const PoolPayoutOrdered = Type.Object({
  pool: Id,
  year: Year,
  order: Type.Integer(),
  bank: Id,
  batches: Type.Integer(),
  parts: Type.Integer(),
  /** Rows of a file at most, where the bank takes fewer than the usual. */
  rows: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Batches that share one part, where a file has fewer rows than a part has households. */
  slices: Type.Optional(Type.Integer({ minimum: 2 })),
  /** Only households whose account is with one of these banks; or only those whose account is with none of them. */
  accountsOf: Type.Optional(Type.Array(Id)),
  accountsNotOf: Type.Optional(Type.Array(Id)),
  /** The round of a year-end run that it belongs to (`2018.1`): that run submits it, or is cancelled. */
  run: Type.Optional(Id),
});
/** A batch of an order of which nothing could be paid: `setAside` households have no account that may be paid to. It stays so. */
export const OrderedBatchPassed = Type.Object({
  pool: Id,
  year: Year,
  order: Type.Integer({ minimum: 1 }),
  batch: Type.Integer({ minimum: 1 }),
  setAside: Type.Integer({ minimum: 0 }),
});

/** D4 header, stream payout/. Posts nothing: the items post. `fileHash` is of the batch file for the bank. */
export const PayoutBatchSubmitted = Type.Object({
  payoutBatch: Id,
  bank: Id,
  total: Amount,
  count: Type.Integer(),
  fileHash: Type.String(),
  parts: Type.Array(Type.Object({ ...Part, count: Type.Integer(), total: Amount })),
  reissueOf: Type.Optional(Type.Array(Id)),
  payee: Type.Optional(Type.String()),
  /** A batch of an order of the whole pool. */
  order: Type.Optional(Type.Integer()),
});
export const PayoutBatchAccepted = Type.Object({ payoutBatch: Id, bank: Id, serial: Type.Optional(Id) });
export const PayoutBatchCancelled = Type.Object({ payoutBatch: Id, reason: Type.String() });

/** Stream wrong-payout/: a claim of D9 has arisen; PayoutWronglyPaid posts it. */
export const WrongPayoutClaimed = Type.Object({
  obligor: Type.String(),
  payoutBatch: Id,
  ...Part,
  household: Id,
  amount: Amount,
});
/** C1 of D9, stream entitlement/: the finding was wrong, the right one was paid. Negative copy, value-dated like the finding. */
export const WrongPayoutReversed = Type.Object({
  payoutBatch: Id,
  ...Part,
  obligor: Type.String(),
  reason: Type.String(),
  items: Type.Array(Item),
});
/** Stream wrong-payout/: the claim is gone; WrongPayoutReversed posts it. */
export const WrongPayoutClaimReversed = Type.Object({ ...WrongPayoutClaimed.properties });
/** D10 错付追回. Dr 1002.03 / Cr 1218.05. */
export const WrongPayoutRecovered = Type.Object({ obligor: Type.String(), amount: Amount, bank: Id, serial: Type.Optional(Id) });

/** C6 of D10: negative copy, value-dated like the message. */
export const WrongPayoutRecoveryReversed = Type.Object({
  obligor: Type.String(),
  amount: Amount,
  bank: Id,
  serial: Id,
  reversalSerial: Id,
});

/**
 * R15 垫付: the district pays its own money into the agency account, so that a right payee is paid again before the wrong one
 * has paid back. `source`: where the money comes from. Dr 1002.03 / Cr 2307.03.
 */
export const WrongPayoutAdvanced = Type.Object({
  obligor: Type.String(),
  amount: Amount,
  source: Type.String(),
  document: Id,
  serial: Type.Optional(Id),
});
/** R15 垫付款退还: what was advanced goes back once the recovered money covers it. Dr 2307.03 / Cr 1002.03. */
export const WrongPayoutAdvanceReturned = Type.Object({ obligor: Type.String(), amount: Amount, serial: Type.Optional(Id) });

/** Event types of the payout side. */
export const payoutEvents = {
  PoolPayoutOrdered,
  OrderedBatchPassed,
  PayoutItemsSubmitted,
  PayoutItemsCancelled,
  PayoutSucceeded,
  PayoutFailed,
  PayoutReturned,
  PayoutResultReversed,
  PayoutWronglyPaid,
  UnclaimedTransferred,
  UnclaimedTransferReversed,
  EntitlementsDivided,
  PayoutBatchSubmitted,
  PayoutBatchAccepted,
  PayoutBatchCancelled,
  WrongPayoutReversed,
  WrongPayoutClaimed,
  WrongPayoutClaimReversed,
  WrongPayoutRecovered,
  WrongPayoutRecoveryReversed,
  WrongPayoutAdvanced,
  WrongPayoutAdvanceReturned,
} as const;
