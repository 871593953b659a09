import type { ClientBase, Connection, Submittable } from "pg";

/*
 * COPY as `pg` runs it: pg itself has no COPY, the protocol is a few messages. Rows come as the server sends them, one a
 * message, and the server is made to wait while nobody takes them: memory stays flat whatever the size of a table.
 */

/** Bytes that may wait to be taken before the server has to wait. */
const WAITING_BYTES_MAX = 1 << 20;

interface CopyConnection {
  readonly stream: { pause(): void; resume(): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

class CopyOut implements Submittable {
  readonly #sql: string;
  #connection: CopyConnection | undefined;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #paused = false;
  #ended = false;
  #fault: Error | undefined;
  #more = Promise.withResolvers<void>();

  constructor(sql: string) {
    this.#sql = sql;
  }

  submit(connection: Connection): void {
    this.#connection = connection as unknown as CopyConnection;
    this.#connection.query(this.#sql);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: CopyConnection): void {
    this.#waiting.push(Buffer.from(chunk)); // the driver's buffer is used again
    this.#bytes += chunk.length;
    if (this.#bytes > WAITING_BYTES_MAX && !this.#paused) {
      this.#paused = true;
      connection.stream.pause();
    }
    this.#wake();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#ended = true;
    this.#wake();
  }

  handleError(fault: Error): void {
    this.#fault = fault;
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    const more = this.#more;
    this.#more = Promise.withResolvers();
    more.resolve();
  }

  async *rows(): AsyncGenerator<readonly Buffer[]> {
    for (;;) {
      const more = this.#more.promise;
      if (this.#fault) throw this.#fault;
      if (this.#waiting.length > 0) {
        const rows = this.#waiting;
        this.#waiting = [];
        this.#bytes = 0;
        if (this.#paused) {
          this.#paused = false;
          this.#connection?.stream.resume();
        }
        yield rows;
      } else if (this.#ended) return;
      else await more;
    }
  }
}

/** The rows of `COPY … TO STDOUT` in text form, line break included, a few at a time. */
export function copyOut(client: ClientBase, sql: string): AsyncGenerator<readonly Buffer[]> {
  const copy = new CopyOut(sql);
  client.query(copy);
  return copy.rows();
}

class CopyIn implements Submittable {
  readonly #sql: string;
  readonly #data: Buffer;
  readonly #done: () => void;
  readonly #failed: (fault: Error) => void;
  #fault: Error | undefined;

  constructor(sql: string, data: Buffer, done: () => void, failed: (fault: Error) => void) {
    this.#sql = sql;
    this.#data = data;
    this.#done = done;
    this.#failed = failed;
  }

  submit(connection: Connection): void {
    (connection as unknown as CopyConnection).query(this.#sql);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#fault) this.#failed(this.#fault);
    else this.#done();
  }

  handleError(fault: Error): void {
    this.#fault = fault;
    this.#failed(fault);
  }
}

/** Sends rows in text form to `COPY … FROM STDIN`. */
export const copyIn = (client: ClientBase, sql: string, data: Buffer): Promise<void> =>
  new Promise((done, failed) => {
    client.query(new CopyIn(sql, data, done, failed));
  });

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The columns of a row in text form; null is undefined. */
export function columnsOf(row: Buffer): (string | undefined)[] {
  const text = row.toString("utf8", 0, row.at(-1) === 0x0a ? row.length - 1 : row.length);
  return text
    .split("\t")
    .map((column) =>
      column === "\\N" ? undefined : column.includes("\\") ? column.replaceAll(/\\(.)/gs, (_, one: string) => ESCAPES[one] ?? one) : column,
    );
}
