/* Messages and workbooks of banks for specs, also broken ones; written without the product's own writers. */
import { crc32, deflateRawSync } from "node:zlib";

const CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
const CAMT_054 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08";
const PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10";

export interface SampleEntry {
  readonly amount: string;
  readonly direction?: "CRDT" | "DBIT";
  readonly serial?: string;
  readonly status?: string;
  readonly currency?: string;
  /** TxDtls: EndToEndId, amount, return reason. */
  readonly details?: readonly { readonly id?: string; readonly amount?: string; readonly reason?: string; readonly serial?: string }[];
  readonly batchCount?: number;
}

export interface SampleMessage {
  readonly entries: readonly SampleEntry[];
  readonly opening?: string;
  readonly closing?: string;
  readonly count?: number;
  readonly sum?: string;
  readonly namespace?: string;
  /** Before the root. */
  readonly prolog?: string;
  readonly account?: string;
  readonly day?: string;
  readonly id?: string;
}

const fen = (text: string): bigint => (/^-?\d+\.?\d*$/.test(text) ? BigInt(text.replace(".", "")) : 0n);
const yuan = (value: bigint): string => `${value / 100n}.${String(value % 100n).padStart(2, "0")}`;
const money = (name: string, amount: string, currency = "CNY"): string => `<${name} Ccy="${currency}">${amount}</${name}>`;

export function sampleEntry(entry: SampleEntry, day: string): string {
  const { amount, direction = "CRDT", serial, status = "BOOK", currency, details = [], batchCount } = entry;
  const inner = details
    .map(({ id, amount: own, reason, serial: ref }) => {
      const refs = (ref ? `<AcctSvcrRef>${ref}</AcctSvcrRef>` : "") + (id ? `<EndToEndId>${id}</EndToEndId>` : "");
      const back = reason ? `<RtrInf><Rsn><Cd>${reason}</Cd></Rsn></RtrInf>` : "";
      return `<TxDtls>${refs ? `<Refs>${refs}</Refs>` : ""}${own ? money("Amt", own) : ""}${back}</TxDtls>`;
    })
    .join("");
  const batch = batchCount === undefined ? "" : `<Btch><NbOfTxs>${batchCount}</NbOfTxs></Btch>`;
  const block = inner || batch ? `<NtryDtls>${batch}${inner}</NtryDtls>` : "";
  const reference = serial ? `<AcctSvcrRef>${serial}</AcctSvcrRef>` : "";
  return `<Ntry>${money("Amt", amount, currency)}<CdtDbtInd>${direction}</CdtDbtInd><Sts><Cd>${status}</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>${reference}<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>${block}</Ntry>`;
}

function summary({ entries, count, sum }: SampleMessage): string {
  const total = sum ?? yuan(entries.reduce((all, { amount }) => all + fen(amount), 0n));
  return `<TxsSummry><TtlNtries><NbOfNtries>${count ?? entries.length}</NbOfNtries><Sum>${total}</Sum></TtlNtries></TxsSummry>`;
}

