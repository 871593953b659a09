export { beancountAccount, beancountJournal } from "./beancount.ts";
export { hledgerAccount, hledgerJournal } from "./hledger.ts";
export type { JournalExport, Span, Voucher, VoucherLine, VoucherSource } from "./vouchers.ts";
export { Balances, bookingDate, codeOf, vouchersOf } from "./vouchers.ts";
