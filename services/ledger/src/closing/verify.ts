import type { InvariantResult } from "@huimin/books";
import type { Period } from "@huimin/calendar";
import type { EventStore } from "@huimin/event-store";
import type { PeriodClosed, PeriodSeal } from "@huimin/period";
import { LogSealer, sealDifferences } from "@huimin/vouchers";

export interface VerifiedPeriod {
  readonly period: Period;
  /** Empty when every voucher and the trial balance are byte for byte those of the closing. */
  readonly differences: readonly string[];
}

export interface VerifyOptions {
  readonly store: EventStore;
  readonly district: string;
  readonly onProgress?: (done: number, total: number) => void;
}

const PAGE = { events: 4_000, bytes: 16_000_000 } as const;

/**
 * 核对已结账期间: works out the vouchers and the trial balance of every closed month anew, from nothing but the log, and
 * compares them with the seals of the closings. One pass; memory grows with the months, not with the events.
 */
export async function verifyClosedPeriods({ store, district, onProgress }: VerifyOptions): Promise<VerifiedPeriod[]> {
  const head = await store.head(district);
  const sealer = new LogSealer();
  const seals: PeriodSeal[] = [];
  for (let position = 0; position < head; ) {
    const { events } = await store.readPage(district, position, PAGE);
    for (const event of events) {
      sealer.see(event);
      if (event.type === "PeriodClosed") seals.push(...((event.payload as PeriodClosed).seals ?? []));
    }
    const last = events.at(-1)?.position;
    if (last === undefined) break;
    position = last;
    onProgress?.(position, head);
  }
  return seals.map((seal) => ({ period: seal.period, differences: sealDifferences(seal, sealer.seal(seal.period)) }));
}

const EXAMPLES_MAX = 10;

/** The same as an invariant: closed periods never change. */
export async function checkClosedPeriods(options: VerifyOptions): Promise<InvariantResult> {
  const months = await verifyClosedPeriods(options);
  const changed = months.filter(({ differences }) => differences.length > 0);
  return {
    id: "closed-periods-unchanged",
    title: {
      zh: "已结账期间的凭证和试算平衡与结账时一致",
      en: "Vouchers and trial balance of closed months are those of their closing",
    },
    severity: "error",
    checked: months.length,
    failed: changed.length,
    examples: changed.slice(0, EXAMPLES_MAX).map(({ period, differences }) => `${period}: ${differences.join("; ")}`),
  };
}
