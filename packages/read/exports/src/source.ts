import { ACCOUNTS, BOOKS, type Book, type Books, type KnownAt } from "@huimin/books";
import { addMonths, type IsoDate } from "@huimin/calendar";
import type { VoucherQuestion, Vouchers, VoucherTypes } from "@huimin/vouchers";
import type { AccountNet, JournalSource, MonthOfAccount, Span } from "./journal.ts";

export interface SourceOptions {
  readonly district: string;
  /** The read models hold the log up to here. */
  readonly position: number;
  readonly vouchers: Vouchers;
  readonly books: Books;
  readonly span?: Span | undefined;
  readonly types?: VoucherTypes | undefined;
  /** Only these books. */
  readonly book?: Book | undefined;
  /** Value dates up to this day; not with a first month, whose opening balances are by accounting month. */
  readonly asOf?: IsoDate | undefined;
  readonly knownAt?: KnownAt | undefined;
  readonly onVoucher?: ((position: number) => void) | undefined;
}

const previousMonth = (period: string): string => addMonths(`${period}-01`, -1).slice(0, 7);

/** Vouchers and balances from the read models, as known at a position or instant. */
export function journalSource(options: SourceOptions): JournalSource {
  const { district, position, vouchers, books, span = {}, types, asOf, knownAt, onVoucher } = options;
  const wanted = (book: Book | undefined): readonly Book[] => (book ? [book] : options.book ? [options.book] : BOOKS);
  const month = async (book: Book, period: string): Promise<readonly MonthOfAccount[]> => {
    const { rows } = await books.trialBalance({ district, book, from: period, through: period, knownAt });
    return rows.map((row) => ({ period, ...row }));
  };
  return {
    district,
    position,
    span,
    async *vouchers(book) {
      for (const one of wanted(book)) {
        const question: Omit<VoucherQuestion, "after" | "limit"> = { district, book: one, ...span, types, asOf, knownAt };
        for await (const voucher of vouchers.stream(question)) {
          onVoucher?.(voucher.position);
          yield voucher;
        }
      }
    },
    async opening(book) {
      if (span.from === undefined) return [];
      const nets: AccountNet[] = [];
      for (const one of wanted(book)) {
        const { rows } = await books.trialBalance({ district, book: one, through: previousMonth(span.from), knownAt });
        nets.push(...rows.map(({ account, closing }) => ({ account, net: closing })));
      }
      return nets;
    },
    async periods(book) {
      const counts = await vouchers.counts({ district, book, ...span });
      return [...new Set(counts.map(({ period }) => period))].sort();
    },
    month: async (book, period) => {
      const order = new Map(ACCOUNTS.map((account, index) => [account, index]));
      const rows = await month(book, period);
      return [...rows].sort((a, b) => (order.get(a.account) ?? 0) - (order.get(b.account) ?? 0));
    },
  };
}
