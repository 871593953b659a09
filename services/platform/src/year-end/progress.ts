import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Refusal } from "@huimin/outcome";
import { readJson } from "@huimin/service-statements";
import type { StepName } from "./steps.ts";

/*
 * How far the step in hand is, for whoever looks: a small file beside what the run writes, so that the server, the command line and
 * another process see the same. It decides nothing: lost, it is made again by the next try.
 */

/** Something that a step could not do. */
export interface ItemError {
  /** Pool, batch or village. */
  readonly item: string;
  readonly household?: string;
  readonly code: string;
  readonly details?: Refusal["details"];
}

export interface StepProgress {
  readonly step: StepName;
  readonly done: number;
  readonly of: number;
  /** Milliseconds since 1970 by the machine's clock. */
  readonly begun: number;
  readonly updated: number;
  /** No one works at it any more. */
  readonly ended: boolean;
  readonly errors: readonly ItemError[];
  /** All of them, also those that are not named. */
  readonly errorCount: number;
}

/** Errors that are named; the rest is a count. */
export const ERRORS_NAMED_MAX = 1_000;
/** Between two writes. */
const WRITE_MS = 500;

const fileOf = (folder: string, step: StepName): string => path.join(folder, "progress", `${step}.json`);

export const readProgress = (folder: string, step: StepName): Promise<StepProgress | undefined> => readJson(fileOf(folder, step));

/** Keeps the record of one step while it is worked at. */
export class ProgressKeeper {
  readonly #file: string;
  readonly #step: StepName;
  readonly #begun = Date.now();
  #written = 0;
  #done = 0;
  #of = 0;
  #errors: ItemError[] = [];
  #errorCount = 0;
  readonly #onUpdate: ((done: number, of: number) => void) | undefined;

  constructor(folder: string, step: StepName, onUpdate?: (done: number, of: number) => void) {
    this.#file = fileOf(folder, step);
    this.#step = step;
    this.#onUpdate = onUpdate;
    mkdirSync(path.dirname(this.#file), { recursive: true });
  }

  update(done: number, of: number): void {
    [this.#done, this.#of] = [done, of];
    this.#onUpdate?.(done, of);
    if (Date.now() - this.#written >= WRITE_MS) this.#write(false);
  }

  error(error: ItemError): void {
    this.#errorCount += 1;
    if (this.#errors.length < ERRORS_NAMED_MAX) this.#errors.push(error);
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  end(): void {
    this.#write(true);
  }

  #write(ended: boolean): void {
    this.#written = Date.now();
    const progress: StepProgress = {
      ...{ step: this.#step, done: this.#done, of: this.#of, begun: this.#begun, updated: this.#written, ended },
      ...{ errors: this.#errors, errorCount: this.#errorCount },
    };
    writeFileSync(`${this.#file}.part`, JSON.stringify(progress));
    renameSync(`${this.#file}.part`, this.#file);
  }
}
