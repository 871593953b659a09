import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { PaperPdf } from "../pdf/typesetter.ts";
import type { VolumeJob } from "./volume.ts";
import type { BinderAnswer } from "./worker.ts";

/** Binds volumes on a thread of its own, one after another. */
export interface Binder {
  /** Rejects when the volume can't be set, or its thread ended. */
  bind(volume: VolumeJob): Promise<PaperPdf>;
  close(): Promise<void>;
}

/** The thread is started anew after so many volumes: the typesetter gives memory back to nobody else. */
const VOLUMES_PER_THREAD = 25;

export function createBinder({ fallbackFonts = [] }: { readonly fallbackFonts?: readonly string[] } = {}): Binder {
  let worker: Worker | undefined;
  let bound = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const fresh = async (): Promise<Worker> => {
    if (worker && bound < VOLUMES_PER_THREAD) return worker;
    await worker?.terminate();
    bound = 0;
    worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { fallbackFonts } });
    return worker;
  };

  const one = async (volume: VolumeJob): Promise<PaperPdf> => {
    const thread = await fresh();
    bound += 1;
    thread.postMessage(volume);
    try {
      const [{ bytes, pages, fault }] = (await once(thread, "message")) as [BinderAnswer];
      if (bytes === undefined || pages === undefined) throw new Error(fault ?? "no answer");
      return { bytes: Buffer.from(bytes), pages };
    } catch (fault) {
      if (worker === thread) worker = undefined; // what failed once is not asked again
      await thread.terminate();
      throw fault;
    }
  };

  return {
    bind(volume) {
      const done = turn.then(() => one(volume));
      turn = done.catch(() => undefined);
      return done;
    },
    async close() {
      await turn;
      await worker?.terminate();
    },
  };
}
