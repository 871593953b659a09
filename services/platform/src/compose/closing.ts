import path from "node:path";
import type { Books } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import { CheckpointFolder, Checkpoints, LogAltered, LogForked } from "@huimin/checkpoints";
import { type SettlementPeriod, settlementPeriod } from "@huimin/command-handler";
import type { EventStore } from "@huimin/event-store";
import { RefusalError } from "@huimin/http";
import { policyFold, policyStream, policyValue } from "@huimin/policy/events";
import type { Projector } from "@huimin/projector";
import {
  type BankReconciliation,
  Closing,
  findVouchers,
  ledgerErrors,
  policyReader,
  type SignedClose,
  settlementLastDay,
} from "@huimin/service-ledger";
import { createVouchers, type Vouchers } from "@huimin/vouchers";
import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import type { Corrected } from "./commands.ts";
import { fileLogSigner } from "./log-key.ts";
import { OpenProposals } from "./proposals.ts";

export interface ClosingDeskOptions {
  /** Key that signs the log, and where checkpoints are kept outside the database. Default: in `home`. */
  readonly logKeyFile?: string | undefined;
  readonly checkpointFolder?: string | undefined;
  readonly district: string;
  readonly home: string;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly books: Books;
  readonly projector: Projector;
  readonly logger: FastifyBaseLogger;
  readonly reconciliation?: BankReconciliation | undefined;
}

/** Vouchers and the close of a month, with what they need of the rest of the platform. */
export interface ClosingDesk {
  readonly vouchers: Vouchers;
  readonly closing: Closing;
  readonly policy: ReturnType<typeof policyReader>;
  /** The event behind a voucher that somebody corrects. Throws the refusal of one that does not exist. */
  readonly correctedBy: (voucher: string) => Promise<Corrected>;
  /** Brings the read models to the head of the log and answers where that is. */
  readonly atHead: () => Promise<number>;
  /** 检查点 after a close; undefined, and a line in the process's log, where the log is not what was signed. */
  readonly checkpoint: () => Promise<SignedClose | undefined>;
}

/** How long a command waits for the books to reach the head of the log. */
const BOOKS_WAIT_MS = 10_000;

export function createClosingDesk(options: ClosingDeskOptions): ClosingDesk {
  const { district, pool, store, books, projector, logger, home } = options;
  const { logKeyFile = path.join(home, "log-key.pem"), checkpointFolder = path.join(home, "checkpoints") } = options;
  const vouchers = createVouchers(pool);
  const proposals = new OpenProposals(store, district);
  const policy = policyReader(store, district);
  const closing = new Closing({
    district,
    pool,
    store,
    books,
    vouchers,
    policy,
    reconciliation: options.reconciliation,
    openProposals: async () =>
      (await proposals.list()).map(({ state, proposedAt }) => ({
        proposal: state.proposal,
        command: state.command,
        proposedOn: shanghaiDate(proposedAt),
      })),
  });
  const atHead = async (): Promise<number> => {
    const head = await store.head(district);
    const waited = await projector.waitFor(head, BOOKS_WAIT_MS);
    if (!waited.reached) throw new Error("the books did not reach the head of the log in time");
    return head;
  };
  return {
    vouchers,
    closing,
    policy,
    async correctedBy(text) {
      await atHead();
      const [voucher] = await findVouchers({ vouchers, district, clock: Date.now, typesOn: async () => "single" }, text);
      if (voucher === undefined) throw new RefusalError({ code: ledgerErrors.VOUCHER_MISSING, details: { voucher: text } });
      return { corrects: voucher.eventId, correctsPeriod: voucher.period };
    },
    atHead,
    async checkpoint() {
      const signer = fileLogSigner(logKeyFile, district);
      try {
        const checkpoints = new Checkpoints({ pool, store, district, signer, folder: new CheckpointFolder(checkpointFolder) });
        const { size, root } = await checkpoints.sign();
        return { size, root: Buffer.from(root).toString("base64") };
      } catch (fault) {
        if (!(fault instanceof LogForked || fault instanceof LogAltered)) throw fault;
        logger.fatal({ err: fault }, "the log is not what was signed: the close stands without a checkpoint");
        return undefined;
      }
    },
  };
}

const SETTLEMENT_DAYS = "close.settlementPeriodDays";

/** 决算整理期 by the policy that is in force on the last day of the year. */
export const policySettlement: SettlementPeriod = settlementPeriod(policyStream(SETTLEMENT_DAYS), policyFold, (state, fiscalYear) =>
  settlementLastDay(fiscalYear, Number(policyValue(state, SETTLEMENT_DAYS, `${fiscalYear}-12-31`))),
);
