import { createHash } from "node:crypto";
import { ACCEPT, addressOf, type CallOptions, type Sender } from "./calls.ts";
import { BankApiError } from "./errors.ts";
import type { paths } from "./generated/bank-api.ts";
import type { Clock } from "./transport.ts";
import type { FileOutcome } from "./types.ts";

/** Between two looks at a file that is still being booked. */
const LOOK_MS = 1_000;
/** Longest wait for a file: 100,000 rows take ten seconds. */
const FILE_MS = 600_000;

type FileQuery = NonNullable<paths["/bank/v1/files"]["post"]["parameters"]["query"]>;

export interface UploadOptions extends CallOptions {
  /** What a table is; a message of ISO 20022 says it by itself. */
  readonly kind?: FileQuery["kind"];
  /** `all`: every row or none. `good` (default): the rows without a fault. */
  readonly mode?: FileQuery["mode"];
  readonly contentType:
    | "text/csv"
    | "application/xml"
    | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    | "application/octet-stream";
}

export interface FileCalls {
  /**
   * Sends a file and waits until it is booked. A large one as `await openAsBlob(path)` of node:fs: it is read twice, for its
   * digest and for the line, and is never in memory as a whole. The file is its own key: sent again, it gets its first answer.
   */
  uploadFile(file: Blob | Uint8Array, options: UploadOptions): Promise<FileOutcome>;
  /** What became of a file, by the SHA-256 that its upload answered with. */
  fileResult(sha256: string, options?: CallOptions): Promise<FileOutcome>;
  /** The report row by row, in the file's own format. */
  fileReport(sha256: string, options?: CallOptions): Promise<Uint8Array>;
}

/** SHA-256 of a file as it is read. */
async function digestOf(file: Blob | Uint8Array): Promise<Uint8Array> {
  const hash = createHash("sha256");
  if (!(file instanceof Blob)) return hash.update(file).digest();
  for await (const chunk of file.stream()) hash.update(chunk);
  return hash.digest();
}

async function outcomeOf(response: Response): Promise<FileOutcome> {
  const answer = (await response.json()) as Record<string, unknown>;
  return {
    sha256: String(answer.sha256),
    status: answer.status as FileOutcome["status"],
    repeated: response.headers.get("idempotent-replayed") === "true",
    answer,
  };
}

/** A file of which nothing was booked is an outcome with a report and no problem. */
const isOutcome = (response: Response): boolean =>
  response.status === 422 && (response.headers.get("content-type") ?? "").startsWith("application/json");

export function fileCalls(origin: string, sender: Sender, clock: Clock): FileCalls {
  const result = async (sha256: string, options: CallOptions = {}): Promise<FileOutcome> =>
    outcomeOf((await sender({ method: "GET", url: addressOf(origin, `files/${sha256}`), headers: ACCEPT, ...options })).response);

  /** Asks until the file is booked. */
  async function settled(sha256: string, options: CallOptions): Promise<FileOutcome> {
    const ends = clock.now() + (options.deadlineMs ?? FILE_MS);
    for (;;) {
      try {
        return await result(sha256, options);
      } catch (error) {
        const still = error instanceof BankApiError && error.code === "BANK_FILE_STILL_BOOKING";
        if (!still || clock.now() + LOOK_MS >= ends) throw error;
      }
      await clock.sleep(LOOK_MS);
    }
  }

  return {
    async uploadFile(file, { kind, mode, contentType, ...options }) {
      const url = addressOf(origin, "files", { kind, mode });
      const body = { bytes: file, sha256: await digestOf(file), contentType };
      const { response } = await sender({ method: "POST", url, headers: ACCEPT, body, accepts: isOutcome, ...options });
      const outcome = await outcomeOf(response);
      return outcome.status === "booking" ? settled(outcome.sha256, options) : outcome;
    },
    fileResult: result,
    async fileReport(sha256, options = {}) {
      const { response } = await sender({ method: "GET", url: addressOf(origin, `files/${sha256}/report`), headers: {}, ...options });
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
