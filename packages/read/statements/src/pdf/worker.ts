import { parentPort, workerData } from "node:worker_threads";
import { loadFonts } from "../fonts/fonts.ts";
import { createPress, type PrintJob } from "./job.ts";

/* A thread of the pool: a job in, a PDF or the reason why not out. */

export interface WorkerAnswer {
  readonly id: number;
  readonly bytes?: Uint8Array;
  readonly pages?: number;
  readonly density?: number;
  readonly fault?: string;
}

const fonts = loadFonts((workerData as { fallbackFonts: readonly string[] }).fallbackFonts);
const press = createPress(() => fonts);

parentPort?.on("message", ({ id, job }: { id: number; job: PrintJob }) => {
  let answer: WorkerAnswer;
  try {
    answer = { id, ...press(job) };
  } catch (fault) {
    answer = { id, fault: fault instanceof Error ? fault.message : String(fault) };
  }
  parentPort?.postMessage(answer);
});
