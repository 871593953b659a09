import { fileURLToPath } from "node:url";
import type { App } from "@huimin/http";
import { amountInWords, formatAmountGrouped } from "@huimin/money";
import { createPages, type Page, type Pages, pagesOnly, sendPage } from "@huimin/public-pages";
import type { RegisteredStatement, StatementRegister } from "@huimin/statement-register";
import { checkCode } from "@huimin/statements";
import { Type } from "typebox";
import { digitsOf, type Verdict, type VerifyQuestion, verify } from "./verify.ts";

/** A receipt as it is handed out, and what a reader is told of it. */
export interface ShownReceipt {
  readonly text: string;
  readonly origin: string;
  /** Entries of the log that the checkpoint signs. */
  readonly size: number;
}

export interface VerifyOptions {
  readonly district: string;
  readonly register: StatementRegister;
  /** 监督电话 */
  readonly phones: readonly string[];
  /** The receipt of the event at a position; undefined where the log can't be signed now. */
  readonly receiptOf: (position: number) => Promise<ShownReceipt | undefined>;
  /** The log's public key, as `huimin verify --key` takes it. */
  readonly publicKey: () => string;
}

const MINUTE_MS = 60_000;
/**
 * Check codes have 32 bits: at 30 guesses a minute an address needs decades to meet one of ten thousand statements. Whole
 * hashes can't be guessed; a village behind one address of its operator scans more of them.
 */
const GUESSES = { rateLimit: { max: 30, timeWindow: MINUTE_MS, groupId: "verify-code" } };
const SCANS = { rateLimit: { max: 300, timeWindow: MINUTE_MS, groupId: "verify-hash" } };
const HASH_DIGITS = 64;

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
/** Pages are for people: they don't stand in the API document. */
const hidden = { hide: true } as const;

/** 验真页, public: register at the root of the server. */
export async function verifyRoutes(scope: App, options: VerifyOptions): Promise<void> {
  const pages = createPages(fileURLToPath(new URL("../views", import.meta.url)));
  pagesOnly(scope, pages);
  const answer = async (question: VerifyQuestion): Promise<Page> =>
    pageOf(await verify(question, options.register, options.district), question, options, pages);

  scope.get(
    "/v",
    { config: GUESSES, schema: { ...hidden, querystring: Type.Object({ code: Text(200), number: Text(200) }) } },
    async (request, reply) => {
      const { code = "", number } = request.query;
      if (code.trim() === "") return sendPage(reply, { html: pages.render("verify-form", {}) });
      return sendPage(reply, await answer({ code, number }));
    },
  );
  scope.get("/v/key", { config: SCANS, schema: hidden }, (_request, reply) =>
    reply.type("text/plain; charset=utf-8").send(`${options.publicKey()}\n`),
  );
  scope.get("/v/:code", { config: GUESSES, schema: { ...hidden, params: Type.Object({ code: Type.String() }) } }, async (request, reply) =>
    sendPage(reply, await answer({ code: request.params.code })),
  );
  const parts = { code: Type.String(), year: Type.String(), household: Type.String(), supplement: Type.String() };
  scope.get(
    "/v/:code/:year/:household/:supplement",
    { config: SCANS, schema: { ...hidden, params: Type.Object(parts) } },
    async (request, reply) => {
      const { code, ...rest } = request.params;
      // Eight digits with a number are a guess as well, and belong to the other address.
      const page = code.length === HASH_DIGITS ? await answer({ code, parts: rest }) : unknownPage({ code }, options, pages);
      return sendPage(reply, page);
    },
  );
  receiptRoute(scope, options, pages);
}

