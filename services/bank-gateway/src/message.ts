import type { CommandDefinition } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import type { Refusal, Result } from "@huimin/outcome";
import type { Vault } from "@huimin/vault";
import type { TSchema } from "typebox";

/** What sealing of account numbers needs. */
export interface AccountSealing {
  readonly district: string;
  readonly vault: Pick<Vault, "seal" | "accountFingerprints">;
  readonly store: Pick<EventStore, "readStream">;
}

/** A message that a bank sends: its address and the command that it becomes. */
export interface BankMessage {
  /** Under `/bank/v1/`. */
  readonly path: string;
  readonly definition: CommandDefinition;
  readonly summary: string;
  /** What the bank writes where it isn't the command itself: personal data in clear, which is sealed first. */
  readonly plain?: {
    readonly schema: TSchema;
    readonly commandOf: (
      body: Readonly<Record<string, unknown>>,
      bank: string,
      sealing: AccountSealing,
    ) => Promise<Result<Record<string, unknown>, Refusal>>;
  };
}
