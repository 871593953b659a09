import { ACCOUNTS, BOOKS, type Book, CHART, checkIdentities, printAmount, printedCode } from "@huimin/books";
import { type IsoDate, lastDayOfMonth, nextPeriod, type Period } from "@huimin/calendar";
import { formatAmount } from "@huimin/money";
import type { CloseStep, CloseStepName } from "@huimin/period";
import { checkVoucherNumbers, nameOf } from "@huimin/vouchers";
import { subLedgerFault, subLedgers } from "./sub-ledgers.ts";
import type { ClosingSources } from "./types.ts";

/** The months that a close would close: those after `after`, through `period`. */
export interface CloseSpan {
  readonly after: Period;
  readonly period: Period;
}

const TITLES: Readonly<Record<CloseStepName, readonly [zh: string, en: string]>> = {
  "bank-reconciliation": ["银行对账", "bank reconciliation"],
  "sub-ledgers": ["明细账与总账核对", "sub-ledgers equal their control accounts"],
  invariants: ["账务恒等式", "identities of the books"],
  "trial-balance": ["试算平衡", "trial balance"],
  vouchers: ["凭证连号与审核", "vouchers are gap-free and reviewed"],
  "year-end": ["年末结转", "year-end transfer"],
};

const FINDINGS_MAX = 50;

function step(name: CloseStepName, status: CloseStep["status"], findings: readonly string[] = []): CloseStep {
  const [zh, en] = TITLES[name];
  const more = findings.length > FINDINGS_MAX ? [`… ${findings.length - FINDINGS_MAX}`] : [];
  return { step: name, status, zh, en, findings: [...findings.slice(0, FINDINGS_MAX), ...more] };
}

type Control = "off" | "warn" | "block";
const ruled = (control: Control, findings: readonly string[]): CloseStep["status"] =>
  findings.length === 0 ? "passed" : control === "block" ? "blocked" : "warning";

/**
 * Steps 1–5 of a close (domain 4.2) and, for December, the year-end transfer. What the policy may loosen is loosened there
 * and nowhere else; what the books can't be without (sub-ledgers, identities, balance, numbers) always blocks.
 */
export async function closeSteps(sources: ClosingSources, span: CloseSpan): Promise<CloseStep[]> {
  const on = lastDayOfMonth(`${span.period}-01`);
  return [
    await reconciled(sources, span.period, on),
    await subLedgersAgree(sources, on),
    await identities(sources),
    await balanced(sources, span),
    await numberedAndReviewed(sources, span, on),
    await transferred(sources, span.period, on),
  ];
}

async function reconciled({ district, reconciliation, books, policy }: ClosingSources, period: Period, on: IsoDate): Promise<CloseStep> {
  const control = await policy("close.bankReconciliation", on);
  if (control === "off") return step("bank-reconciliation", "skipped");
  const accounts = (await reconciliation?.({ district, period })) ?? [];
  const seen = new Set(accounts.map(({ account }) => account.split(" ")[0]));
  const without: string[] = [];
  const { rows } = await books.trialBalance({ district, book: "G", from: period, through: period });
  for (const { account, debit, credit, closing } of rows) {
    const code = printedCode(account, on);
    if (!code.startsWith("1002") || seen.has(code) || (debit === 0n && credit === 0n && closing === 0n)) continue;
    without.push(`${code} ${account.zh}: 账面余额 ${formatAmount(closing)}，无对账单 no statement`);
  }
  const open = accounts.filter(({ reconciled: done }) => !done);
  const findings = [...open.flatMap(({ account, findings: each }) => each.map((text) => `${account}: ${text}`)), ...without];
  if (findings.length === 0) return step("bank-reconciliation", "passed");
  const blocks = control === "block" || (control === "bound" && open.some(({ bound }) => bound));
  return step("bank-reconciliation", blocks ? "blocked" : "warning", findings);
}

async function subLedgersAgree({ pool, district }: ClosingSources, on: IsoDate): Promise<CloseStep> {
  const findings = (await subLedgers(pool, district, on)).map(subLedgerFault).filter((fault) => fault !== undefined);
  return step("sub-ledgers", ruled("block", findings), findings);
}

async function identities({ pool, district }: ClosingSources): Promise<CloseStep> {
  const broken = (await checkIdentities({ pool, district })).filter(({ failed }) => failed > 0);
  const findings = broken.flatMap(({ title, examples }) => examples.map((example) => `${title.zh}: ${example}`));
  return step("invariants", ruled("block", findings), findings);
}

async function balanced({ books, district }: ClosingSources, { period }: CloseSpan): Promise<CloseStep> {
  const { rows, totals } = await books.trialBalance({ district, from: period, through: period });
  const closing: Record<Book, bigint> = { G: 0n, M: 0n, Q: 0n };
  for (const row of rows) closing[row.account.book] += row.closing;
  const findings = BOOKS.flatMap((book) => {
    const { debit, credit } = totals[book];
    return [
      ...(debit === credit ? [] : [`book ${book}: 借 ${printAmount(book, debit)} 贷 ${printAmount(book, credit)}`]),
      ...(closing[book] === 0n ? [] : [`book ${book}: 余额借贷差 ${printAmount(book, closing[book])}`]),
    ];
  });
  return step("trial-balance", ruled("block", findings), findings);
}

async function numberedAndReviewed(sources: ClosingSources, { after, period }: CloseSpan, on: IsoDate): Promise<CloseStep> {
  const { pool, district, vouchers, openProposals, policy } = sources;
  const gaps = await checkVoucherNumbers({ pool, district, after, through: period });
  const first = after === "" ? undefined : nextPeriod(after);
  const alone = await vouchers.list({ district, book: "G", from: first, through: period, unreviewed: true, limit: FINDINGS_MAX + 1 });
  const unreviewed = alone.map((voucher) => `${nameOf(voucher)}: 无审核人 no second person`);
  const control = (await policy("close.openProposals", on)) as Control;
  const waiting = control === "off" ? [] : (await openProposals()).filter(({ proposedOn }) => proposedOn <= on);
  const open = waiting.map(({ proposal, command, proposedOn }) => `${proposal} ${command} (${proposedOn}): 待审核 waits for approval`);
  const findings = [...gaps, ...open, ...unreviewed];
  if (gaps.length > 0) return step("vouchers", "blocked", findings);
  return step("vouchers", ruled(open.length > 0 ? control : "warn", findings), findings);
}

/** December: income and expense stand at zero once they are transferred, and 3501 has gone to 3001. */
async function transferred({ books, district, policy }: ClosingSources, period: Period, on: IsoDate): Promise<CloseStep> {
  if (!period.endsWith("-12")) return step("year-end", "skipped");
  const control = (await policy("close.yearEndTransfer", on)) as Control;
  if (control === "off") return step("year-end", "skipped");
  const year = Number(period.slice(0, 4));
  const findings: string[] = [];
  for (const account of ACCOUNTS.filter((one) => one.yearly && one.id !== CHART.accumulatedSurplus.id)) {
    const { amount } = await books.balance({ district, account: account.id, year });
    if (amount !== 0n) findings.push(`${printedCode(account, on)} ${account.zh}: ${formatAmount(amount)} 未结转 not transferred`);
  }
  return step("year-end", ruled(control, findings), findings);
}
