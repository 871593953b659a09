/*
 * Run as a process of its own with a small heap: writes a file of many rows to the path given and reads it again.
 * `node large-file.fixture.ts csv|xlsx|camt.053 PATH ROWS`; prints `{rows, sum, heapBytes}`.
 */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { camt053, sampleEntry } from "@huimin/test-support/bank-messages";
import { CAMT_053, type Column, fileSource, readCamt, readTable, writeCsv, writeXlsx } from "./index.ts";

const [format = "", path = "", count = "0"] = process.argv.slice(2);
const rows = Number(count);
const COLUMNS: readonly Column[] = [
  { key: "loan", names: ["贷款编号"], type: "id", required: true },
  { key: "amount", names: ["还款金额"], type: "amount", required: true },
];

async function write(pieces: AsyncIterable<Uint8Array | string> | Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  for await (const piece of pieces) if (!file.write(piece)) await new Promise((resolve) => file.once("drain", resolve));
  file.end();
  await finished(file);
}

function* table(): Generator<string[]> {
  yield ["贷款编号", "还款金额"];
  for (let row = 1; row <= rows; row += 1) yield [`L${row}`, "10.01"];
}

function* message(): Generator<string> {
  const [head, tail] = camt053({ entries: [], closing: "1000.00", count: rows, sum: `${rows}.00` }).split("</Stmt>") as [string, string];
  yield head.replace(
    ">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2018-12-28</Dt></Dt></Bal><TxsSummry>",
    `>${1000 + rows}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2018-12-28</Dt></Dt></Bal><TxsSummry>`,
  );
  for (let row = 1; row <= rows; row += 1) yield sampleEntry({ amount: "1.00", serial: `S${row}` }, "2018-12-28");
  yield `</Stmt>${tail}`;
}

let read = 0;
let sum = 0n;
let heapBytes = 0;
const noted = (amount: bigint): void => {
  read += 1;
  sum += amount;
  if (read % 1_000 === 0) heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
};
if (format === "camt.053") {
  await write(message());
  for await (const step of readCamt(await fileSource(path), CAMT_053)) if (step.kind === "entry") noted(step.amount);
} else {
  await write(format === "csv" ? writeCsv(table()) : writeXlsx("还款", table()));
  for await (const step of readTable(await fileSource(path), COLUMNS)) {
    if (step.kind === "row" && step.faults.length === 0) noted(BigInt(String(step.values.amount).replace(".", "")));
  }
}
process.stdout.write(JSON.stringify({ rows: read, sum: sum.toString(), heapBytes }));
