export {
  ApproveBody,
  type ApprovedCommand,
  approval,
  approveProposal,
  type FindCommand,
  ProposeBody,
  proposeCommand,
  RejectBody,
  rejectProposal,
  WithdrawBody,
  WithdrawProposal,
} from "./commands.ts";
export { approve, checkerRolesOf, type Person, PROPOSAL_BYTES_MAX, propose, reject, withdraw } from "./decide.ts";
export { errors as proposalErrors } from "./errors.ts";
export { proposalEvents } from "./events.ts";
export { type ProposalState, type Proposed, proposalFold, proposalStream } from "./evolve.ts";
export { personalDataInClear } from "./personal-data.ts";
