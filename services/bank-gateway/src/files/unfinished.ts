import { stat } from "node:fs/promises";
import type { BankFilePayload } from "@huimin/bank-file/events";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { BankFileIntake } from "./intake.ts";

const READ_MAX = 1_000;

type Received = BankFilePayload<"BankFileReceived">;

/**
 * Files that were received and not booked to their end, because a process ended or the database was gone. Folded from the
 * log from where the last look ended.
 */
export class UnfinishedFiles {
  readonly #store: Pick<EventStore, "head" | "readAll">;
  readonly #district: string;
  readonly #open = new Map<string, Received>();
  #position = 0;

  constructor(store: Pick<EventStore, "head" | "readAll">, district: string) {
    this.#store = store;
    this.#district = district;
  }

  async #read(): Promise<readonly Received[]> {
    const head = await this.#store.head(this.#district);
    while (this.#position < head) {
      const events = await this.#store.readAll(this.#district, this.#position, READ_MAX, ["bank-file"]);
      for (const { stream, type, payload } of events) {
        if (type === "BankFileReceived") this.#open.set(stream, payload as Received);
        else this.#open.delete(stream);
      }
      this.#position = events.length < READ_MAX ? head : (events.at(-1) as StoredEvent).position;
    }
    return [...this.#open.values()];
  }

  /** Books what is left of them. Answers how many were taken up; one whose file is gone waits for the bank to send it again. */
  async takeUp(intake: BankFileIntake): Promise<number> {
    let taken = 0;
    for (const { bank, sha256, kind, mode, bytes } of await this.#read()) {
      if (intake.isRunning(bank, sha256)) continue;
      const path = intake.storage.fileOf(bank, sha256);
      if (!(await stat(path).catch(() => undefined))) continue;
      await intake.take({ path, sha256, bytes }, { bank, kind, mode }, { bank, channel: "file" });
      taken += 1;
    }
    return taken;
  }
}
