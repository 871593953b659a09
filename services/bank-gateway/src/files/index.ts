export { BookingInterrupted } from "../recorder.ts";
export type { FileSender } from "./booking.ts";
export { type FolderOptions, type Look, lookIntoFolder, STABLE_MS } from "./folder.ts";
export { ALL_ROWS_MAX, BankFileIntake, type FileAnswer, type FileRequest, type IntakeOptions } from "./intake.ts";
export { BANK_FILE_KINDS } from "./kinds.ts";
export { bankFileRoutes, type FileRouteOptions, paperFileRoutes } from "./routes.ts";
export { BankFileStorage } from "./storage.ts";
export { UnfinishedFiles } from "./unfinished.ts";
