import type { VoucherPaperOptions, VoucherRouteOptions } from "@huimin/service-ledger";
import type { Platform } from "../types.ts";
import { statementOptionsOf } from "./statements.ts";

/** What the routes and commands about vouchers need of the platform. */
export const voucherOptionsOf = ({ desk, district, clock, people }: Platform): VoucherRouteOptions => ({
  vouchers: desk.vouchers,
  district,
  clock,
  namesOf: (actors) => people.namesOf(actors),
  typesOn: async (on) => ((await desk.policy("voucher.types", on)) === "three" ? "three" : "single"),
});

/** The same on paper, with the issuer and the fonts of statements. */
export function voucherPaperOptionsOf(platform: Platform): VoucherPaperOptions {
  const { notice, fonts } = statementOptionsOf(platform);
  return { ...voucherOptionsOf(platform), unit: notice.issuer, fonts };
}
