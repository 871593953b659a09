import type { Platform } from "@huimin/platform";
import { broken, checkInvariants } from "@huimin/service-ledger";
import { DISTRICT } from "./district.ts";
import { BANKS } from "./messages.ts";

/** Everything that must not depend on what went wrong: no position, no instant, no id. */
export interface Books {
  /** Events by stream, type, day and payload, sorted. */
  readonly events: readonly string[];
  /** Types and how many. */
  readonly counts: Readonly<Record<string, number>>;
  /** `account loan household bank year debit credit`, sorted. */
  readonly balances: readonly string[];
  /** Book → debit and credit. */
  readonly totals: Readonly<Record<string, string>>;
  /** Loans as the banks' portfolio shows them. */
  readonly loans: readonly string[];
  /** Broken invariants. */
  readonly broken: readonly string[];
  readonly invariants: number;
}

const READ_MAX = 5_000;
const LOANS_MAX = 500;
const LOANS_READ_MAX = 100_000;
/** Of the run, not of the books. */
const OTHER_CATEGORIES: ReadonlySet<string> = new Set(["webhook", "bank-client", "bank-key", "bank", "proposal"]);

/** Reads the books of a database that has come to rest. */
export async function readBooks(platform: Platform): Promise<Books> {
  await platform.projector.drain();
  const events: string[] = [];
  const counts: Record<string, number> = {};
  for (let position = 0; ; ) {
    const page = await platform.store.readAll(DISTRICT, position, READ_MAX);
    for (const { stream, type, valueDate, payload, actor } of page) {
      if (OTHER_CATEGORIES.has(stream.slice(0, stream.indexOf("/")))) continue;
      events.push(`${stream} ${type} ${valueDate} ${actor} ${JSON.stringify(payload)}`);
      counts[type] = (counts[type] ?? 0) + 1;
    }
    if (page.length < READ_MAX) break;
    position = page.at(-1)?.position ?? 0;
  }
  const results = await checkInvariants(platform, () => undefined);
  return {
    events: events.sort(),
    counts,
    ...(await balancesOf(platform)),
    loans: await loansOf(platform),
    broken: broken(results).map((one) => JSON.stringify(one)),
    invariants: results.length,
  };
}

async function balancesOf(platform: Platform): Promise<Pick<Books, "balances" | "totals">> {
  const { rows } = await platform.pool.query<Record<string, string>>(`SELECT a.book, a.code, coalesce(d.loan, '-') AS loan,
      coalesce(d.household, '-') AS household, coalesce(d.bank, '-') AS bank, b.fiscal_year AS year, sum(b.debit)::text AS debit, sum(b.credit)::text AS credit
    FROM books.balance b JOIN books.account a ON a.no = b.account JOIN books.dimension_set d ON d.district = b.district AND d.id = b.dims
    WHERE b.district = '${DISTRICT}' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`);
  const trial = await platform.books.trialBalance({ district: DISTRICT });
  const totals = Object.entries(trial.totals).map(([book, sum]) => [
    book,
    JSON.stringify(sum, (_, value) => (typeof value === "bigint" ? String(value) : value)),
  ]);
  return { balances: rows.map((row) => Object.values(row).join(" ")), totals: Object.fromEntries(totals) };
}

async function loansOf({ portfolio }: Platform): Promise<string[]> {
  const found: string[] = [];
  for (const bank of BANKS) {
    let after: string | undefined;
    do {
      const page = await portfolio.ofBank({ district: DISTRICT, bank, on: "2020-03-01", after, limit: LOANS_MAX });
      for (const loan of page.loans) found.push(JSON.stringify(loan, (_, value) => (typeof value === "bigint" ? String(value) : value)));
      after = page.next;
    } while (after !== undefined && found.length < LOANS_READ_MAX);
  }
  return found.sort();
}

/** What differs, in words; empty when the books are equal. */
export function differences(calm: Books, storm: Books): string[] {
  const found: string[] = [];
  for (const part of ["events", "balances", "loans"] as const) {
    const [one, other] = [new Set(calm[part]), new Set(storm[part])];
    if (calm[part].length !== storm[part].length) found.push(`${part}: ${calm[part].length} in calm, ${storm[part].length} in the storm`);
    const missing = calm[part].find((text) => !other.has(text));
    const extra = storm[part].find((text) => !one.has(text));
    if (missing !== undefined) found.push(`${part}, only in calm: ${missing}`);
    if (extra !== undefined) found.push(`${part}, only in the storm: ${extra}`);
  }
  for (const part of ["counts", "totals"] as const) {
    if (JSON.stringify(Object.entries(calm[part]).sort()) !== JSON.stringify(Object.entries(storm[part]).sort()))
      found.push(`${part}: ${JSON.stringify(calm[part])} in calm, ${JSON.stringify(storm[part])} in the storm`);
  }
  for (const [name, books] of [
    ["calm", calm],
    ["storm", storm],
  ] as const)
    found.push(...books.broken.map((text) => `invariant broken in ${name}: ${text}`));
  return found;
}
