import type { Fold, RecordedEvent } from "@huimin/decider";
import type { BankFileEventType, BankFilePayload, BankStatementReceived, StatementLine } from "./schema.ts";

const payloadOf = <T extends BankFileEventType>(event: RecordedEvent, type: T): BankFilePayload<T> | undefined =>
  event.type === type ? (event.payload as BankFilePayload<T>) : undefined;

export type BankFileState =
  | { readonly status: "none" }
  | {
      readonly status: "received" | "booked" | "refused";
      /** As it was received last; undefined when it was refused before it could be read. */
      readonly received?: BankFilePayload<"BankFileReceived">;
      readonly booked?: BankFilePayload<"BankFileBooked">;
      /** The last refusal. */
      readonly refused?: BankFilePayload<"BankFileRefused">;
    };

/** The life of one file. */
export const bankFileFold: Fold<BankFileState> = {
  initialState: { status: "none" },
  evolve(state, event): BankFileState {
    const received = payloadOf(event, "BankFileReceived");
    if (received) return { ...state, status: "received", received };
    const booked = payloadOf(event, "BankFileBooked");
    if (booked) return { ...state, status: "booked", booked };
    const refused = payloadOf(event, "BankFileRefused");
    return refused ? { ...state, status: "refused", refused } : state;
  },
};

export interface BankStatementState {
  /** The statement that counts; undefined until one is complete. */
  readonly current?: BankStatementReceived;
  /** 1 for the first, 2 for the one that replaced it … */
  readonly revision: number;
  /** Parts by file and number. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<number, readonly StatementLine[]>>;
}

/** A statement of one account and day. */
export const bankStatementFold: Fold<BankStatementState> = {
  initialState: { revision: 0, parts: new Map() },
  evolve(state, event): BankStatementState {
    const lines = payloadOf(event, "BankStatementLinesReceived");
    if (lines) {
      const parts = new Map(state.parts.get(lines.sha256)).set(lines.part, lines.lines);
      return { ...state, parts: new Map(state.parts).set(lines.sha256, parts) };
    }
    const current = payloadOf(event, "BankStatementReceived");
    return current ? { ...state, current, revision: state.revision + 1 } : state;
  },
};

/** Lines of the statement that counts, in its order. */
export const statementLines = ({ current, parts }: BankStatementState): readonly StatementLine[] =>
  current === undefined ? [] : linesOf(parts, current.sha256, current.parts);

/** Lines of a file's parts 0 … `count` − 1. */
export const linesOf = (parts: BankStatementState["parts"], sha256: string, count: number): readonly StatementLine[] =>
  Array.from({ length: count }, (_, part) => parts.get(sha256)?.get(part) ?? []).flat();
