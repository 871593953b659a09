import { fileURLToPath } from "node:url";
import { createTypesetter, type FontSet, type PaperPdf, type Typesetter } from "@huimin/statements";
import { type PaperVoucher, SLIP_LINES_MAX, voucherSlips } from "./slip.ts";

/** A file is set in memory: a month of more vouchers is several files. */
export const VOUCHERS_PER_FILE_MAX = 500;

/** `a5`: each slip on an A5 across. `a4`: two on an A4, to be cut apart. */
export const PAPERS = ["a5", "a4"] as const;
export type Paper = (typeof PAPERS)[number];

export interface VoucherPress {
  /** Characters of these vouchers that no font has. */
  missing(vouchers: readonly PaperVoucher[]): readonly string[];
  /** Throws for more than {@link VOUCHERS_PER_FILE_MAX} and for none. The same vouchers give the same bytes. */
  print(vouchers: readonly PaperVoucher[], options: { readonly unit: string; readonly paper: Paper }): PaperPdf;
}

/** Results of an earlier file are dropped. */
const EVICTION_AGE = 1;

/** Sets vouchers on this thread. The fonts are asked for at the first one. */
export function createVoucherPress(fonts: () => FontSet): VoucherPress {
  let typesetter: Typesetter | undefined;
  return {
    missing: (vouchers) => fonts().missing(JSON.stringify(vouchers.map(voucherSlips))),
    print(vouchers, { unit, paper }) {
      if (vouchers.length === 0 || vouchers.length > VOUCHERS_PER_FILE_MAX)
        throw new RangeError(`a file holds 1 to ${VOUCHERS_PER_FILE_MAX} vouchers, not ${vouchers.length}`);
      const set = fonts();
      typesetter ??= createTypesetter(fileURLToPath(new URL("../template/voucher.typ", import.meta.url)), set);
      const [first] = vouchers as [PaperVoucher, ...PaperVoucher[]];
      const page = { unit, paper, fonts: set.families, rows: SLIP_LINES_MAX, date: first.date, slips: vouchers.flatMap(voucherSlips) };
      typesetter.put("page.json", Buffer.from(JSON.stringify(page)));
      const pdf = typesetter.pdf(typesetter.compile(`voucher ${first.voucher}`));
      typesetter.forget(EVICTION_AGE);
      return pdf;
    },
  };
}
