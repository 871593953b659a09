import type { Connection, PoolClient, Submittable } from "pg";

/** Written by every binary COPY before its rows: signature, flags, length of the header extension. */
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const ROW_BYTES_MIN = 256;
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;

/**
 * Rows in PostgreSQL's binary COPY format, in one buffer that is used again for the next batch. Call `start`, then per
 * row `row(columns)` and one method per column in order, then `copy`.
 */
export class CopyRows {
  #buffer = Buffer.allocUnsafe(1 << 16);
  #length = 0;
  #rows = 0;

  start(): void {
    HEADER.copy(this.#buffer);
    this.#length = HEADER.length;
    this.#rows = 0;
  }

  get rows(): number {
    return this.#rows;
  }

  /** A whole number of four bytes that is not known yet: the answer is where `fill` puts it, any time before `copy`. */
  hole4(): number {
    this.int4(0);
    return this.#length - 4;
  }

  fill(hole: number, value: number): void {
    this.#buffer.writeInt32BE(value, hole);
  }

  row(columns: number): void {
    this.#reserve(ROW_BYTES_MIN);
    this.#length = this.#buffer.writeInt16BE(columns, this.#length);
    this.#rows += 1;
  }

  int2(value: number): void {
    this.#length = this.#buffer.writeInt32BE(2, this.#length);
    this.#length = this.#buffer.writeInt16BE(value, this.#length);
  }

  int4(value: number): void {
    this.#length = this.#buffer.writeInt32BE(4, this.#length);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  /** A whole number within ±2^53. */
  int8(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeInt32BE(high, this.#length);
    this.#length = this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, this.#length);
  }

  bigint(value: bigint): void {
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeBigInt64BE(value, this.#length);
  }

  null(): void {
    this.#length = this.#buffer.writeInt32BE(-1, this.#length);
  }

  text(value: string): void {
    this.#reserve(ROW_BYTES_MIN + value.length * BYTES_PER_UNIT_MAX);
    const bytes = this.#buffer.write(value, this.#length + 4, "utf8");
    this.#buffer.writeInt32BE(bytes, this.#length);
    this.#length += 4 + bytes;
  }

  /** Sends the rows to `table (columns…)` on the client, inside its transaction. */
  async copy(client: PoolClient, target: string): Promise<void> {
    if (this.#rows === 0) return;
    this.#reserve(2);
    const end = this.#buffer.writeInt16BE(-1, this.#length);
    await new Promise<void>((resolve, reject) => {
      client.query(new CopyIn(`COPY ${target} FROM STDIN (FORMAT binary)`, this.#buffer.subarray(0, end), resolve, reject));
    });
  }

  /** Room for `bytes` and, always, for a row's numbers after it. */
  #reserve(bytes: number): void {
    if (this.#length + bytes + ROW_BYTES_MIN <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes + ROW_BYTES_MIN));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

interface CopyConnection extends Connection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** One COPY … FROM STDIN of a buffer, as `pg` runs it. pg itself has no COPY; the protocol is four messages. */
class CopyIn implements Submittable {
  readonly #sql: string;
  readonly #data: Buffer;
  readonly #resolve: () => void;
  readonly #reject: (fault: Error) => void;

  constructor(sql: string, data: Buffer, resolve: () => void, reject: (fault: Error) => void) {
    this.#sql = sql;
    this.#data = data;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: Connection): void {
    (connection as CopyConnection).query(this.#sql);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(fault: Error): void {
    this.#reject(fault);
  }
}
