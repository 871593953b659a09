import { type Static, Type } from "typebox";

/*
 * 制单与审核: a person's command that posts in book G waits as a proposal (stream `proposal/{id}`) until a second person
 * approves it. The approval and the command's events are one atomic append.
 */
export const CommandProposed = Type.Object({
  proposal: Type.String(),
  command: Type.String(),
  body: Type.Unknown(),
  maker: Type.String(),
  makerRole: Type.String(),
  summary: Type.String(),
  /** 会计期间 that the maker asked for: the approval books in it, or is refused when it is closed by then. */
  period: Type.Optional(Type.String()),
  /** Event id of the voucher that the command corrects. */
  corrects: Type.Optional(Type.String()),
  /** 会计期间 of that voucher. */
  correctsPeriod: Type.Optional(Type.String()),
});
export const ProposalApproved = Type.Object({ proposal: Type.String(), checker: Type.String() });
export const ProposalRejected = Type.Object({ proposal: Type.String(), checker: Type.String(), reason: Type.String() });
export const ProposalWithdrawn = Type.Object({ proposal: Type.String(), reason: Type.String() });

export type CommandProposed = Static<typeof CommandProposed>;
export type ProposalApproved = Static<typeof ProposalApproved>;
export type ProposalRejected = Static<typeof ProposalRejected>;
export type ProposalWithdrawn = Static<typeof ProposalWithdrawn>;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const proposalEvents = { CommandProposed, ProposalApproved, ProposalRejected, ProposalWithdrawn } as const;
