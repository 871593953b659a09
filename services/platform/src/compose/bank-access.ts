import { isSandboxDistrict } from "@huimin/identity";
import {
  type BankAuthentication,
  DailyQuota,
  type ForeignAttempt,
  type OfficeAccessOptions,
  RateLimiter,
} from "@huimin/service-bank-gateway";
import { PostgresNonceStore } from "@huimin/signing";
import type { Pool } from "pg";
import type { Platform } from "../types.ts";

export interface BankAccessOptions {
  readonly publicOrigin?: string | undefined;
  readonly signatureWindowSeconds?: number | undefined;
  readonly wallClock?: (() => number) | undefined;
}

/** How banks are let in, and what the office sees of it: the same counts for both. */
export interface BankAccess {
  readonly authentication: BankAuthentication;
  readonly office: OfficeAccessOptions;
  close(): Promise<void>;
}

/** Notes that a bank named another bank's record in a file or a bulk. */
export const foreignAttempts =
  ({ bankFailures, metrics, logger }: Pick<Platform, "bankFailures" | "metrics" | "logger">) =>
  ({ bank, channel, command }: ForeignAttempt): void => {
    const failure = { code: "OTHER_BANKS_RECORD", address: `(${channel})`, keyId: "", route: command, bank };
    logger.warn({ security: failure }, "a bank's message was refused");
    bankFailures.note(failure);
    metrics.bankFailures.inc({ code: failure.code });
  };

/** `pool`: the gateway's, whose role sees one bank at a time. */
export function createBankAccess(platform: Platform, pool: Pool, options: BankAccessOptions): BankAccess {
  const { district, clock, logger, metrics, bankClients: clients, bankFailures: failures } = platform;
  const { publicOrigin, signatureWindowSeconds: windowSeconds, wallClock } = options;
  const onFault = (err: unknown) => logger.warn({ err }, "the counts of bank clients could not be written");
  const quota = new DailyQuota(pool, district, onFault);
  return {
    authentication: {
      clients,
      quota,
      failures,
      rates: new RateLimiter(),
      onFailure: (code) => metrics.bankFailures.inc({ code }),
      nonces: new PostgresNonceStore(pool, district, wallClock ?? clock),
      now: clock,
      wallClock,
      sandbox: isSandboxDistrict(district),
      windowSeconds,
      publicOrigin,
    },
    office: { clients, quota, failures, district, now: clock },
    close: async () => {
      await failures.flush();
      await quota.close();
    },
  };
}
