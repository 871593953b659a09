import { type Static, Type } from "typebox";

/*
 * 对账, where the office and a bank disagree. Stream `fund-account/{account}`: which account at which bank stands for an
 * account 1002.xx of the books. Stream `reconciliation/{desk}`: what people said about differences; a desk is one fund
 * account at one bank (`1002.03-K1`), a bank's portfolio files (`portfolio-K1`) or its claims (`claims-K1`). What matches and
 * what differs is never recorded: it is computed from the books and the bank's statements, files and claims.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const DateText = Type.String({ format: "date" });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Position = Type.Integer({ minimum: 1 });

/** 专户科目, the accounts of the books that a statement stands against. */
export const FundAccount = Type.Union([
  Type.Literal("1002.01"),
  Type.Literal("1002.02"),
  Type.Literal("1002.03"),
  Type.Literal("1002.04"),
  Type.Literal("1002.05"),
]);
export type FundAccount = Static<typeof FundAccount>;

/** 专户绑定: from this day on the account at the bank stands for the account of the books. It is a public body's, so its number is no secret. */
export const FundAccountBound = Type.Object({
  account: FundAccount,
  bank: Id,
  /** As the bank's statements name it. */
  number: Type.String({ minLength: 1, maxLength: 34 }),
  from: DateText,
  /** At the bank, before the first movement of that day. */
  openingBalance: Amount,
});
/** 销户: the last day on which it stood for the account. */
export const FundAccountEnded = Type.Object({ account: FundAccount, bank: Id, to: DateText });

/**
 * Why a difference exists. in-transit 在途; next-day 跨日入账; bank-error 银行差错; book-error 账务差错, to be corrected; bank-fee
 * 银行手续费; bank-interest 存款利息, not booked yet; unknown-sender 不明来款; returned-payment 退汇; file-cut-off 文件截止时点不同;
 * bank-system 银行系统口径; other 其他, only with a note.
 */
export const DIFFERENCE_REASONS = [
  "in-transit",
  "next-day",
  "bank-error",
  "book-error",
  "bank-fee",
  "bank-interest",
  "unknown-sender",
  "returned-payment",
  "file-cut-off",
  "bank-system",
  "other",
] as const;
export const DifferenceReason = Type.Enum([...DIFFERENCE_REASONS]);
export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number];

export const Evidence = Type.Object({ title: Type.String({ minLength: 1, maxLength: 200 }), sha256: Type.Optional(Sha256) });

const Desk = { desk: Id, bank: Id };
const Item = Type.String({ minLength: 1, maxLength: 160 });
const Items = Type.Array(Item, { minItems: 1 });

/** 差异说明. It counts until `clearBy`; then the difference is unexplained again. Said again, the later one counts. */
export const DifferenceExplained = Type.Object({
  ...Desk,
  items: Items,
  reason: DifferenceReason,
  note: Type.Optional(Type.String({ maxLength: 500 })),
  evidence: Type.Optional(Type.Array(Evidence)),
  clearBy: DateText,
});
/**
 * 差异消除: the difference is gone because of what is named. At a fund account `by` are the lines and movements that make it
 * up to nothing; elsewhere `positions` are the events of the log that settled it.
 */
export const DifferenceResolved = Type.Object({
  ...Desk,
  /** Number of the match that this makes at a fund account. */
  match: Type.Optional(Id),
  items: Items,
  by: Type.Optional(Items),
  positions: Type.Optional(Type.Array(Position)),
  note: Type.Optional(Type.String({ maxLength: 500 })),
});
/** 人工勾对 1:1, 1:n, n:1, or lines of one side that make each other up; the sums of both sides are equal. */
export const MatchConfirmed = Type.Object({
  ...Desk,
  match: Id,
  items: Items,
  amount: Amount,
  note: Type.Optional(Type.String({ maxLength: 500 })),
});
/** 取消勾对: of a confirmed match (`match`), or of an automatic one, whose items are never put together by themselves again. */
export const MatchUndone = Type.Object({ ...Desk, match: Type.Optional(Id), items: Items, reason: Type.String({ maxLength: 500 }) });

