import type { PlatformOptions } from "../types.ts";
import { readClock } from "./database.ts";
import { sandboxVaultSecrets } from "./keys.ts";

/** Database of a sandbox on its embedded server. */
export const SANDBOX_DATABASE = "huimin_sandbox";

/** How the command line works on a sandbox: with its database, its keys of personal data and its day. */
export function sandboxCommandLine(wall: () => number = Date.now) {
  let aheadMs = 0;
  return {
    options: {
      embeddedDatabase: SANDBOX_DATABASE,
      vaultSecrets: sandboxVaultSecrets(),
      clock: () => wall() + aheadMs,
      wallClock: wall,
    } satisfies Partial<PlatformOptions>,
    /** Once the database is known. */
    async setClock(databaseUrl: string): Promise<void> {
      aheadMs = (await readClock(databaseUrl)) ?? 0;
    },
  };
}
