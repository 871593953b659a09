import path from "node:path";
import type { EventStore } from "@huimin/event-store";
import {
  BankFileIntake,
  BankFileStorage,
  type BankLog,
  type ForeignAttempt,
  type IntakeOptions,
  lookIntoFolder,
  UnfinishedFiles,
} from "@huimin/service-bank-gateway";
import type { FastifyBaseLogger } from "fastify";
import type { CommandTable } from "./commands.ts";

export interface BankFilesOptions {
  readonly home: string;
  /** Where files and reports are kept. Default `bank-files` in `home`. */
  readonly folder?: string | undefined;
  /** The pick-up folder, as the SFTP server shows it; none without it. */
  readonly pickUp?: string | undefined;
  readonly district: string;
  readonly store: EventStore;
  readonly table: CommandTable;
  readonly clock: () => number;
  readonly wake: () => void;
  /** The log as a bank may see it. */
  readonly logOf?: (bank: string) => BankLog;
  readonly onForeign?: (attempt: ForeignAttempt) => void;
  readonly logger: FastifyBaseLogger;
  /** Told of every file that was booked. */
  readonly onBooked?: IntakeOptions["onBooked"];
}

/** Files of banks, whatever way they come: uploaded, picked up, imported. */
export interface BankFiles {
  readonly intake: BankFileIntake;
  /** An intake of its own for a long import with progress. */
  intakeWith(onProgress: NonNullable<IntakeOptions["onProgress"]>): BankFileIntake;
  /** Looks into the pick-up folder and takes up what was broken off. */
  sweep(): Promise<void>;
}

export function createBankFiles(options: BankFilesOptions): BankFiles {
  const { district, store, table, clock, wake, logger, pickUp } = options;
  const intakeOptions: IntakeOptions = {
    district,
    store,
    storage: new BankFileStorage(options.folder ?? path.join(options.home, "bank-files")),
    clock,
    wake,
    ...(options.onBooked ? { onBooked: options.onBooked } : {}),
    ...(options.logOf ? { logOf: options.logOf } : {}),
    ...(options.onForeign ? { onForeign: options.onForeign } : {}),
    handlerOf: (name) => table.handlerOf(name),
    definitionOf: (name) => {
      const definition = table.find(name);
      if (!definition) throw new Error(`no service owns the command ${name}`);
      return definition;
    },
  };
  const intake = new BankFileIntake(intakeOptions);
  const unfinished = new UnfinishedFiles(store, district);
  return {
    intake,
    intakeWith: (onProgress) => new BankFileIntake({ ...intakeOptions, onProgress }),
    async sweep() {
      const taken = await unfinished.takeUp(intake);
      if (taken > 0) logger.info({ taken }, "bank files taken up where they were broken off");
      if (pickUp === undefined) return;
      const look = await lookIntoFolder({
        intake,
        root: pickUp,
        onFile: (file) => logger.info(file, "a bank's file was picked up"),
        onFault: (err, file) => logger.warn({ err, ...file }, "a bank's file stays in work and is tried again"),
      });
      if (look.taken + look.failed > 0) logger.info(look, "pick-up folder");
    },
  };
}