function receiptRoute(scope: App, options: VerifyOptions, pages: Pages): void {
  scope.get(
    "/v/:code/receipt",
    { config: SCANS, schema: { ...hidden, params: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const hash = digitsOf(request.params.code);
      const statement = hash?.length === HASH_DIGITS ? await options.register.byHash(options.district, hash) : undefined;
      const receipt = statement && (await options.receiptOf(statement.position));
      if (!statement || !receipt) return sendPage(reply, unknownPage({ code: "" }, options, pages));
      return reply
        .type("text/plain; charset=utf-8")
        .header("cache-control", "no-store")
        .header("content-disposition", `attachment; filename="receipt-${checkCode(statement.contentHash)}.txt"`)
        .send(receipt.text);
    },
  );
}

const MISSING = 404;

const unknownPage = (question: VerifyQuestion, { phones }: VerifyOptions, pages: Pages): Page => ({
  status: MISSING,
  html: pages.render("verify-result", {
    kind: "bad",
    mark: "✕",
    heading: "查无此号",
    says: ["没有查到这份告知书。请核对校验码和编号有没有输错；如果没有输错，这张纸可能不是真的。"],
    en: "Unknown: no such statement was issued. Check what you typed; if it is right, the paper may not be genuine.",
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
    says: ["这个校验码对应不止一份告知书，请把纸上的编号也填上。"],
    en: "This check code belongs to more than one statement. Please type the number of the paper as well.",
    facts: [],
    phones,
    again: true,
    numberNeeded: true,
    code: question.code,
  }),
});

/** The household's own part of a number is shown to who has the paper or typed it. */
const maskedNumber = ({ number, household }: RegisteredStatement): string => {
  const tail = household.slice(household.lastIndexOf("-") + 1);
  return number.replace(household, `${household.slice(0, -tail.length)}${"*".repeat(tail.length)}`);
};

async function pageOf(verdict: Verdict, question: VerifyQuestion, options: VerifyOptions, pages: Pages): Promise<Page> {
  if (verdict.state === "unknown") return unknownPage(question, options, pages);
  if (verdict.state === "ambiguous") return ambiguousPage(question, options, pages);
  const { statement, later, whole, numbered } = verdict;
  const receipt = whole ? await options.receiptOf(statement.position) : undefined;
  const what = statement.supplement === 0 ? "年度告知书" : `补充告知书（第 ${statement.supplement} 次）`;
  const superseded = later
    ? [
        `但是后来又出具了补充告知书“-补${later.supplement}”（${dateOf(later.issuedOn)}）。补充告知书列出的内容，以补充告知书为准；没有列出的，仍以这份为准。`,
      ]
    : [];
  return {
    html: pages.render("verify-result", {
      ...(later ? { kind: "warn", mark: "！", heading: "真实，但已有补充" } : { kind: "good", mark: "✓", heading: "真实有效" }),
      says: [`这是${statement.year}年度的${what}，由本机构于${dateOf(statement.issuedOn)}出具。`, ...superseded],
      en: later
        ? `Genuine, but superseded in part by supplement ${later.supplement} of ${later.issuedOn}.`
        : `Genuine: statement of ${statement.year}, issued on ${statement.issuedOn}.`,
      facts: factsOf(statement, whole, whole || numbered),
      whole,
      phones: options.phones,
      ...(receipt
        ? {
            receipt: {
              position: statement.position,
              size: receipt.size,
              origin: receipt.origin,
              href: `/v/${statement.contentHash}/receipt`,
            },
          }
        : {}),
      again: !whole,
      code: "",
    }),
  };
}

const dateOf = (date: string): string => `${Number(date.slice(0, 4))}年${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;
const yuan = (amount: bigint): string =>
  `${formatAmountGrouped(amount)} 元（${amount < 0n ? "负" : ""}${amountInWords(amount < 0n ? -amount : amount)}）`;

/** Number, year and date; sums only for who has the paper: no name, no account, nothing that the paper does not show. */
function factsOf(statement: RegisteredStatement, whole: boolean, numbered: boolean): [string, string][] {
  return [
    ["编号", `${numbered ? statement.number : maskedNumber(statement)} 号`],
    ["出具日期", dateOf(statement.issuedOn)],
    ["校验码", checkCode(statement.contentHash)],
    ...(whole
      ? ([
          ["应发合计", yuan(statement.entitled)],
          ["实发合计", yuan(statement.paid)],
        ] as [string, string][])
      : []),
  ];
}
