import { randomUUIDv7 } from "node:crypto";
import { openPool } from "@huimin/database";
import type { NoticesOptions } from "@huimin/service-notices";
import { createAccessLog } from "@huimin/service-registry";
import type { Platform } from "../types.ts";
import { statementOptionsOf } from "./statements.ts";

/** What the notice service needs of the platform: the same names, telephones and fonts as on statements. */
export function noticeOptionsOf(platform: Platform): NoticesOptions {
  const { district, store, vault, clock } = platform;
  const { notice, fonts } = statementOptionsOf(platform);
  return { district, store, vault, clock, notice, fonts };
}

/** Notes in the access log that somebody takes a notice that names a person (domain 5.6). */
export async function discloseNotice(
  platform: Platform,
  { actor, role, kind, subject }: { readonly actor: string; readonly role: string; readonly kind: string; readonly subject: string },
): Promise<void> {
  const pool = openPool({ url: platform.databaseUrl, role: "huimin_registry", max: 1, applicationName: "notices" });
  try {
    const entry = {
      actor,
      role,
      subjectKind: "household",
      subject,
      fields: ["name"],
      reason: `通知 ${kind}`,
      correlation: randomUUIDv7(),
    } as const;
    await createAccessLog(pool).record(platform.district, entry);
  } finally {
    await pool.end();
  }
}
