export { createVoucherPress, PAPERS, type Paper, VOUCHERS_PER_FILE_MAX, type VoucherPress } from "./press.ts";
export { type PaperVoucher, SLIP_LINES_MAX, type Slip, voucherSlips } from "./slip.ts";
