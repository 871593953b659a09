import type { Fen } from "@huimin/money";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { FILE_ROWS_MAX } from "./limits.ts";
import type { FileSource } from "./source.ts";
import { type Grammar, readXml, textOf, type XmlElement } from "./xml.ts";
import { amountOf, countOf, dateOf, idText, neededText } from "./xml-fields.ts";

/* pain.002.001.10: what became of a payment order, group by group and payment by payment. */

export const PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10";

/** paid: settled. rejected: not paid. pending: no result yet. partly: the payments say it. */
export type PaymentOutcome = "paid" | "rejected" | "pending" | "partly";

const OUTCOMES: Readonly<Record<string, PaymentOutcome>> = {
  ACCC: "paid",
  ACSC: "paid",
  RJCT: "rejected",
  CANC: "rejected",
  ACCP: "pending",
  ACFC: "pending",
  ACSP: "pending",
  ACTC: "pending",
  ACWC: "pending",
  ACWP: "pending",
  PDNG: "pending",
  RCVD: "pending",
  PART: "partly",
};

export interface Pain002Header {
  readonly kind: "message";
  readonly messageId: string;
  readonly createdOn: string;
  /** MsgId of the payment order. */
  readonly orderId: string;
  /** Of the whole order; undefined where the payments say it. */
  readonly outcome?: PaymentOutcome;
  readonly reason?: string;
  readonly orderCount?: number;
}

export interface Pain002Payment {
  readonly kind: "payment";
  /** 1, 2, 3 … in the message. */
  readonly number: number;
  readonly endToEndId: string;
  readonly outcome: PaymentOutcome;
  readonly reason?: string;
  readonly serial?: string;
  /** When the bank carried it out, where it says so. */
  readonly on?: string;
  readonly amount?: Fen;
}

export type Pain002Step = Pain002Header | Pain002Payment;

const GRAMMAR: Grammar = {
  Document: ["CstmrPmtStsRpt+>"],
  CstmrPmtStsRpt: ["GrpHdr+>", "OrgnlGrpInfAndSts+>", "OrgnlPmtInfAndSts*>", "SplmtryData*"],
  GrpHdr: "MsgId+= CreDtTm+= InitgPty FwdgAgt DbtrAgt CdtrAgt".split(" "),
  OrgnlGrpInfAndSts: "OrgnlMsgId+= OrgnlMsgNmId+= OrgnlCreDtTm OrgnlNbOfTxs= OrgnlCtrlSum GrpSts= StsRsnInf*= NbOfTxsPerSts*=".split(" "),
  OrgnlPmtInfAndSts: "OrgnlPmtInfId+= OrgnlNbOfTxs OrgnlCtrlSum PmtInfSts= StsRsnInf*= NbOfTxsPerSts*= TxInfAndSts*=".split(" "),
};

function outcomeOf(item: string, element: XmlElement | undefined): PaymentOutcome | undefined {
  const code = textOf(element);
  if (code === undefined) return undefined;
  const outcome = OUTCOMES[code];
  if (outcome) return outcome;
  throw new BankFileFault(errors.BANK_FILE_ELEMENT, {
    item,
    element: element?.name ?? "",
    whatZh: "状态码未知",
    whatEn: "is no known status",
  });
}

const reasonOf = (element: XmlElement | undefined): string | undefined => textOf(element, "Rsn", "Cd") ?? textOf(element, "Rsn", "Prtry");

class Pain002Reading {
  readonly out: Pain002Step[] = [];
  readonly #head = new Map<string, XmlElement>();
  #group: PaymentOutcome | undefined;
  #groupReason: string | undefined;
  #stated: XmlElement[] = [];
  readonly #counts = new Map<PaymentOutcome, number>();
  #payments = 0;
  #in = "";

  open(name: string): void {
    this.#in = name;
    if (name === "OrgnlPmtInfAndSts") {
      this.#group = undefined;
      this.#groupReason = undefined;
    }
  }

