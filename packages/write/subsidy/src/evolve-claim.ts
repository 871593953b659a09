import type { Quarter } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import type { SubsidyPayload } from "./schema.ts";

export const claimStream = (bank: string, quarter: Quarter): string => `claim/${bank}-${quarter}`;

type SubmittedLine = SubsidyPayload<"SubsidyClaimSubmitted">["lines"][number];

/** A line of the quarterly claim 贴息申报 with where it stands. */
export interface ClaimLine extends SubmittedLine {
  readonly status: "pending" | "approved" | "rejected";
}

/**
 * The claim of a bank for a quarter. Lines are added by submissions; what is pending may be replaced. After approval a
 * bank may submit what was settled or recorded later as further lines (补报).
 */
export interface ClaimState {
  readonly lines: readonly ClaimLine[];
}

export const claimFold: Fold<ClaimState> = {
  initialState: { lines: [] },
  evolve: (state, event) => {
    switch (event.type) {
      case "SubsidyClaimSubmitted": {
        const { lines } = event.payload as SubsidyPayload<"SubsidyClaimSubmitted">;
        return { lines: [...state.lines, ...lines.map((line): ClaimLine => ({ ...line, status: "pending" }))] };
      }
      case "SubsidyClaimReplaced":
        return { lines: state.lines.filter((line) => line.status !== "pending") };
      case "SubsidyClaimLineRejected": {
        const { loan } = event.payload as SubsidyPayload<"SubsidyClaimLineRejected">;
        return {
          lines: state.lines.map((line) => (line.loan === loan && line.status === "pending" ? { ...line, status: "rejected" } : line)),
        };
      }
      case "SubsidyClaimApproved":
        return { lines: state.lines.map((line) => (line.status === "pending" ? { ...line, status: "approved" } : line)) };
      default:
        return state;
    }
  },
};

/** Lines of a loan that are pending or approved. */
export const standingLines = (state: ClaimState, loan: string): readonly ClaimLine[] =>
  state.lines.filter((line) => line.loan === loan && line.status !== "rejected");

export const pendingLine = (state: ClaimState, loan: string): ClaimLine | undefined =>
  state.lines.find((line) => line.loan === loan && line.status === "pending");
