import type { PublicityOptions } from "@huimin/service-publicity";
import type { Platform } from "../types.ts";
import { statementOptionsOf } from "./statements.ts";

/** What the publicity service needs of the platform: the same names, telephones and fonts as on statements. */
export function publicityOptionsOf(platform: Platform): PublicityOptions {
  const { district, store, vault, clock, verifyOrigin } = platform;
  const { notice, fonts } = statementOptionsOf(platform);
  return {
    ...{ district, store, vault, clock, fonts, verifyAt: verifyOrigin },
    notice: { phones: notice.phones, maker: `${notice.district}扶贫办`, reviewer: notice.issuer },
  };
}
