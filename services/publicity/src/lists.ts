import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import type { RecordPublicityBoardsBody } from "@huimin/dividend";
import { isMark } from "@huimin/identity";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { type BoardContent, boardHash, type PublicityVersion, type PublicityVersions, readVersions, statusOn } from "@huimin/publicity";
import type { Static } from "typebox";
import { makeBoards } from "./boards.ts";
import { errors } from "./errors.ts";
import type { PublicityOptions, SendCommand } from "./types.ts";

/** Which version: the last of the year, or the last of a draft. */
export interface WhichVersion {
  readonly pool: string;
  readonly year: number;
  readonly draft?: number | undefined;
}

export interface FoundVersion {
  readonly version: PublicityVersion;
  readonly versions: PublicityVersions;
}

export async function findVersion({ pool, year, draft }: WhichVersion, options: PublicityOptions): Promise<Result<FoundVersion, Refusal>> {
  const versions = await readVersions(options, pool);
  const version = versions.of(year).findLast((one) => draft === undefined || one.draft === draft);
  return version ? { ok: true, value: { version, versions } } : refuse(errors.PUBLICITY_NOT_FOUND, { pool, year });
}

export const todayOf = ({ clock }: Pick<PublicityOptions, "clock">): string => shanghaiDate(shanghaiInstant(clock()));

/**
 * The sheets of a list, made and recorded if they were not: their hashes come into the log before anything is printed or
 * shown. Asked again, it answers the same sheets.
 */
export async function ensureBoards(
  which: WhichVersion,
  options: PublicityOptions,
  send: SendCommand,
): Promise<Result<FoundVersion, Refusal>> {
  const found = await findVersion(which, options);
  if (!found.ok || found.value.version.boards.length > 0) return found;
  const { version, versions } = found.value;
  const boards = await makeBoards(version, versions, options);
  const { pool, year, draft, posted } = version;
  const command: Static<typeof RecordPublicityBoardsBody> = {
    ...{ pool, year, draft, posted },
    boards: boards.map((board) => ({
      village: board.village,
      households: board.rows.length,
      amount: board.amount,
      contentHash: boardHash(board),
    })),
    notice: { ...options.notice, phones: [...options.notice.phones] },
  };
  const sent = await send(command);
  return sent.ok ? findVersion(which, options) : sent;
}

/**
 * One village's sheet, as it is in the log. Refuses PUBLICITY_BOARD_DIFFERS where what is computed now does not have the hash
 * that was recorded: it is shown to nobody.
 */
export async function openBoard(
  { version, versions }: FoundVersion,
  village: string,
  options: PublicityOptions,
): Promise<Result<BoardContent, Refusal>> {
  const { pool, year, boards } = version;
  if (boards.length === 0) return refuse(errors.PUBLICITY_BOARDS_NOT_MADE, { pool, year });
  const made = boards.find((one) => one.village === village);
  if (!made) return refuse(errors.PUBLICITY_VILLAGE_UNKNOWN, { pool, year, village }, { path: "/village" });
  const [board] = await makeBoards(version, versions, options, village);
  if (!board || (boardHash(board) !== made.contentHash && !hasErased(board)))
    return refuse(errors.PUBLICITY_BOARD_DIFFERS, { pool, year, village });
  return { ok: true, value: board };
}

/** What was shredded or restricted since is not shown again, and the hash can't be met. */
const hasErased = (board: BoardContent): boolean => board.rows.some(({ head }) => head.startsWith("（") || isMark(head));

/** What is still missing of a version's record, for who answers for it. */
export function lacksOf({ boards, evidence, references, to, objections }: PublicityVersion, today: string): string[] {
  const has = (kind: string): boolean => evidence.some((one) => one.kind === kind);
  return [
    ...(boards.length === 0 ? ["公示表未生成"] : []),
    ...(has("start") || references.length > 0 ? [] : ["缺公示开始照片"]),
    ...(today > to && !has("end") ? ["缺公示期满照片"] : []),
    ...(objections.some(({ result }) => result === "open") ? ["有异议未处理"] : []),
  ];
}

/** A version as the offices see it: nothing that names a person. */
export const printedVersion = (version: PublicityVersion, today: string) => {
  const { pool, year, draft, header, place, from, to, posted, postedAt, boards, boardsPosition, objections, evidence, references } =
    version;
  return {
    ...{ pool, year, version: draft, status: statusOn(version, today), place, from, to, posted, postedAt },
    ...{ households: header.households, allocated: header.allocated, carried: header.carried, listHash: header.listHash },
    ...(boardsPosition === undefined ? {} : { boardsPosition }),
    boards,
    objections,
    evidence,
    references,
    ...(version.approvedOn === undefined ? {} : { approvedOn: version.approvedOn }),
    ...(version.allocatedOn === undefined ? {} : { allocatedOn: version.allocatedOn }),
    ...(version.replacedBy ? { replacedBy: version.replacedBy } : {}),
    lacks: version.replacedBy ? [] : lacksOf(version, today),
  };
};
