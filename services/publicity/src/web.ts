import { fileURLToPath } from "node:url";
import type { App } from "@huimin/http";
import { fen, formatAmountGrouped } from "@huimin/money";
import { createPages, type Page, type Pages, pagesOnly, sendPage } from "@huimin/public-pages";
import {
  ADDRESS_DIGITS,
  type BoardContent,
  boardCells,
  boardHeads,
  boardTitle,
  bottomLines,
  type FoundBoard,
  type PublicityVersion,
  topLines,
} from "@huimin/publicity";
import { checkCode } from "@huimin/statements";
import { Type } from "typebox";
import { findVersion, openBoard, todayOf } from "./lists.ts";
import type { PublicityOptions } from "./types.ts";

export interface PublicityPagesOptions extends PublicityOptions {
  /** The sheet of a web address. */
  readonly find: (digits: string) => Promise<FoundBoard | undefined>;
  /** Called when names are opened for a page: which sheet, never what. */
  readonly onUnmask?: (board: FoundBoard) => void;
}

const LOOKS = { rateLimit: { max: 120, timeWindow: 60_000, groupId: "publicity" } };
const GONE = 410;
const MISSING = 404;
/** Sheets kept ready: a village looks at one at a time, and opening names costs. */
const SHEETS_MAX = 100;
/** A name that was restricted or erased is off the page after so long. */
const SHEET_AGE_MS_MAX = 60_000;
const NAME_COLUMN = 1;
const AMOUNT_COLUMN = 5;

/** Sheets with their names opened, by address. */
type Sheets = Map<string, { readonly board: BoardContent; readonly at: number }>;

/** The web page of a village's sheet, public: register at the root of the server. */
export async function publicityPages(scope: App, options: PublicityPagesOptions): Promise<void> {
  const pages = createPages(fileURLToPath(new URL("../views", import.meta.url)));
  pagesOnly(scope, pages);
  const sheets: Sheets = new Map();
  scope.get(
    "/p/:digits",
    { config: LOOKS, schema: { hide: true, params: Type.Object({ digits: Type.String({ maxLength: 64 }) }) } },
    async (request, reply) => {
      const digits = request.params.digits.toLowerCase().slice(0, ADDRESS_DIGITS);
      const found = await options.find(digits);
      return sendPage(reply, await pageOf(found, digits, options, pages, sheets));
    },
  );
}

async function pageOf(
  found: FoundBoard | undefined,
  digits: string,
  options: PublicityPagesOptions,
  pages: Pages,
  sheets: Sheets,
): Promise<Page> {
  const versions = found && (await findVersion(found, options));
  const version = versions?.ok ? versions.value.versions.of(found?.year).find(({ posted }) => posted === found?.posted) : undefined;
  if (!found || !versions?.ok || !version) return notice(pages, options, MISSING, "没有这份公示", ["请核对网址。"], "No such list.");
  const ended = endOf(version, todayOf(options));
  if (ended) {
    sheets.delete(digits);
    return notice(pages, options, ended.status, ended.title, ended.says, ended.en);
  }
  const kept = sheets.get(digits);
  let board = kept && performance.now() - kept.at < SHEET_AGE_MS_MAX ? kept.board : undefined;
  if (!board) {
    const opened = await openBoard({ version, versions: versions.value.versions }, found.village, options);
    if (!opened.ok)
      return notice(pages, options, MISSING, "暂时不能显示", ["请看村公示栏，或打电话询问。"], "This list can't be shown now.");
    board = opened.value;
    options.onUnmask?.(found);
    if (sheets.size >= SHEETS_MAX) sheets.clear();
    sheets.set(digits, { board, at: performance.now() });
  }
  const hash = version.boards.find(({ village }) => village === found.village)?.contentHash ?? "";
  return { html: pages.render("board", shown(board, hash, options)) };
}

/** Why a sheet is not shown today. */
function endOf({ replacedBy, from, to }: PublicityVersion, today: string) {
  if (replacedBy)
    return {
      status: GONE,
      title: "这份名单已作废",
      says: ["名单有变动，已重新拟定。请以公示栏上最新的一版为准。"],
      en: "This list was replaced by a later one.",
    };
  if (today > to)
    return {
      status: GONE,
      title: "公示期已结束",
      says: [`公示期到 ${to} 为止，名单已从网上撤下。要查自己家的分红，请看年度告知书，或问村委会。`],
      en: "The publicity is over: the list was taken off the web.",
    };
  if (today < from)
    return { status: MISSING, title: "公示还没有开始", says: [`公示从 ${from} 开始。`], en: "The publicity has not begun." };
  return undefined;
}

const notice = (
  pages: Pages,
  { notice: { phones } }: PublicityOptions,
  status: number,
  title: string,
  says: readonly string[],
  en: string,
): Page => ({
  status,
  html: pages.render("notice", { title, says, en, phones }),
});

const shown = (board: BoardContent, hash: string, { notice: { phones } }: PublicityOptions) => ({
  title: boardTitle(board),
  top: topLines(board),
  heads: boardHeads,
  rows: boardCells(board, "masked"),
  nameColumn: NAME_COLUMN,
  amountColumn: AMOUNT_COLUMN,
  count: board.rows.length,
  amount: formatAmountGrouped(fen(board.amount)),
  bottom: bottomLines(board),
  check: checkCode(hash),
  to: board.to,
  phones,
});
