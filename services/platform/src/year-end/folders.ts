import path from "node:path";
import type { OpenRun } from "./read.ts";

/* Where a run keeps what it writes: its steps by number, so that the folder reads as the run goes. */

const safe = (name: string): string => name.replace(/[^A-Za-z0-9_-]/gu, "_");

/** Sheets of a pool's draft for the boards: one PDF a village, and boards.csv. */
export const boardsFolder = ({ folder }: OpenRun, pool: string, draft: number): string =>
  path.join(folder, "3-publicity", `${safe(pool)}-v${draft}`);
/** Files of a round for a bank. */
export const filesFolder = ({ folder }: OpenRun, round: number, bank: string): string =>
  path.join(folder, round === 1 ? "6-payout" : `8-reissue-${round - 1}`, safe(bank));
export const issueReportFile = ({ folder }: OpenRun): string => path.join(folder, "9-statements", "issued.json");
export const archiveFolder = ({ folder }: OpenRun): string => path.join(folder, "archive");
