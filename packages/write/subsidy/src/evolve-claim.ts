import type { IsoDate, Quarter } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import type { SubsidyPayload } from "./schema.ts";

export const claimStream = (bank: string, quarter: Quarter): string => `claim/${bank}-${quarter}`;

type SubmittedLine = SubsidyPayload<"SubsidyClaimSubmitted">["lines"][number];

/** A line of the quarterly claim 贴息申报 with where it stands. */
export interface ClaimLine extends SubmittedLine {
  readonly status: "pending" | "approved" | "rejected";
  /** 公示, first and last day. */
  readonly publicity?: { readonly from: IsoDate; readonly to: IsoDate };
}

/** 异议 against a line. */
export interface ClaimObjection {
  readonly objection: string;
  readonly loan: string;
  readonly status: "open" | "dismissed" | "upheld";
}

/**
 * The claim of a bank for a quarter. Lines are added by submissions; what is pending may be replaced. After approval a
 * bank may submit what was settled or recorded later as further lines (补报).
 */
export interface ClaimState {
  readonly lines: readonly ClaimLine[];
  readonly objections?: readonly ClaimObjection[];
}

export const objectionsOf = (state: ClaimState): readonly ClaimObjection[] => state.objections ?? [];

export const claimFold: Fold<ClaimState> = {
  initialState: { lines: [] },
  evolve: (state, event) => {
    switch (event.type) {
      case "SubsidyClaimSubmitted": {
        const { lines } = event.payload as SubsidyPayload<"SubsidyClaimSubmitted">;
        return { ...state, lines: [...state.lines, ...lines.map((line): ClaimLine => ({ ...line, status: "pending" }))] };
      }
      case "SubsidyClaimReplaced":
        return { ...state, lines: state.lines.filter((line) => line.status !== "pending") };
      case "SubsidyClaimLineRejected": {
        const { loan } = event.payload as SubsidyPayload<"SubsidyClaimLineRejected">;
        return {
          ...state,
          lines: state.lines.map((line) => (line.loan === loan && line.status === "pending" ? { ...line, status: "rejected" } : line)),
        };
      }
      case "SubsidyClaimApproved":
        return { ...state, lines: state.lines.map((line) => (line.status === "pending" ? { ...line, status: "approved" } : line)) };
      case "SubsidyClaimPublished": {
        const { from, to } = event.payload as SubsidyPayload<"SubsidyClaimPublished">;
        return { ...state, lines: state.lines.map((line) => (line.status === "pending" ? { ...line, publicity: { from, to } } : line)) };
      }
      case "SubsidyClaimObjectionFiled": {
        const { objection, loan } = event.payload as SubsidyPayload<"SubsidyClaimObjectionFiled">;
        return { ...state, objections: [...objectionsOf(state), { objection, loan, status: "open" }] };
      }
      case "SubsidyClaimObjectionResolved": {
        const { objection, result } = event.payload as SubsidyPayload<"SubsidyClaimObjectionResolved">;
        return { ...state, objections: objectionsOf(state).map((one) => (one.objection === objection ? { ...one, status: result } : one)) };
      }
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
