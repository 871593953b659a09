import { fileURLToPath } from "node:url";
import { maskName } from "@huimin/identity";
import { checkCode } from "../content.ts";
import type { FontSet } from "../fonts/fonts.ts";
import { DENSITIES } from "../page/density.ts";
import { dateInWords, instantInWords } from "../page/labels.ts";
import { createPager, type StatementPage } from "../page/page.ts";
import type { PrintJob } from "../pdf/job.ts";
import { createTypesetter, type PaperPdf } from "../pdf/typesetter.ts";

/*
 * 村级合订本: statements of one village as one document with a cover and a list of contents. A village's volume is bound in
 * parts of at most VOLUME_STATEMENTS_MAX, so that its typesetting takes the same memory whatever the village has.
 */

/** Statements of one part: some 3 seconds and 250 MB of typesetting. */
export const VOLUME_STATEMENTS_MAX = 400;

/** A statement in the volume, set as it was set on its own. */
export interface VolumeEntry {
  readonly job: PrintJob;
  /** As the single paper was set ({@link StatementPdf}). */
  readonly density: number;
}

export interface VolumeJob {
  readonly year: number;
  readonly village: string;
  readonly street: string;
  /** Which part of how many. */
  readonly part: number;
  readonly parts: number;
  /** In the order of households. */
  readonly entries: readonly VolumeEntry[];
}

/** What the template prints, as JSON. */
interface VolumePage {
  readonly title: string;
  readonly coverTitle: string;
  readonly village: string;
  readonly part: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly issuer: string;
  readonly issuedOn: string;
  readonly date: readonly [number, number, number];
  readonly foot: string;
  readonly fonts: readonly string[];
  readonly entries: readonly {
    readonly household: string;
    readonly head: string;
    readonly number: string;
    readonly check: string;
    readonly code: readonly [number, number];
  }[];
  readonly pages: readonly (StatementPage & { readonly gaps: unknown })[];
}

/** Sets volumes on this thread. Nothing is remembered from one to the next. */
export function createVolumePress(fonts: () => FontSet): (volume: VolumeJob) => PaperPdf {
  let press: ((volume: VolumeJob) => PaperPdf) | undefined;
  const open = (): ((volume: VolumeJob) => PaperPdf) => {
    const set = fonts();
    const pager = createPager(set);
    const typesetter = createTypesetter(fileURLToPath(new URL("../template/volume.typ", import.meta.url)), set);
    return (volume) => {
      const printed = volume.entries.map(({ job: { content, mark, options }, density }) => {
        const { page, code } = pager(content, mark, { ...options, twoCopies: false });
        return { page: { ...page, gaps: DENSITIES[density] }, code };
      });
      let at = 0;
      const places = printed.map(({ code }) => {
        const from = at;
        at += code.length;
        return [from, at] as const;
      });
      typesetter.put("codes.raw", Buffer.concat(printed.map(({ code }) => code)));
      const page = volumePage(
        volume,
        printed.map((one) => one.page),
        places,
        set,
      );
      typesetter.put("volume.json", Buffer.from(JSON.stringify(page)));
      const pdf = typesetter.pdf(typesetter.compile(page.title));
      typesetter.forget(0);
      return pdf;
    };
  };
  return (volume) => {
    press ??= open();
    return press(volume);
  };
}

function volumePage(
  { year, village, street, part, parts, entries }: VolumeJob,
  pages: VolumePage["pages"],
  places: readonly (readonly [number, number])[],
  fonts: FontSet,
): VolumePage {
  const [first] = entries as readonly [VolumeEntry, ...VolumeEntry[]];
  const last = entries.at(-1) as VolumeEntry;
  const { notice, cutoff, issuedOn } = first.job.content;
  const title = `${notice.district}金融扶贫年度分红（收益）告知书 合订本 ${year} 年度 ${village}`;
  const partText = parts === 1 ? "全一册" : `第 ${part} 册，共 ${parts} 册`;
  return {
    title: `${title} ${partText}`,
    coverTitle: `${notice.district}金融扶贫\n年度分红（收益）告知书\n合　订　本\n（${year} 年度）`,
    village: `${street}${village}`,
    part: partText,
    facts: [
      ["本册份数", `${entries.length} 份`],
      ["户编号", `${first.job.content.household} 至 ${last.job.content.household}`],
      ["数据截止", instantInWords(cutoff.recordedAt)],
      ["存档", "户主姓名以*遮盖的目录可以出示；告知书正文含户主全名，须按档案管理"],
    ],
    issuer: notice.issuer,
    issuedOn: dateInWords(issuedOn),
    date: [Number(issuedOn.slice(0, 4)), Number(issuedOn.slice(5, 7)), Number(issuedOn.slice(8, 10))],
    foot: `${village} ${year} 年度告知书合订本　${partText}　村档案存`,
    fonts: fonts.families,
    entries: entries.map(({ job: { content, mark } }, index) => ({
      household: content.household,
      head: maskName(content.basics.head),
      number: mark.number,
      check: checkCode(mark.contentHash),
      code: places[index] as readonly [number, number],
    })),
    pages,
  };
}
