import type { ClientBase, Connection, Submittable } from "pg";

/*
 * COPY as `pg` runs it: pg itself has no COPY, the protocol is a few messages. Rows come as the server sends them, one a
 * message, and the server is made to wait while nobody takes them: memory stays flat whatever the size of a table.
 */

/** Bytes of a block of rows; a row that is longer has a block of its own. */
const BLOCK_BYTES = 1 << 18;
/** Blocks that are filled while another one is taken. */
const BLOCKS_MAX = 2;

interface CopyConnection {
  readonly stream: { pause(): void; resume(): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Rows as they came, one after the other in one buffer. */
export interface RowBlock {
  readonly bytes: Buffer;
  /** Where each row ends, line break included. */
  readonly ends: readonly number[];
}

class Block implements RowBlock {
  bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  ends: number[] = [];

  get length(): number {
    return this.ends.at(-1) ?? 0;
  }

  /** False when there is no room left. */
  add(row: Buffer): boolean {
    const from = this.length;
    if (from + row.length > this.bytes.length) {
      if (from > 0) return false;
      this.bytes = Buffer.allocUnsafeSlow(row.length);
    }
    row.copy(this.bytes, from);
    this.ends.push(from + row.length);
    return true;
  }

  /** Empty again; a buffer made for one long row is let go. */
  clear(): this {
    this.ends = [];
    if (this.bytes.length > BLOCK_BYTES) this.bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    return this;
  }
}

/**
 * Rows are copied out of the driver's buffer into a few blocks that are used again and again: a buffer a row, or a string,
 * would be garbage faster than it is collected, and a backup of a long log would need as much memory as the machine has.
 */
class CopyOut implements Submittable {
  readonly #sql: string;
  #connection: CopyConnection | undefined;
  readonly #free: Block[] = [new Block()];
  #blocks = 1;
  readonly #filled: Block[] = [];
  #filling: Block | undefined;
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
    this.#filling ??= this.#block();
    if (!this.#filling.add(chunk)) {
      this.#filled.push(this.#filling);
      this.#filling = this.#block();
      this.#filling.add(chunk);
      if (this.#filled.length >= BLOCKS_MAX && !this.#paused) {
        this.#paused = true;
        connection.stream.pause();
      }
      this.#wake();
    }
  }

  /** What the socket has already read goes on coming after it was paused: then there is one block more. */
  #block(): Block {
    const free = this.#free.pop();
    if (free) return free;
    this.#blocks += 1;
    return new Block();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#ended = true;
    if (this.#filling) this.#filled.push(this.#filling);
    this.#filling = undefined;
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

  async *rows(): AsyncGenerator<RowBlock> {
    for (;;) {
      const more = this.#more.promise;
      if (this.#fault) throw this.#fault;
      const block = this.#filled.shift();
      if (block) {
        yield block;
        if (this.#blocks > BLOCKS_MAX + 1) this.#blocks -= 1;
        else this.#free.push(block.clear());
        if (this.#paused && this.#filled.length < BLOCKS_MAX) {
          this.#paused = false;
          this.#connection?.stream.resume();
        }
      } else if (this.#ended) return;
      else await more;
    }
  }
}

/** The rows of `COPY … TO STDOUT` in text form. A block is valid until the next one is asked for. */
export function copyOut(client: ClientBase, sql: string): AsyncGenerator<RowBlock> {
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

const TAB = 0x09;
const BACKSLASH = 0x5c;

/** One column of a row in text form, by its number from 0; null is undefined. */
export function columnOf(row: Buffer, column: number): string | undefined {
  let from = 0;
  for (let passed = 0; passed < column; passed += 1) {
    const tab = row.indexOf(TAB, from);
    if (tab < 0) return undefined;
    from = tab + 1;
  }
  const tab = row.indexOf(TAB, from);
  const to = tab >= 0 ? tab : row.at(-1) === 0x0a ? row.length - 1 : row.length;
  const text = row.toString("utf8", from, to);
  if (text === "\\N") return undefined;
  const escaped = row.indexOf(BACKSLASH, from);
  return escaped < 0 || escaped >= to ? text : text.replaceAll(/\\(.)/gs, (_, one: string) => ESCAPES[one] ?? one);
}
