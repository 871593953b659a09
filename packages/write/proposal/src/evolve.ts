import type { Fold, Role } from "@huimin/decider";
import type { CommandProposed, ProposalApproved, ProposalRejected, ProposalWithdrawn } from "./schema.ts";

export const proposalStream = (proposal: string): string => `proposal/${proposal}`;

/** Where a proposal stands: it is decided once, and what was decided does not change. */
export type ProposalState =
  | { readonly status: "none" }
  | ({ readonly status: "open" } & Proposed)
  | ({ readonly status: "approved"; readonly checker: string } & Proposed)
  | ({ readonly status: "rejected"; readonly checker: string; readonly reason: string } & Proposed)
  | ({ readonly status: "withdrawn"; readonly reason: string } & Proposed);

/** 制单: the command that waits, and who made it. */
export interface Proposed {
  readonly proposal: string;
  readonly command: string;
  readonly body: unknown;
  readonly maker: string;
  readonly makerRole: Role;
  readonly summary: string;
  readonly period?: string | undefined;
  readonly corrects?: string | undefined;
  readonly correctsPeriod?: string | undefined;
}

export const proposalFold: Fold<ProposalState> = {
  initialState: { status: "none" },
  evolve: (state, event) => {
    if (event.type === "CommandProposed" && state.status === "none") {
      const payload = event.payload as CommandProposed;
      return { status: "open", ...payload, makerRole: payload.makerRole as Role };
    }
    if (state.status !== "open") return state;
    const { status: _, ...proposed } = state;
    switch (event.type) {
      case "ProposalApproved":
        return { status: "approved", ...proposed, checker: (event.payload as ProposalApproved).checker };
      case "ProposalRejected": {
        const { checker, reason } = event.payload as ProposalRejected;
        return { status: "rejected", ...proposed, checker, reason };
      }
      case "ProposalWithdrawn":
        return { status: "withdrawn", ...proposed, reason: (event.payload as ProposalWithdrawn).reason };
      default:
        return state;
    }
  },
};
