import type { RecordPublicityBoardsBody } from "@huimin/dividend";
import type { EventStore } from "@huimin/event-store";
import type { Refusal, Result } from "@huimin/outcome";
import type { FontSet } from "@huimin/statements";
import type { Vault } from "@huimin/vault";
import type { Static } from "typebox";

/** What the service needs of the process that runs it. */
export interface PublicityOptions {
  readonly district: string;
  readonly store: EventStore;
  readonly vault: Pick<Vault, "unsealMany" | "fingerprint">;
  readonly fonts: () => FontSet;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** 监督电话, 制表 and 审核 as printed. */
  readonly notice: { readonly phones: readonly string[]; readonly maker: string; readonly reviewer: string };
  /** Origin of the public pages; without it a sheet has no QR code. */
  readonly verifyAt?: string | undefined;
}

/** Records the boards of a list; resolves to a refusal, never throws one. */
export type SendCommand = (command: Static<typeof RecordPublicityBoardsBody>) => Promise<Result<unknown, Refusal>>;
