import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Refusal, Result } from "@huimin/outcome";
import { ADDRESS_DIGITS, type BoardPrintOptions, boardHash, createBoardPress, type NameRule } from "@huimin/publicity";
import { checkCode } from "@huimin/statements";
import { stringify } from "csv-stringify/sync";
import { makeBoards } from "./boards.ts";
import { ensureBoards, openBoard, type WhichVersion } from "./lists.ts";
import type { PublicityOptions, SendCommand } from "./types.ts";

export interface WriteBoards extends WhichVersion {
  readonly village?: string | undefined;
  readonly out: string;
  readonly rule: NameRule;
}

export interface WrittenBoard {
  readonly village: string;
  readonly households: number;
  readonly amount: string;
  readonly pages: number;
  readonly check: string;
  readonly file: string;
  /** Address of the web page; empty where there is none. */
  readonly address: string;
  /** Households with a character that no font has. */
  readonly spelled: readonly string[];
}

export const addressOf = (hash: string, verifyAt: string | undefined): string | undefined =>
  verifyAt === undefined ? undefined : `${verifyAt}/p/${hash.slice(0, ADDRESS_DIGITS)}`;

export const printOptionsOf = (hash: string, rule: NameRule, { verifyAt }: PublicityOptions): BoardPrintOptions => {
  const address = addressOf(hash, verifyAt);
  return { rule, ...(address === undefined ? {} : { address }) };
};

const COLUMNS = ["村", "户数", "金额", "页数", "校验码", "文件", "网页", "生僻字户"];

/** Makes the sheets if they are not, and writes one PDF a village and `boards.csv` into a folder. */
export async function writeBoards(
  request: WriteBoards,
  options: PublicityOptions,
  send: SendCommand,
  onProgress: (done: number, total: number) => void = () => undefined,
  onDisclose: (village: string, households: readonly string[]) => Promise<void> = async () => undefined,
): Promise<Result<readonly WrittenBoard[], Refusal>> {
  const found = await ensureBoards(request, options, send);
  if (!found.ok) return found;
  const { village, out, rule } = request;
  const one = village === undefined ? undefined : await openBoard(found.value, village, options);
  if (one && !one.ok) return one;
  const boards = one ? [one.value] : await makeBoards(found.value.version, found.value.versions, options);
  await mkdir(out, { recursive: true });
  const press = createBoardPress(options.fonts);
  const written: WrittenBoard[] = [];
  for (const board of boards) {
    await onDisclose(
      board.village,
      board.rows.map(({ household }) => household),
    );
    const hash = boardHash(board);
    const pdf = press(board, printOptionsOf(hash, rule, options));
    const file = `${board.village}-${board.pool.replaceAll(/[^\w-]/gu, "_")}-${board.year}-v${board.draft}.pdf`;
    await writeFile(join(out, file), pdf.bytes);
    written.push({
      ...{ village: board.village, households: board.rows.length, amount: board.amount, pages: pdf.pages, check: checkCode(hash), file },
      address: addressOf(hash, options.verifyAt) ?? "",
      spelled: pdf.spelled,
    });
    onProgress(written.length, boards.length);
  }
  const rows = written.map((board) => [
    ...[board.village, String(board.households), board.amount, String(board.pages), board.check, board.file, board.address],
    board.spelled.join(" "),
  ]);
  await writeFile(join(out, "boards.csv"), stringify([COLUMNS, ...rows], { bom: true, record_delimiter: "windows" }));
  return { ok: true, value: written };
}
