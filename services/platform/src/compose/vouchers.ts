import type { VoucherRouteOptions } from "@huimin/service-ledger";
import type { Platform } from "../types.ts";

/** What the routes and commands about vouchers need of the platform. */
export const voucherOptionsOf = ({ desk, district, clock, people }: Platform): VoucherRouteOptions => ({
  vouchers: desk.vouchers,
  district,
  clock,
  namesOf: (actors) => people.namesOf(actors),
  typesOn: async (on) => ((await desk.policy("voucher.types", on)) === "three" ? "three" : "single"),
});
