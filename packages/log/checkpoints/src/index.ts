export type { CheckpointOptions, SignedCheckpoint } from "./checkpoints.ts";
export { Checkpoints, LogForked } from "./checkpoints.ts";
export { CheckpointFolder } from "./folder.ts";
export { checkpointMigrations } from "./migrations.ts";
export { LogAltered, Subtrees } from "./subtrees.ts";
export type { CheckpointFile, LogFault, LogReport, StoredLeaf } from "./verify.ts";
export { verifyLog } from "./verify.ts";
export type { WitnessAnswer, WitnessedHead } from "./witness.ts";
export { cosign } from "./witness.ts";
