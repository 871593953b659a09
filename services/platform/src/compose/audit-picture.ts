import { formatAmount } from "@huimin/money";
import type { PeriodClosed } from "@huimin/period";
import { ageing } from "@huimin/reconciliation-view";
import type { AuditSources, BooksPicture, ScopeMonth } from "@huimin/service-auditor";
import { verifyClosedPeriods } from "@huimin/service-ledger";

const PAGE = { events: 4_000, bytes: 2 << 20 } as const;

/** What a report of the auditor says of the books: accounting months with their seals, and open differences with banks. */
export async function booksPicture(sources: AuditSources): Promise<BooksPicture> {
  const differences = await ageing(sources.pool, sources.district, sources.today);
  return {
    months: await months(sources),
    differences: differences.map(({ desk, bucket, amount, ...counts }) => ({
      ...counts,
      account: desk,
      age: bucket,
      amount: formatAmount(amount),
    })),
  };
}

async function months({ store, district, position }: AuditSources): Promise<ScopeMonth[]> {
  const events = new Map<string, number>();
  let lastClosed = "";
  for (let after = 0; after < position; ) {
    const page = await store.readPage(district, after, PAGE);
    for (const { period, type, payload } of page.events) {
      events.set(period, (events.get(period) ?? 0) + 1);
      if (type === "PeriodClosed") lastClosed = [lastClosed, (payload as PeriodClosed).period].sort().at(-1) ?? "";
    }
    after = page.events.at(-1)?.position ?? position;
  }
  const verified = new Map((await verifyClosedPeriods({ store, district })).map(({ period, differences }) => [period, differences]));
  return [...events.keys()].sort().map((period) => ({
    ...{ period, events: events.get(period) ?? 0 },
    // A month that is closed and has no seal has no vouchers.
    ...(period <= lastClosed ? { sealDifferences: verified.get(period) ?? [] } : {}),
  }));
}