const account = (number: string): string => `<Acct><Id><Othr><Id>${number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>`;
const header = (id: string, day: string): string => `<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${day}T18:00:00+08:00</CreDtTm></GrpHdr>`;
const document = (namespace: string, prolog: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>${prolog}<Document xmlns="${namespace}">${body}</Document>`;

export function camt053(message: SampleMessage): string {
  const {
    entries,
    opening = "1000.00",
    day = "2018-12-28",
    namespace = CAMT_053,
    prolog = "",
    account: number = "41050100001",
    id = "ST1",
  } = message;
  const net = entries
    .filter(({ status = "BOOK" }) => status === "BOOK")
    .reduce((all, { amount, direction }) => all + (direction === "DBIT" ? -fen(amount) : fen(amount)), fen(opening));
  const balance = (code: string, amount: string): string =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${money("Amt", amount)}<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
  const body = `<BkToCstmrStmt>${header(`MSG-${id}`, day)}<Stmt><Id>${id}</Id><FrToDt><FrDtTm>${day}T00:00:00+08:00</FrDtTm><ToDtTm>${day}T23:59:59+08:00</ToDtTm></FrToDt>${account(number)}${balance("OPBD", opening)}${balance("CLBD", message.closing ?? yuan(net))}${summary(message)}${entries.map((entry) => sampleEntry(entry, day)).join("")}</Stmt></BkToCstmrStmt>`;
  return document(namespace, prolog, body);
}

export function camt054(message: SampleMessage): string {
  const { entries, day = "2018-12-28", namespace = CAMT_054, prolog = "", account: number = "41050100001", id = "NT1" } = message;
  const body = `<BkToCstmrDbtCdtNtfctn>${header(`MSG-${id}`, day)}<Ntfctn><Id>${id}</Id>${account(number)}${summary(message)}${entries.map((entry) => sampleEntry(entry, day)).join("")}</Ntfctn></BkToCstmrDbtCdtNtfctn>`;
  return document(namespace, prolog, body);
}

export interface SamplePayment {
  readonly id: string;
  readonly status?: string;
  readonly reason?: string;
  readonly serial?: string;
  readonly amount?: string;
}

export function pain002(
  order: string,
  payments: readonly SamplePayment[],
  options: { group?: string; counts?: Record<string, number>; day?: string; id?: string } = {},
): string {
  const { group, counts = {}, day = "2018-12-28", id = "STS1" } = options;
  const list = payments
    .map(({ id: own, status, reason, serial, amount }) => {
      const why = reason ? `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>` : "";
      const of = amount ? `<OrgnlTxRef><Amt>${money("InstdAmt", amount)}</Amt></OrgnlTxRef>` : "";
      return `<TxInfAndSts><OrgnlEndToEndId>${own}</OrgnlEndToEndId>${status ? `<TxSts>${status}</TxSts>` : ""}${why}${serial ? `<AcctSvcrRef>${serial}</AcctSvcrRef>` : ""}${of}</TxInfAndSts>`;
    })
    .join("");
  const stated = Object.entries(counts).map(
    ([code, count]) => `<NbOfTxsPerSts><DtldNbOfTxs>${count}</DtldNbOfTxs><DtldSts>${code}</DtldSts></NbOfTxsPerSts>`,
  );
  const original = `<OrgnlGrpInfAndSts><OrgnlMsgId>${order}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${group ? `<GrpSts>${group}</GrpSts>` : ""}${stated.join("")}</OrgnlGrpInfAndSts>`;
  const ofOrder = list === "" ? "" : `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${order}</OrgnlPmtInfId>${list}</OrgnlPmtInfAndSts>`;
  return document(PAIN_002, "", `<CstmrPmtStsRpt>${header(id, day)}${original}${ofOrder}</CstmrPmtStsRpt>`);
}

/** Ten entities of ten each, nine times over: 10^9 words when they are opened. */
export const BILLION_LAUGHS = `<!DOCTYPE lolz [<!ENTITY l0 "lol">${Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join("")}]>`;

export interface ZipFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** What the directory says instead of the truth. */
  readonly claimed?: number;
  readonly offset?: number;
}

/** A zip archive, also one that lies. */
export function zip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, claimed, offset: at } of files) {
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claimed ?? data.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at ?? offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), fields, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(
    directory.reduce((sum, one) => sum + one.length, 0),
    8,
  );
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\u0005\u0006", "latin1"), end]);
}

const letters = (index: number): string => String.fromCharCode(65 + index);

/** A workbook by hand: text cells inline, numbers as numbers. */
export function workbook(rows: readonly (readonly (string | number)[])[], prolog = ""): Buffer {
  const cell = (value: string | number, row: number, column: number): string =>
    typeof value === "number"
      ? `<c r="${letters(column)}${row}"><v>${value}</v></c>`
      : value === ""
        ? ""
        : `<c r="${letters(column)}${row}" t="inlineStr"><is><t>${value}</t></is></c>`;
  const sheet = rows.map((cells, at) => `<row r="${at + 1}">${cells.map((value, column) => cell(value, at + 1, column)).join("")}</row>`);
  const xml = `<?xml version="1.0"?>${prolog}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${sheet.join("")}</sheetData></worksheet>`;
  return zip([{ name: "xl/worksheets/sheet1.xml", data: Buffer.from(xml) }]);
}
