import type { Role } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import type { RegistryView } from "@huimin/registry-view";
import type { Vault } from "@huimin/vault";
import type { AccessLog } from "../access-log.ts";

export interface RegistryRoutesOptions {
  readonly district: string;
  readonly vault: Vault;
  readonly view: RegistryView;
  readonly accessLog: AccessLog;
  /** Policy parameters are read from the log: some forty short streams. */
  readonly store: EventStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Who may read the register, masked. */
export const READERS: readonly Role[] = ["POV", "OFFICE", "VIL", "FIN-M", "FIN-R", "FIN-C", "FOF", "AUD"];
/** Who may see personal data in clear, with a reason that is logged. */
export const UNMASKERS: readonly Role[] = ["POV", "OFFICE", "FIN-R", "FIN-C", "AUD"];

export const security = [{ session: [] }, { bearer: [] }];