  element(element: XmlElement): void {
    if (element.name === "TxInfAndSts") this.#payment(element);
    else if (element.name === "NbOfTxsPerSts") {
      if (this.#in === "OrgnlGrpInfAndSts") this.#stated.push(element);
    } else if (this.#in === "OrgnlPmtInfAndSts") this.#ofOrder(element);
    else if (!this.#head.has(element.name)) this.#head.set(element.name, element);
  }

  #ofOrder(element: XmlElement): void {
    if (element.name === "PmtInfSts") this.#group = outcomeOf("OrgnlPmtInfAndSts", element);
    if (element.name === "StsRsnInf") this.#groupReason ??= reasonOf(element);
  }

  close(name: string): void {
    if (name === "OrgnlGrpInfAndSts") this.#header();
    if (name === "CstmrPmtStsRpt") this.#checkCounts();
  }

  #header(): void {
    const of = (name: string): XmlElement | undefined => this.#head.get(name);
    const item = "OrgnlGrpInfAndSts";
    const original = neededText(item, of("OrgnlMsgNmId"), []);
    if (!original.startsWith("pain.001"))
      throw new BankFileFault(errors.BANK_FILE_ELEMENT, {
        item,
        element: "OrgnlMsgNmId",
        whatZh: "不是 pain.001",
        whatEn: "is not pain.001",
      });
    const outcome = outcomeOf(item, of("GrpSts"));
    const reason = reasonOf(of("StsRsnInf"));
    const orderCount = countOf(item, of("OrgnlNbOfTxs"), []);
    this.out.push({
      kind: "message",
      messageId: neededText("GrpHdr", of("MsgId"), []),
      createdOn: dateOf("GrpHdr", of("CreDtTm"), []) as string,
      orderId: neededText(item, of("OrgnlMsgId"), []),
      ...(outcome === undefined ? {} : { outcome }),
      ...(reason === undefined ? {} : { reason }),
      ...(orderCount === undefined ? {} : { orderCount }),
    });
  }

  #payment(element: XmlElement): void {
    this.#payments += 1;
    if (this.#payments > FILE_ROWS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "TxInfAndSts", limit: FILE_ROWS_MAX });
    const item = `TxInfAndSts ${this.#payments}`;
    const own = outcomeOf(
      item,
      element.children.find(({ name }) => name === "TxSts"),
    );
    const outcome = own ?? this.#group;
    if (outcome === undefined || outcome === "partly")
      throw new BankFileFault(errors.BANK_FILE_ELEMENT, { item, element: "TxSts", whatZh: "缺少", whatEn: "is missing" });
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    const optional = {
      reason: reasonOf(element.children.find(({ name }) => name === "StsRsnInf")) ?? this.#groupReason,
      serial: idText(item, element, ["AcctSvcrRef"]),
      on: dateOf(item, element, ["OrgnlTxRef", "IntrBkSttlmDt"]) ?? dateOf(item, element, ["AccptncDtTm"]),
      amount: amountOf(item, element, ["OrgnlTxRef", "IntrBkSttlmAmt"]) ?? amountOf(item, element, ["OrgnlTxRef", "Amt", "InstdAmt"]),
    };
    const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    this.out.push({
      kind: "payment",
      number: this.#payments,
      endToEndId: neededText(item, element, ["OrgnlEndToEndId"]),
      outcome,
      ...known,
    });
  }

  /** NbOfTxsPerSts, where the payments are listed. */
  #checkCounts(): void {
    if (this.#payments === 0) return;
    const stated = new Map<PaymentOutcome, number>();
    for (const element of this.#stated) {
      const outcome = outcomeOf(
        "NbOfTxsPerSts",
        element.children.find(({ name }) => name === "DtldSts"),
      ) as PaymentOutcome;
      stated.set(outcome, (stated.get(outcome) ?? 0) + (countOf("NbOfTxsPerSts", element, ["DtldNbOfTxs"]) ?? 0));
    }
    for (const [outcome, count] of stated) {
      const computed = this.#counts.get(outcome) ?? 0;
      if (count !== computed)
        throw new BankFileFault(errors.BANK_FILE_TOTAL, { item: "NbOfTxsPerSts", total: outcome, stated: count, computed });
    }
  }
}

/** Reads a status report. Throws BANK_FILE_TOTAL where its counts differ from what it lists, and what `readXml` throws. */
export async function* readPain002(source: FileSource): AsyncGenerator<Pain002Step> {
  const reading = new Pain002Reading();
  for await (const step of readXml(source, { namespace: PAIN_002, grammar: GRAMMAR })) {
    if (step.kind === "element") reading.element(step.element);
    else if (step.kind === "open") reading.open(step.name);
    else reading.close(step.name);
    yield* reading.out.splice(0);
  }
}
