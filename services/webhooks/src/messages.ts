import type { BankFilePayload } from "@huimin/bank-file/events";
import type { DividendPayload } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import type { LoanPayload } from "@huimin/loan/events";
import type { RiskFundPayload } from "@huimin/risk-fund/events";
import type { SubsidyPayload } from "@huimin/subsidy/events";
import { TEST_KIND, type WebhookKind, type WebhookPayload } from "@huimin/webhook/events";
import type { MessageKind } from "./kinds.ts";

/** What an event says to one bank. */
export interface Message {
  readonly kind: MessageKind;
  readonly bank: string;
  /** Fields of `data` beside those of every message. */
  readonly data: Readonly<Record<string, unknown>>;
  /** For one endpoint alone. */
  readonly only?: string;
  /** For every endpoint but this one. */
  readonly except?: string;
  /** Tells messages of one event and kind apart. */
  readonly mark?: string;
}

/** What an event does not say itself. */
export interface MessageFacts {
  /** Bank of a payout batch. */
  readonly payoutBank: (payoutBatch: string) => Promise<string | undefined>;
  /** Address of this system as banks reach it; without it addresses in messages are paths. */
  readonly origin: string;
}

type Maker = (event: StoredEvent, facts: MessageFacts) => Message | undefined | Promise<Message | undefined>;

interface Source {
  /** Categories of streams where its events are. */
  readonly category: string;
  readonly kinds: readonly WebhookKind[];
  readonly make: Maker;
}

const enc = encodeURIComponent;

const item =
  (kind: "item.held" | "item.released"): Maker =>
  ({ payload, valueDate }) => {
    const { loan, bank, serial, principal, interest, penalty, sameAs } = payload as LoanPayload<"RepaymentDuplicateSuspected">;
    const like = kind === "item.held" ? { sameAs } : {};
    return { kind, bank, data: { loan, serial, valueDate, principal, interest, penalty, ...like } };
  };

const noRows = { booked: 0, repeated: 0, held: 0, refused: 0 };

/** Which events become messages. What is not here is told to nobody. */
const sources: Readonly<Record<string, Source>> = {
  PayoutBatchSubmitted: {
    category: "payout",
    kinds: ["payout.instruction.ready"],
    make: ({ payload }, { origin }) => {
      const { payoutBatch, bank, count, total, fileHash, payee } = payload as DividendPayload<"PayoutBatchSubmitted">;
      const file = payee === undefined ? { file: `${origin}/bank/v1/payout-batches/${enc(payoutBatch)}/file` } : {};
      return { kind: "payout.instruction.ready", bank, data: { payoutBatch, count, total, currency: "CNY", fileHash, ...file } };
    },
  },
  PayoutBatchCancelled: {
    category: "payout",
    kinds: ["payout.batch.cancelled"],
    make: async ({ payload }, { payoutBank }) => {
      const { payoutBatch } = payload as DividendPayload<"PayoutBatchCancelled">;
      const bank = await payoutBank(payoutBatch);
      return bank === undefined ? undefined : { kind: "payout.batch.cancelled", bank, data: { payoutBatch } };
    },
  },
  SubsidyClaimApproved: {
    category: "claim",
    kinds: ["subsidy.claim.approved"],
    make: ({ payload }) => {
      const { bank, quarter, total } = payload as SubsidyPayload<"SubsidyClaimApproved">;
      return { kind: "subsidy.claim.approved", bank, data: { quarter, total } };
    },
  },
  SubsidyClaimLineRejected: {
    category: "claim",
    kinds: ["subsidy.claim.line_rejected"],
    make: ({ payload }) => {
      const { bank, quarter, loan } = payload as SubsidyPayload<"SubsidyClaimLineRejected">;
      return { kind: "subsidy.claim.line_rejected", bank, data: { quarter, loan } };
    },
  },
  SubsidyPaymentReturned: {
    category: "subsidy",
    kinds: ["subsidy.payment.returned"],
    make: ({ payload, valueDate }) => {
      const { bank, loan, amount } = payload as SubsidyPayload<"SubsidyPaymentReturned">;
      return { kind: "subsidy.payment.returned", bank, data: { loan, amount, valueDate } };
    },
  },
  CompensationApproved: {
    category: "compensation",
    kinds: ["compensation.approved"],
    make: ({ payload }) => {
      const { bank, ref, base, loans } = payload as RiskFundPayload<"CompensationApproved">;
      return { kind: "compensation.approved", bank, data: { ref, base, loans: loans.length } };
    },
  },
  CompensationRejected: {
    category: "compensation",
    kinds: ["compensation.rejected"],
    make: ({ payload }) => {
      const { bank, ref } = payload as RiskFundPayload<"CompensationRejected">;
      return { kind: "compensation.rejected", bank, data: { ref } };
    },
  },
  RepaymentDuplicateSuspected: { category: "loan", kinds: ["item.held"], make: item("item.held") },
  RepaymentDuplicateReleased: { category: "loan", kinds: ["item.released"], make: item("item.released") },
  RepaymentDuplicateDismissed: {
    category: "loan",
    kinds: ["item.dismissed"],
    make: ({ payload }) => {
      const { bank, loan, serial } = payload as LoanPayload<"RepaymentDuplicateDismissed">;
      return { kind: "item.dismissed", bank, data: { loan, serial } };
    },
  },
  BankFileBooked: {
    category: "bank-file",
    kinds: ["file.processed"],
    make: ({ payload }, { origin }) => {
      const { bank, sha256, booked, repeated, held, refused } = payload as BankFilePayload<"BankFileBooked">;
      const report = `${origin}/bank/v1/files/${sha256}/report`;
      const status = refused > 0 ? "partly" : "booked";
      return { kind: "file.processed", bank, data: { sha256, status, booked, repeated, held, refused, report } };
    },
  },
  BankFileRefused: {
    category: "bank-file",
    kinds: ["file.processed"],
    make: ({ payload }, { origin }) => {
      const { bank, sha256, code } = payload as BankFilePayload<"BankFileRefused">;
      const report = `${origin}/bank/v1/files/${sha256}/report`;
      return { kind: "file.processed", bank, data: { sha256, status: "refused", ...noRows, code, report } };
    },
  },
  WebhookEndpointPaused: {
    category: "webhook",
    kinds: ["webhook.disabled"],
    make: ({ payload }) => {
      const { bank, endpoint, cause } = payload as WebhookPayload<"WebhookEndpointPaused">;
      return cause === "gone" ? { kind: "webhook.disabled", bank, data: { endpoint }, except: endpoint } : undefined;
    },
  },
  WebhookTestRequested: {
    category: "webhook",
    kinds: [],
    make: ({ payload }) => {
      const { bank, endpoint } = payload as WebhookPayload<"WebhookTestRequested">;
      return { kind: TEST_KIND, bank, data: { endpoint }, only: endpoint };
    },
  },
};

/** Categories that have to be read for these kinds, beside the endpoints' own. */
export const categoriesOf = (kinds: ReadonlySet<string>): readonly string[] => [
  ...new Set(
    Object.values(sources)
      .filter((source) => source.kinds.some((kind) => kinds.has(kind)))
      .map(({ category }) => category),
  ),
];

/** What an event says to a bank; undefined for most. */
export const messageOf = async (event: StoredEvent, facts: MessageFacts): Promise<Message | undefined> =>
  (Object.hasOwn(sources, event.type) ? sources[event.type] : undefined)?.make(event, facts);

/** Types that become messages, for specs. */
export const announcedTypes: readonly string[] = Object.keys(sources);
