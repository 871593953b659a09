import { type Fen, formatAmount } from "@huimin/money";
import { allStated, checkSummary, refusePage, signed, total } from "./camt-totals.ts";
import { type CAMT_053, type CAMT_054, type CamtAccount, type CamtEntry, type CamtStep, SHAPES, type Shape } from "./camt-types.ts";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { FILE_ROWS_MAX } from "./limits.ts";
import type { FileSource } from "./source.ts";
import { readXml, textOf, type XmlElement } from "./xml.ts";
import { amountOf, countOf, dateOf, directionOf, idText, neededAmount, neededText } from "./xml-fields.ts";

/** Elements of one container by name; balances repeat. */
type Fields = Map<string, XmlElement[]>;

interface OpenEntry {
  readonly fields: Fields;
  entry?: CamtEntry;
  /** What each Btch of the entry says, where it says it. */
  readonly batchCounts: (number | undefined)[];
  readonly batchAmounts: (Fen | undefined)[];
  details: number;
  detailSum: Fen;
  allWithAmounts: boolean;
}

class CamtReading {
  readonly #shape: Shape;
  readonly #out: CamtStep[] = [];
  readonly #header: Fields = new Map();
  #account: Fields = new Map();
  #accountOpen = false;
  #described: CamtAccount | undefined;
  #entry: OpenEntry | undefined;
  #rows = 0;
  #entries = 0;
  #credits = { count: 0, sum: 0n, booked: 0n };
  #debits = { count: 0, sum: 0n, booked: 0n };
  #before = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  take(): CamtStep[] {
    return this.#out.splice(0);
  }

  open(name: string): void {
    if (name === this.#shape.account) this.#startAccount();
    if (name === "Ntry") {
      this.#describe();
      this.#entry = { fields: new Map(), batchCounts: [], batchAmounts: [], details: 0, detailSum: 0n, allWithAmounts: true };
    }
    if (name === "NtryDtls") this.#announce();
  }

  element(element: XmlElement): void {
    const entry = this.#entry;
    if (entry && element.name === "Btch") this.#batch(entry, element);
    else if (entry && element.name === "TxDtls") this.#detail(entry, element);
    else {
      const fields = entry?.fields ?? (this.#accountOpen ? this.#account : this.#header);
      fields.set(element.name, [...(fields.get(element.name) ?? []), element]);
    }
  }

  close(name: string): void {
    if (name === "GrpHdr") this.#message();
    if (name === "Ntry") this.#closeEntry();
    if (name === this.#shape.account) this.#closeAccount();
  }

  #message(): void {
    const item = "GrpHdr";
    const [id] = this.#header.get("MsgId") ?? [];
    const [created] = this.#header.get("CreDtTm") ?? [];
    refusePage(this.#header.get("MsgPgntn")?.[0]);
    this.#out.push({ kind: "message", messageId: neededText(item, id, []), createdOn: dateOf(item, created, []) as string });
  }

  #startAccount(): void {
    this.#accountOpen = true;
    this.#account = new Map();
    this.#described = undefined;
    this.#before = this.#entries;
    this.#credits = { count: 0, sum: 0n, booked: 0n };
    this.#debits = { count: 0, sum: 0n, booked: 0n };
  }

  /** What stands before the entries of an account. */
  #describe(): void {
    if (this.#described) return;
    const one = (name: string): XmlElement | undefined => this.#account.get(name)?.[0];
    const item = this.#shape.account;
    refusePage(one("StmtPgntn") ?? one("NtfctnPgntn"));
    const account = textOf(one("Acct"), "Id", "IBAN") ?? neededText(item, one("Acct"), ["Id", "Othr", "Id"], 34);
    const currency = textOf(one("Acct"), "Ccy");
    if (currency !== undefined && currency !== "CNY") throw new BankFileFault(errors.BANK_FILE_AMOUNT, { item, element: "Acct/Ccy" });
    const optional = {
      createdOn: dateOf(item, one("CreDtTm"), []),
      from: dateOf(item, one("FrToDt"), ["FrDtTm"]),
      to: dateOf(item, one("FrToDt"), ["ToDtTm"]),
      opening: this.#balance("OPBD") ?? this.#balance("PRCD"),
      closing: this.#balance("CLBD"),
    };
    const described = { kind: "account" as const, id: neededText(item, one("Id"), []), account, ...present(optional) };
    if (item === "Stmt" && !(described.opening && described.closing))
      throw new BankFileFault(errors.BANK_FILE_ELEMENT, {
        item,
        element: "Bal",
        whatZh: "缺少 OPBD 或 CLBD",
        whatEn: "lacks OPBD or CLBD",
      });
    this.#described = described;
    this.#out.push(described);
  }

  #balance(code: string): { amount: Fen; on: string } | undefined {
    const balance = this.#account.get("Bal")?.find((one) => textOf(one, "Tp", "CdOrPrtry", "Cd") === code);
    if (!balance) return undefined;
    const item = `Bal ${code}`;
    return {
      amount: signed(directionOf(item, balance), neededAmount(item, balance, ["Amt"])),
      on: dateOf(item, balance, ["Dt"]) as string,
    };
  }

  /** The entry's own fields are complete: its details follow, or its end. */
  #announce(): CamtEntry {
    const open = this.#entry as OpenEntry;
    if (open.entry) return open.entry;
    this.#entries += 1;
    if (this.#entries > FILE_ROWS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "Ntry", limit: FILE_ROWS_MAX });
    const item = `Ntry ${this.#entries}`;
    const one = (name: string): XmlElement | undefined => open.fields.get(name)?.[0];
    const direction = directionOf(item, one("CdtDbtInd"), []);
    const entry: CamtEntry = {
      kind: "entry",
      number: this.#entries,
      amount: neededAmount(item, one("Amt"), []),
      direction,
      reversal: textOf(one("RvslInd")) === "true",
      status: textOf(one("Sts"), "Cd") ?? neededText(item, one("Sts"), ["Prtry"]),
      ...present({
        bookedOn: dateOf(item, one("BookgDt"), []),
        valueOn: dateOf(item, one("ValDt"), []),
        serial: idText(item, one("AcctSvcrRef"), []),
        reference: idText(item, one("NtryRef"), []),
      }),
    };
    open.entry = entry;
    const side = direction === "credit" ? this.#credits : this.#debits;
    side.count += 1;
    side.sum += entry.amount;
    if (entry.status === "BOOK") side.booked += entry.amount;
    this.#out.push(entry);
    return entry;
  }

  #batch(open: OpenEntry, element: XmlElement): void {
    const entry = this.#announce();
    const item = `Ntry ${entry.number}`;
    const order = idText(item, element, ["PmtInfId"]) ?? idText(item, element, ["MsgId"]);
    if (order !== undefined) entry.order = order;
    open.batchCounts.push(countOf(item, element, ["NbOfTxs"]));
    open.batchAmounts.push(amountOf(item, element, ["TtlAmt"]));
  }

  #detail(open: OpenEntry, element: XmlElement): void {
    const entry = this.#announce();
    open.details += 1;
    this.#rows += 1;
    if (this.#rows > FILE_ROWS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "TxDtls", limit: FILE_ROWS_MAX });
    const item = `Ntry ${entry.number} TxDtls ${open.details}`;
    const amount = amountOf(item, element, ["Amt"]) ?? amountOf(item, element, ["AmtDtls", "TxAmt", "Amt"]);
    if (amount === undefined) open.allWithAmounts = false;
    else open.detailSum += amount;
    const returned = element.children.find(({ name }) => name === "RtrInf");
    const reason = textOf(returned, "Rsn", "Cd") ?? textOf(returned, "Rsn", "Prtry");
    this.#out.push({
      kind: "detail",
      entry,
      number: this.#rows,
      // A single transaction without an amount of its own has that of its entry.
      amount: amount ?? entry.amount,
      direction: textOf(element, "CdtDbtInd") === undefined ? entry.direction : directionOf(item, element),
      ...present({
        serial: idText(item, element, ["Refs", "AcctSvcrRef"]),
        endToEndId: idText(item, element, ["Refs", "EndToEndId"]),
        order: idText(item, element, ["Refs", "PmtInfId"]) ?? idText(item, element, ["Refs", "MsgId"]) ?? entry.order,
        returned: returned && present({ reason }),
      }),
    });
  }

  #closeEntry(): void {
    const entry = this.#announce();
    const open = this.#entry as OpenEntry;
    const item = `Ntry ${entry.number}`;
    const count = allStated(open.batchCounts)?.reduce((sum, one) => sum + one, 0);
    if (count !== undefined && open.details > 0 && count !== open.details) throw total(item, "NbOfTxs", count, open.details);
    const amount = allStated(open.batchAmounts)?.reduce((sum, one) => sum + one, 0n);
    if (amount !== undefined && amount !== entry.amount) throw total(item, "TtlAmt", formatAmount(amount), formatAmount(entry.amount));
    if (open.details > 0 && open.allWithAmounts && open.detailSum !== entry.amount)
      throw total(item, "Amt", formatAmount(entry.amount), formatAmount(open.detailSum));
    if (open.details > 1 && !open.allWithAmounts)
      throw new BankFileFault(errors.BANK_FILE_ELEMENT, { item, element: "TxDtls/Amt", whatZh: "缺少", whatEn: "is missing" });
    if (open.details === 0) this.#rows += 1;
    this.#entry = undefined;
    this.#out.push({ kind: "entry-end", entry, details: open.details });
  }

  #closeAccount(): void {
    this.#describe();
    this.#accountOpen = false;
    const account = this.#described as CamtAccount;
    const entries = this.#entries - this.#before;
    const item = `${this.#shape.account} ${account.id}`;
    checkSummary(item, this.#account.get("TxsSummry")?.[0], entries, this.#credits, this.#debits);
    const [credits, debits] = [this.#credits.booked, this.#debits.booked];
    if (account.opening && account.closing) {
      const computed = account.opening.amount + credits - debits;
      if (computed !== account.closing.amount) throw total(item, "CLBD", formatAmount(account.closing.amount), formatAmount(computed));
    }
    this.#described = undefined;
    this.#out.push({ kind: "account-end", entries, credits, debits });
  }
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
const present = <T extends object>(fields: T): Partial<Present<T>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Present<T>>;

/**
 * Reads a statement or notification. Throws BANK_FILE_TOTAL when NbOfTxs, sums or balances do not add up, BANK_FILE_PAGED,
 * BANK_FILE_AMOUNT, and what `readXml` throws.
 */
export async function* readCamt(source: FileSource, namespace: typeof CAMT_053 | typeof CAMT_054): AsyncGenerator<CamtStep> {
  const shape = SHAPES.find((one) => one.namespace === namespace) as Shape;
  const reading = new CamtReading(shape);
  for await (const step of readXml(source, shape)) {
    if (step.kind === "element") reading.element(step.element);
    else if (step.kind === "open") reading.open(step.name);
    else reading.close(step.name);
    yield* reading.take();
  }
}
