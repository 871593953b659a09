import { type App, MinPosition, needsRole, RefusalError, waitsForPosition } from "@huimin/http";
import type { FontSet } from "@huimin/statements";
import { createVoucherPress, PAPERS, type Paper, type VoucherPress } from "@huimin/voucher-paper";
import { nameOf, type Voucher } from "@huimin/vouchers";
import { Type } from "typebox";
import { ledgerErrors as errors } from "./errors.ts";
import { type Names, printVoucher } from "./printed-vouchers.ts";
import { findVouchers, peopleOf, type VoucherRouteOptions } from "./vouchers.ts";

export interface VoucherPaperOptions extends VoucherRouteOptions {
  /** 核算单位, as it stands at the head of a voucher. */
  readonly unit: string;
  readonly fonts: () => FontSet;
}

/** Refuses VOUCHER_NOT_PRINTABLE for characters that no font has. */
export function voucherPdf(press: VoucherPress, vouchers: readonly Voucher[], names: Names, unit: string, paper: Paper): Buffer {
  const printed = vouchers.map((one) => printVoucher(one, names));
  const missing = press.missing(printed);
  if (missing.length > 0) {
    const [first] = vouchers as [Voucher, ...Voucher[]];
    throw new RefusalError({ code: errors.VOUCHER_NOT_PRINTABLE, details: { voucher: nameOf(first), characters: missing.join(" ") } });
  }
  return press.print(printed, { unit, paper }).bytes;
}

/** 记账凭证 on paper, for signing and binding. Register under `/api/v1`; any signed-in role may ask. */
export async function voucherPaperRoutes(app: App, options: VoucherPaperOptions): Promise<void> {
  const press = createVoucherPress(options.fonts);
  app.get(
    "/vouchers/:voucher/paper",
    {
      onRequest: needsRole(),
      preHandler: waitsForPosition,
      schema: {
        tags: ["vouchers"],
        security: [{ session: [] }, { bearer: [] }],
        summary: "打印记账凭证 PDF / A voucher as PDF/A-2b: A5 across, or two on an A4; all books of an event by its position",
        params: Type.Object({ voucher: Type.String({ minLength: 1, maxLength: 40 }) }),
        querystring: Type.Object({ ...MinPosition, paper: Type.Optional(Type.Enum([...PAPERS])) }, { additionalProperties: false }),
        produces: ["application/pdf"],
      },
    },
    async (request, reply) => {
      const { voucher } = request.params;
      const found = await findVouchers(options, voucher);
      if (found.length === 0) throw new RefusalError({ code: errors.VOUCHER_MISSING, details: { voucher } });
      const names = await options.namesOf(peopleOf(found));
      const bytes = voucherPdf(press, found, names, options.unit, request.query.paper ?? "a5");
      const [first] = found as [Voucher, ...Voucher[]];
      return reply
        .type("application/pdf")
        .header("content-disposition", `inline; filename="voucher-${first.position}.pdf"`)
        .header("cache-control", "no-store")
        .send(bytes);
    },
  );
}
