import { type App, RefusalError, statusOf } from "@huimin/http";
import { type Pages, sendPage } from "./pages.ts";

const TOO_MANY = 429;
const BUSY = 503;
const RETRY_SECONDS = 60;

const WORDS: Readonly<Record<number, { readonly title: string; readonly what: string; readonly en: string }>> = {
  [TOO_MANY]: { title: "查询太频繁", what: "请过一分钟再查。", en: "Too many questions. Please try again in a minute." },
  [BUSY]: { title: "系统繁忙", what: "请稍后再查。", en: "The system is busy. Please try again later." },
};
const OTHER = { title: "不能显示", what: "请核对网址后再试。", en: "This can't be shown. Please check the address." };

/** Refusals in this scope are pages, too: who reads them has a phone and no idea of JSON. */
export function pagesOnly(scope: App, pages: Pages): void {
  scope.setErrorHandler((fault, _request, reply) => {
    const [refusal] = fault instanceof RefusalError ? fault.refusals : [];
    if (!refusal) throw fault;
    const status = statusOf(refusal.code);
    if (status === TOO_MANY || status === BUSY) reply.header("retry-after", RETRY_SECONDS);
    return sendPage(reply, { status, html: pages.render("busy", WORDS[status] ?? OTHER) });
  });
}