export const OpenItem = Type.Object(
  { item: Item, side: Type.Union([Type.Literal("bank"), Type.Literal("book")]), amount: Amount, date: DateText, reason: Type.String() },
  { additionalProperties: false },
);
export type OpenItem = Static<typeof OpenItem>;

/**
 * 银行日结: nothing of this day and before is unexplained. Balance per bank − balance per books = Σ open at the bank − Σ open in
 * the books; `open` carries over (未达账项), whatever else was there up to `knownAt` is settled. `openHash`: SHA-256 of `open` as JSON.
 */
export const BankDayClosed = Type.Object({
  ...Desk,
  account: FundAccount,
  day: DateText,
  /** The statement that it was closed on. */
  statement: Sha256,
  balancePerBank: Amount,
  balancePerBooks: Amount,
  /** Head of the log when the day was judged. */
  knownAt: Type.Integer({ minimum: 0 }),
  matched: Type.Integer({ minimum: 0 }),
  open: Type.Array(OpenItem),
  openHash: Sha256,
});

/** A loan as the bank's books have it. Absent fields are not compared. */
export const PortfolioLine = Type.Object(
  {
    loan: Id,
    principal: Type.String({ pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$" }),
    interest: Type.Optional(Type.String({ pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$" })),
    rate: Type.Optional(Type.String({ pattern: "^\\d+(\\.\\d+)?$" })),
    due: Type.Optional(DateText),
    status: Type.Optional(Type.Union([Type.Literal("performing"), Type.Literal("overdue"), Type.Literal("settled")])),
  },
  { additionalProperties: false },
);
export type PortfolioLine = Static<typeof PortfolioLine>;

const PortfolioFile = { bank: Id, date: DateText, sha256: Sha256 };
/** Some lines of a portfolio file 贷款余额对账文件, stream `bank-portfolio/{bank}-{date}`. They count once the file is complete. */
export const PortfolioLinesReceived = Type.Object({
  ...PortfolioFile,
  part: Type.Integer({ minimum: 0 }),
  lines: Type.Array(PortfolioLine),
});
/** The file is complete. A later one for the same day replaces it. */
export const PortfolioReceived = Type.Object({
  ...PortfolioFile,
  rows: Type.Integer({ minimum: 0 }),
  parts: Type.Integer({ minimum: 0 }),
  principal: Amount,
  replaces: Type.Optional(Sha256),
});

export const fundAccountStream = (account: string): string => `fund-account/${account}`;
export const deskStream = (desk: string): string => `reconciliation/${desk}`;
export const portfolioStream = (bank: string, date: string): string => `bank-portfolio/${bank}-${date}`;

/** The desk of a fund account at a bank. */
export const accountDesk = (account: string, bank: string): string => `${account}-${bank}`;
export const portfolioDesk = (bank: string): string => `portfolio-${bank}`;
export const claimsDesk = (bank: string): string => `claims-${bank}`;

export interface DeskParts {
  readonly kind: "account" | "portfolio" | "claims";
  readonly bank: string;
  /** Of a fund account's desk. */
  readonly account?: FundAccount;
}

/** What a desk's name says; undefined for a name that is none. */
export function deskParts(desk: string): DeskParts | undefined {
  const [, account, ofAccount] = /^(1002\.0[1-5])-(.+)$/.exec(desk) ?? [];
  if (account !== undefined && ofAccount !== undefined) return { kind: "account", bank: ofAccount, account: account as FundAccount };
  const [, kind, bank] = /^(portfolio|claims)-(.+)$/.exec(desk) ?? [];
  return bank === undefined ? undefined : { kind: kind as "portfolio" | "claims", bank };
}

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const reconciliationEvents = {
  FundAccountBound,
  FundAccountEnded,
  DifferenceExplained,
  DifferenceResolved,
  MatchConfirmed,
  MatchUndone,
  BankDayClosed,
  PortfolioLinesReceived,
  PortfolioReceived,
} as const;
export type ReconciliationEventType = keyof typeof reconciliationEvents;
export type ReconciliationPayload<T extends ReconciliationEventType> = Static<(typeof reconciliationEvents)[T]>;
