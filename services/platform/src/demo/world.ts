import { createHash } from "node:crypto";
import { parseVaultSecrets, type VaultSecrets } from "@huimin/vault";
import type { Platform } from "../platform.ts";

/** The district of the plan. */
export const DEMO_DISTRICT = "410803";
/** The clock of the demo begins on the day after the plan was signed. */
export const DEMO_BEGINS = Date.parse("2016-12-26T08:00:00+08:00");

/** Ids that are the same in every run: numbered, in the form of a UUID version 7. */
export function seededIds(clock: () => number): () => string {
  let count = 0;
  return () => {
    count += 1;
    const time = clock().toString(16).padStart(12, "0");
    const rest = createHash("sha256").update(`huimin demo id ${count}`).digest("hex");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
  };
}

/** Secrets of the demo's vault: known to everyone, so that every run makes the same log. Its people do not exist. */
export const demoSecrets = (): VaultSecrets =>
  parseVaultSecrets(
    JSON.stringify({
      current: "demo",
      masterKeys: { demo: demoBytes("master key").toString("base64") },
      pepper: demoBytes("pepper").toString("base64"),
    }),
  );

/** Data keys that follow from their names. */
export const demoVaultKey = (
  name: { readonly personId: string; readonly keyClass: string; readonly generation: number },
  bytes: number,
): Uint8Array => demoBytes(`${name.personId} ${name.keyClass} ${name.generation}`).subarray(0, bytes);

const demoBytes = (what: string): Buffer => createHash("sha256").update(`huimin demo ${what}`).digest();

/** Largest resident memory of this process, in MB. The database server's is not in it. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), 500);
    this.#timer.unref();
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }

  /** MB, rounded up. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return Math.ceil(this.#peak / 1_048_576);
  }
}

/** Waits until everything recorded is in the read models. */
export async function settled(platform: Platform): Promise<number> {
  const head = await platform.store.head(platform.district);
  platform.projector.wake();
  await platform.projector.waitFor(head, 60_000);
  return head;
}
