import { type StatementsOptions, ZHONGZHAN_NOTICE } from "@huimin/service-statements";
import { type FontSet, fallbackFontsOf, loadFonts } from "@huimin/statements";
import type { Platform } from "../types.ts";

let fonts: FontSet | undefined;

/** What the statement service needs of the platform. The fonts (10 MB) are read at the first statement. */
export const statementOptionsOf = ({ district, store, vault, clock, books, fallbackFonts }: Platform): StatementsOptions => ({
  district,
  store,
  vault,
  clock,
  books,
  notice: ZHONGZHAN_NOTICE,
  fonts: () => {
    fonts ??= loadFonts(fallbackFontsOf(fallbackFonts));
    return fonts;
  },
});
