import { isSandboxDistrict } from "@huimin/identity";
import { type BankAuthentication, DailyQuota, type OfficeAccessOptions, RateLimiter, SecurityFailures } from "@huimin/service-bank-gateway";
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

/** `pool`: the gateway's, whose role sees one bank at a time. */
export function createBankAccess(platform: Platform, pool: Pool, options: BankAccessOptions): BankAccess {
  const { district, clock, logger, metrics, bankClients: clients } = platform;
  const { publicOrigin, signatureWindowSeconds: windowSeconds, wallClock } = options;
  const onFault = (err: unknown) => logger.warn({ err }, "the counts of bank clients could not be written");
  const quota = new DailyQuota(pool, district, onFault);
  const failures = new SecurityFailures(pool, district, clock, onFault);
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
