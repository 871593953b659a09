import type { IsoDate } from "@huimin/calendar";
import { ageOn, checkIdNumber } from "@huimin/identity";
import { fen, formatAmount, formatAmountGrouped, sumFen } from "@huimin/money";
import {
  type BoardContent,
  type BoardRow,
  dayOf,
  type PublicityLine,
  type PublicityVersion,
  type PublicityVersions,
  readHouseholds,
  readLines,
  readVillages,
} from "@huimin/publicity";
import type { HouseholdState } from "@huimin/registry/events";
import { type PoolRights, readPoolRights } from "@huimin/statements";
import type { PublicityOptions } from "./types.ts";

/** Below this age a person's data are sensitive by law (PIPL Art. 28): the name is hidden everywhere. */
const CHILD_YEARS = 14;
const ERASED = "（户主信息已销毁）";

/** Names of a page sort as the village reads them; the hash does not depend on it. */
const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });
const byGroupAndName = (a: BoardRow, b: BoardRow): number =>
  collator.compare(a.group ?? "", b.group ?? "") || collator.compare(a.head, b.head) || (a.household < b.household ? -1 : 1);

interface Head {
  readonly name: string;
  readonly child: boolean;
}

/** Heads of households, opened in one round trip. */
async function openHeads(
  households: ReadonlyMap<string, HouseholdState>,
  on: IsoDate,
  { vault, district }: PublicityOptions,
): Promise<ReadonlyMap<string, Head>> {
  const heads = [...households].flatMap(([household, state]) => {
    const head = [...state.members, ...state.formerMembers].find(({ personId }) => personId === state.head);
    return head ? [{ household, head }] : [];
  });
  const opened = await vault.unsealMany(
    heads.flatMap(({ head }) => [
      { district, personId: head.personId, field: "name", sealed: head.name },
      { district, personId: head.personId, field: "idNumber", sealed: head.idNumber },
    ]),
  );
  return new Map(
    heads.map(({ household }, index) => {
      const [name, idNumber] = [opened[2 * index], opened[2 * index + 1]];
      const checked = idNumber === undefined ? undefined : checkIdNumber(idNumber, { today: on });
      const child = checked?.ok === true && ageOn(checked.value.birthDate, on) < CHILD_YEARS;
      return [household, { name: name ?? ERASED, child }];
    }),
  );
}

/** 依据: what the household's part rests on. */
function basisOf(line: PublicityLine, version: PublicityVersion, rights: PoolRights): { basis: string; days?: number } {
  const { basis, days, shares, areaMu } = rights.of(line.household);
  const { method } = version.header;
  if (method === "by-heads") return { basis: `人口 ${Number(line.weight)} 人` };
  if (method === "by-need") return { basis: "按困难程度" };
  if (method === "by-post") return { basis: "公益岗位" };
  const what =
    basis !== undefined
      ? `委托 ${formatAmountGrouped(fen(basis))}`
      : shares !== undefined
        ? `收益权 ${shares} 份`
        : areaMu !== undefined
          ? `土地 ${areaMu} 亩`
          : method === "equal"
            ? "每户均等"
            : `份额 ${line.weight}`;
  return { basis: what, ...(days === undefined || method === "equal" ? {} : { days }) };
}

/** Amounts of a list by household. */
const amountsOf = async (
  options: PublicityOptions,
  version: PublicityVersion | undefined,
): Promise<ReadonlyMap<string, string> | undefined> =>
  version && new Map((await readLines(options, version)).map(({ household, amount }) => [household, amount]));

/** What a line says beside its amount: corrected against the version before, or new. Never a text that somebody typed. */
function remarkOf(
  line: PublicityLine,
  before: ReadonlyMap<string, string> | undefined,
  lastYear: ReadonlyMap<string, string> | undefined,
): string {
  if (before) {
    const was = before.get(line.household);
    if (was === undefined) return "新列入";
    return was === line.amount ? "" : `更正，原 ${formatAmountGrouped(fen(was))}`;
  }
  return lastYear && !lastYear.has(line.household) ? "本年新增" : "";
}

const sumOf = (lines: readonly { readonly amount: string }[]): string => formatAmount(sumFen(lines.map(({ amount }) => fen(amount))));

/**
 * The sheets of a version, one a village, from the log up to its publicity: the same whenever they are made. `village`:
 * only this one. Opens the names of the heads: whoever calls it answers for that being logged.
 */
export async function makeBoards(
  version: PublicityVersion,
  versions: PublicityVersions,
  options: PublicityOptions,
  village?: string,
): Promise<BoardContent[]> {
  const { store, district, vault, notice } = options;
  const { pool, year, draft, header, posted } = version;
  const all = await readLines(options, version);
  const lines = all.filter((line) => village === undefined || line.village === village);
  const earlier = versions.of(year).filter((one) => one.posted < posted && one.draft < draft);
  const before = await amountsOf(options, earlier.at(-1));
  const previous = versions.of(year - 1).findLast(({ allocatedOn }) => allocatedOn !== undefined);
  const lastYear = await amountsOf(options, previous);
  const households = await readHouseholds(
    options,
    lines.map(({ household }) => household),
    posted,
  );
  const heads = await openHeads(households, dayOf(version.postedAt), options);
  const rights = await readPoolRights({ store, district, pool, year, on: header.snapshot, position: posted });
  const byVillage = Map.groupBy(lines, (line) => line.village);
  const villages = await readVillages(options, [...byVillage.keys()], posted);
  const rowOf = (line: PublicityLine): BoardRow => {
    const head = heads.get(line.household) ?? { name: ERASED, child: false };
    const { members = [], group } = households.get(line.household) ?? {};
    const { basis, days } = basisOf(line, version, rights);
    return {
      ...{ household: line.household, head: head.name, child: head.child, size: members.length, basis, amount: line.amount },
      ...(days === undefined ? {} : { days }),
      ...(group === undefined ? {} : { group }),
      remark: remarkOf(line, before, lastYear),
    };
  };
  return [...byVillage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, own]): BoardContent => ({
        ...{ district, pool, year, draft, village: code, villageName: villages.get(code)?.name || code },
        ...{ street: villages.get(code)?.street ?? "", model: rights.model, partner: rights.partner },
        ...{ method: header.method, residueRule: header.residueRule },
        ...(rights.income === undefined ? {} : { income: rights.income }),
        ...{ from: version.from, to: version.to, place: version.place, posted },
        rows: own.map(rowOf).sort(byGroupAndName),
        amount: sumOf(own),
        list: { households: header.households, allocated: header.allocated, hash: header.listHash },
        carriedIn: previous?.header.carried ?? "0.00",
        carriedOut: header.carried,
        ...(version.notice ?? notice),
        salt: vault.fingerprint(district, "publicity", `${pool}|${year}|${posted}|${code}`),
      }),
    );
}
