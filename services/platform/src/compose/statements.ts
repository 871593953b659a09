import { isSandboxDistrict, SANDBOX_MARK } from "@huimin/identity";
import { noticeOf, type StatementsOptions, ZHONGZHAN_NOTICE } from "@huimin/service-statements";
import { type FontSet, fallbackFontsOf, loadFonts } from "@huimin/statements";
import type { Platform } from "../types.ts";

let fonts: FontSet | undefined;

/** Title, issuer and seal of a sandbox's documents say what they are: nobody may take one for the office's. */
const SANDBOX_NOTICE = noticeOf({ district: SANDBOX_MARK, issuer: `${SANDBOX_MARK} 无效 void`, seal: SANDBOX_MARK, prefix: "测试沙箱" });
const noticeFor = (district: string) => (isSandboxDistrict(district) ? SANDBOX_NOTICE : ZHONGZHAN_NOTICE);

/** What the statement service needs of the platform. The fonts (10 MB) are read at the first statement. */
export const statementOptionsOf = ({ district, store, vault, clock, books, fallbackFonts, verifyOrigin }: Platform): StatementsOptions => ({
  district,
  store,
  vault,
  clock,
  books,
  notice: { ...noticeFor(district), ...(verifyOrigin === undefined ? {} : { verifyAt: verifyOrigin }) },
  fonts: () => {
    fonts ??= loadFonts(fallbackFontsOf(fallbackFonts));
    return fonts;
  },
});
