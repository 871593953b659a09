import type { Fen } from "@huimin/money";
import type { Grammar } from "./xml.ts";

/*
 * camt.053.001.08 (account statement 对账单) and camt.054.001.08 (debit/credit notification 动账通知), entry by entry. Totals
 * are checked as they complete: whoever reads to the end without a fault has read a message that adds up.
 */

export const CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
export const CAMT_054 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08";

export interface CamtHeader {
  readonly kind: "message";
  readonly messageId: string;
  readonly createdOn: string;
}

/** The account that the following entries are of. */
export interface CamtAccount {
  readonly kind: "account";
  readonly id: string;
  /** Account number as the bank writes it. */
  readonly account: string;
  readonly createdOn?: string;
  readonly from?: string;
  readonly to?: string;
  /** Booked balances of a statement; negative when overdrawn. */
  readonly opening?: { readonly amount: Fen; readonly on: string };
  readonly closing?: { readonly amount: Fen; readonly on: string };
}

/** One movement of the account (Ntry). */
export interface CamtEntry {
  readonly kind: "entry";
  /** 1, 2, 3 … in the message. */
  readonly number: number;
  readonly amount: Fen;
  readonly direction: "credit" | "debit";
  /** 冲正: takes back an earlier entry. */
  readonly reversal: boolean;
  /** BOOK, PDNG, INFO or the bank's own. */
  readonly status: string;
  readonly bookedOn?: string;
  readonly valueOn?: string;
  /** The bank's serial (AcctSvcrRef). */
  readonly serial?: string;
  /** NtryRef */
  readonly reference?: string;
  /** Our payment order that a batch entry sums up (PmtInfId, MsgId). */
  order?: string;
}

/** One transaction of an entry (TxDtls); an entry without details has none. */
export interface CamtDetail {
  readonly kind: "detail";
  readonly entry: CamtEntry;
  /** 1, 2, 3 … in the message, over entries and details: what a report calls the row. */
  readonly number: number;
  readonly amount: Fen;
  readonly direction: "credit" | "debit";
  readonly serial?: string;
  readonly endToEndId?: string;
  readonly order?: string;
  /** Why a payment came back (RtrInf/Rsn). */
  readonly returned?: { readonly reason?: string };
}

export interface CamtTotals {
  readonly kind: "account-end";
  readonly entries: number;
  readonly credits: Fen;
  readonly debits: Fen;
}

/** An `entry` comes when its own fields are known, its `detail`s after it, `entry-end` last. */
export type CamtStep =
  | CamtHeader
  | CamtAccount
  | CamtEntry
  | CamtDetail
  | { readonly kind: "entry-end"; readonly entry: CamtEntry; readonly details: number }
  | CamtTotals;

const ENTRY = [
  ..."NtryRef= Amt+= CdtDbtInd+= RvslInd= Sts+= BookgDt= ValDt= AcctSvcrRef= Avlbty* BkTxCd+ ComssnWvrInd AddtlInfInd AmtDtls Chrgs".split(
    " ",
  ),
  ..."TechInptChanl Intrst CardTx NtryDtls*> AddtlNtryInf".split(" "),
];
const ACCOUNT = (pagination: string, additional: string): string[] => [
  ...`Id+= ${pagination}= ElctrncSeqNb RptgSeq LglSeqNb CreDtTm= FrToDt= CpyDplctInd= RptgSrc Acct+= RltdAcct Intrst*`.split(" "),
  ...`${pagination === "StmtPgntn" ? "Bal!= " : ""}TxsSummry= Ntry*> ${additional}`.split(" "),
];
const HEADER = {
  GrpHdr: "MsgId+= CreDtTm+= MsgRcpt MsgPgntn= OrgnlBizQry AddtlInf".split(" "),
  Ntry: ENTRY,
  NtryDtls: ["Btch=", "TxDtls*="],
};

/** A message: its namespace, what it calls an account, and its grammar. */
export interface Shape {
  readonly namespace: string;
  readonly account: "Stmt" | "Ntfctn";
  readonly grammar: Grammar;
}

export const SHAPES: readonly Shape[] = [
  {
    namespace: CAMT_053,
    account: "Stmt",
    grammar: {
      Document: ["BkToCstmrStmt+>"],
      BkToCstmrStmt: ["GrpHdr+>", "Stmt!>", "SplmtryData*"],
      Stmt: ACCOUNT("StmtPgntn", "AddtlStmtInf"),
      ...HEADER,
    },
  },
  {
    namespace: CAMT_054,
    account: "Ntfctn",
    grammar: {
      Document: ["BkToCstmrDbtCdtNtfctn+>"],
      BkToCstmrDbtCdtNtfctn: ["GrpHdr+>", "Ntfctn!>", "SplmtryData*"],
      Ntfctn: ACCOUNT("NtfctnPgntn", "AddtlNtfctnInf"),
      ...HEADER,
    },
  },
];
