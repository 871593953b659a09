import { fileURLToPath } from "node:url";
import type { App } from "@huimin/http";
import { createPages, type Page, type Pages, pagesOnly, sendPage } from "@huimin/public-pages";
import { checkCode } from "@huimin/statements";
import { Type } from "typebox";
import { digitsOf, type VerifyQuestion, verify } from "./verify.ts";
import { pageOf, unknownPage, type VerifyOptions } from "./verify-pages.ts";

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
  const answer = async (question: VerifyQuestion): Promise<Page> => pageOf(await verify(question, options), question, options, pages);

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
  // The QR code of a notice: its hash says all, and names no subject.
  scope.get(
    "/v/:code/N",
    { config: SCANS, schema: { ...hidden, params: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const { code } = request.params;
      return sendPage(reply, code.length === HASH_DIGITS ? await answer({ code }) : unknownPage({ code }, options, pages));
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
      const { register, notices, district } = options;
      const paper =
        hash?.length === HASH_DIGITS
          ? ((await register.byHash(district, hash)) ?? (await notices.noticesByCode(district, hash))[0])
          : undefined;
      const receipt = paper && (await options.receiptOf(paper.position));
      if (!paper || !receipt) return sendPage(reply, unknownPage({ code: "" }, options, pages));
      return reply
        .type("text/plain; charset=utf-8")
        .header("cache-control", "no-store")
        .header("content-disposition", `attachment; filename="receipt-${checkCode(paper.contentHash)}.txt"`)
        .send(receipt.text);
    },
  );
}
