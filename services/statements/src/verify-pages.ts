import { amountInWords, formatAmountGrouped } from "@huimin/money";
import type { Page, Pages } from "@huimin/public-pages";
import type { RegisteredNotice, RegisteredStatement } from "@huimin/statement-register";
import { checkCode } from "@huimin/statements";
import type { Registers, Verdict, VerifyQuestion } from "./verify.ts";

/* What the verification page says of each verdict, in plain Chinese: number and date, sums for who has the paper, no name. */

/** A receipt as it is handed out, and what a reader is told of it. */
export interface ShownReceipt {
  readonly text: string;
  readonly origin: string;
  /** Entries of the log that the checkpoint signs. */
  readonly size: number;
}

export interface VerifyOptions extends Registers {
  /** 监督电话 */
  readonly phones: readonly string[];
  /** The receipt of the event at a position; undefined where the log can't be signed now. */
  readonly receiptOf: (position: number) => Promise<ShownReceipt | undefined>;
  /** The log's public key, as `huimin verify --key` takes it. */
  readonly publicKey: () => string;
}

const MISSING = 404;
const HASH_DIGITS = 64;

export const unknownPage = (question: VerifyQuestion, { phones }: VerifyOptions, pages: Pages): Page => ({
  status: MISSING,
  html: pages.render("verify-result", {
    kind: "bad",
    mark: "✕",
    heading: "查无此号",
    says: ["没有查到这份告知书或通知。请核对校验码和编号有没有输错；如果没有输错，这张纸可能不是真的。"],
    en: "Unknown: no such statement or notice was issued. Check what you typed; if it is right, the paper may not be genuine.",
    facts: [],
    phones,
    again: true,
    code: question.code.slice(0, HASH_DIGITS),
    number: question.number ?? "",
  }),
});

const ambiguousPage = (question: VerifyQuestion, { phones }: VerifyOptions, pages: Pages): Page => ({
  html: pages.render("verify-result", {
    kind: "warn",
    mark: "？",
    heading: "请再填编号",
    says: ["这个校验码对应不止一份，请把纸上的编号也填上。"],
    en: "This check code belongs to more than one paper. Please type the number of the paper as well.",
    facts: [],
    phones,
    again: true,
    numberNeeded: true,
    code: question.code,
  }),
});

/** What is said of one paper. */
interface Told {
  readonly kind: "good" | "warn" | "bad";
  readonly mark: string;
  readonly heading: string;
  readonly says: readonly string[];
  readonly en: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly position: number;
  readonly contentHash: string;
  readonly whole: boolean;
}

export async function pageOf(verdict: Verdict, question: VerifyQuestion, options: VerifyOptions, pages: Pages): Promise<Page> {
  if (verdict.state === "unknown") return unknownPage(question, options, pages);
  if (verdict.state === "ambiguous") return ambiguousPage(question, options, pages);
  const { position, contentHash, ...told } = "notice" in verdict ? ofNotice(verdict) : ofStatement(verdict);
  const receipt = told.whole ? await options.receiptOf(position) : undefined;
  return {
    html: pages.render("verify-result", {
      ...told,
      phones: options.phones,
      ...(receipt ? { receipt: { position, size: receipt.size, origin: receipt.origin, href: `/v/${contentHash}/receipt` } } : {}),
      again: !told.whole,
      code: "",
    }),
  };
}

const GOOD = { kind: "good", mark: "✓", heading: "真实有效" } as const;

function ofStatement({ statement, later, whole, numbered }: Extract<Verdict, { statement: object }>): Told {
  const { position, contentHash, supplement, year, issuedOn } = statement;
  const what = supplement === 0 ? "年度告知书" : `补充告知书（第 ${supplement} 次）`;
  const superseded = later
    ? [
        `但是后来又出具了补充告知书“-补${later.supplement}”（${dateOf(later.issuedOn)}）。补充告知书列出的内容，以补充告知书为准；没有列出的，仍以这份为准。`,
      ]
    : [];
  return {
    ...(later ? { kind: "warn", mark: "！", heading: "真实，但已有补充" } : GOOD),
    says: [`这是${year}年度的${what}，由本机构于${dateOf(issuedOn)}出具。`, ...superseded],
    en: later
      ? `Genuine, but superseded in part by supplement ${later.supplement} of ${later.issuedOn}.`
      : `Genuine: statement of ${year}, issued on ${issuedOn}.`,
    facts: [
      ["编号", `${whole || numbered ? statement.number : maskedNumber(statement.number, statement.household)} 号`],
      ["出具日期", dateOf(issuedOn)],
      ["校验码", checkCode(contentHash)],
      ...(whole
        ? ([
            ["应发合计", yuan(statement.entitled)],
            ["实发合计", yuan(statement.paid)],
          ] as const)
        : []),
    ],
    ...{ position, contentHash, whole },
  };
}

function ofNotice({ notice, state, later, whole, numbered }: Extract<Verdict, { notice: object }>): Told {
  const { position, contentHash, title, year, issuedOn, cutoffOn, revokedOn } = notice;
  const name = title.replaceAll(/\s/gu, "");
  const issued = `这是${year > 0 ? `${year}年度的` : ""}“${name}”，由本机构于${dateOf(issuedOn)}出具。`;
  const told: Readonly<Record<typeof state, Pick<Told, "kind" | "mark" | "heading" | "says" | "en">>> = {
    genuine: {
      ...GOOD,
      says: [issued, `上面写的是截至${dateOf(cutoffOn)}的情况，以后的变动不在里面。`],
      en: `Genuine: issued on ${issuedOn}; it tells what was known on ${cutoffOn}.`,
    },
    superseded: {
      kind: "warn",
      mark: "！",
      heading: "真实，但已有新的",
      says: [issued, `但是后来又出具了新的一份（${dateOf(later?.issuedOn ?? issuedOn)}），请以新的为准，这一份不再作数。`],
      en: `Genuine, but superseded by the one of ${later?.issuedOn ?? issuedOn}.`,
    },
    revoked: {
      kind: "bad",
      mark: "✕",
      heading: "已经作废",
      says: [issued, `但是本机构已于${dateOf(revokedOn ?? issuedOn)}把它作废，这张纸不再作数。`],
      en: `Issued by us, and revoked on ${revokedOn ?? issuedOn}: it counts no more.`,
    },
  };
  return {
    ...told[state],
    facts: [
      ["编号", `${whole || numbered ? notice.number : maskedNumber(notice.number, subjectIn(notice))} 号`],
      ["出具日期", dateOf(issuedOn)],
      ["校验码", checkCode(contentHash)],
      ...(whole ? notice.shown.map(({ item, value }) => [item, value] as const) : []),
    ],
    ...{ position, contentHash, whole },
  };
}

/** The number of the subject as it stands in that of the notice; of the roll of honour there is none. */
const subjectIn = ({ number, subject }: RegisteredNotice): string => (number.includes(subject) ? subject : "");

/** The household's (loan's, donor's) own part of a number is shown to who has the paper or typed it. */
function maskedNumber(number: RegisteredStatement["number"], subject: string): string {
  if (subject === "") return number;
  const tail = subject.slice(subject.lastIndexOf("-") + 1);
  return number.replace(subject, `${subject.slice(0, -tail.length)}${"*".repeat(tail.length)}`);
}

const dateOf = (date: string): string => `${Number(date.slice(0, 4))}年${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;
const yuan = (amount: bigint): string =>
  `${formatAmountGrouped(amount)} 元（${amount < 0n ? "负" : ""}${amountInWords(amount < 0n ? -amount : amount)}）`;
