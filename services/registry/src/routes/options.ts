import type { EventStore } from "@huimin/event-store";
import type { RegistryView } from "@huimin/registry-view";
import type { Vault } from "@huimin/vault";
import type { AccessLog } from "../access-log.ts";

export interface RegistryRoutesOptions {
  readonly district: string;
  readonly vault: Vault;
  /** What readers see of the vault: without persons whose processing is restricted. */
  readonly shown: Pick<Vault, "unsealMany">;
  readonly view: RegistryView;
  readonly accessLog: AccessLog;
  /** Policy parameters are read from the log: some forty short streams. */
  readonly store: EventStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export const security = [{ session: [] }, { bearer: [] }];
