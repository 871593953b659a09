import { parentPort, workerData } from "node:worker_threads";
import { loadFonts } from "../fonts/fonts.ts";
import { createVolumePress, type VolumeJob } from "./volume.ts";

/* The thread of a binder: a volume in, a PDF or the reason why not out. */

export interface BinderAnswer {
  readonly bytes?: Uint8Array;
  readonly pages?: number;
  readonly fault?: string;
}

const fonts = loadFonts((workerData as { fallbackFonts: readonly string[] }).fallbackFonts);
const press = createVolumePress(() => fonts);

parentPort?.on("message", (volume: VolumeJob) => {
  let answer: BinderAnswer;
  try {
    answer = press(volume);
  } catch (fault) {
    answer = { fault: fault instanceof Error ? fault.message : String(fault) };
  }
  parentPort?.postMessage(answer);
});
