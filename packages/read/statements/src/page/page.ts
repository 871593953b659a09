import { createHash } from "node:crypto";
import type { ChangedLine, StatementFigures } from "@huimin/statement/events";
import QRCode from "qrcode";
import { type CodePiece, checkCode, codeText, type StatementContent } from "../content.ts";
import type { FontSet } from "../fonts/fonts.ts";
import type { Section } from "./blocks.ts";
import { densityFor } from "./density.ts";
import { dividendsSection, earlierYearsSection, explanationSection } from "./dividends.ts";
import { dateInWords, instantInWords } from "./labels.ts";
import { createMeasure, type Measure } from "./measure.ts";
import { basicsSection, changesSection, helpSection, interestSection, loansSection, objectionSection, stakeSection } from "./sections.ts";

/** How a statement was named when it was issued: none of it is content. */
export interface IssueMark {
  readonly number: string;
  readonly supplement: number;
  readonly contentHash: string;
  /** Position of the StatementIssued event. */
  readonly position: number;
  readonly changed?: readonly ChangedLine[] | undefined;
  readonly reason?: string | undefined;
}

export interface PrintOptions {
  /** 大字版 for old readers: 16 pt instead of 12 pt, on as many sheets as it takes. */
  readonly largePrint?: boolean;
  /** 两联: one copy for the household, one for the village. */
  readonly twoCopies?: boolean;
}

/** What the template prints, as JSON; the QR code's modules come beside it. */
export interface StatementPage {
  readonly large: boolean;
  /** Index of {@link DENSITIES}: the widest at which it should fit. */
  readonly density: number;
  readonly copies: readonly string[];
  readonly fonts: readonly string[];
  readonly title: string;
  readonly subtitle: string;
  readonly number: string;
  readonly issuedOn: string;
  readonly cutoff: string;
  readonly date: readonly [number, number, number];
  readonly issuer: string;
  readonly seal: string;
  readonly sections: readonly Section[];
  readonly check: string;
  readonly codeSize: number;
}

export interface PrintedPage {
  readonly page: StatementPage;
  /** One byte a module, 0 black and 255 white, `codeSize` squared. */
  readonly code: Buffer;
}

/** A4 less margins of 16 mm, in points. */
const TEXT_WIDTH_PT = ((210 - 32) / 25.4) * 72;
const BODY_PT = 12;
const LARGE_PT = 16;
/** Large print is not set as wide as it could be: it would take more sheets. */
const LARGE_DENSITY = 1;

/** Lays out statements with the given fonts. */
export function createPager(fonts: FontSet): (content: StatementContent, mark: IssueMark, options?: PrintOptions) => PrintedPage {
  const measure = createMeasure(fonts);
  return (content, mark, options = {}) => pageOf(content, mark, options, fonts, measure);
}

function pageOf(content: StatementContent, mark: IssueMark, options: PrintOptions, fonts: FontSet, measure: Measure): PrintedPage {
  const large = options.largePrint ?? false;
  const bodyPt = large ? LARGE_PT : BODY_PT;
  const place = { measure, widthEm: TEXT_WIDTH_PT / bodyPt };
  const { figures, notice, issuedOn, year } = content;
  const own = (): (Section | undefined)[] => [
    dividendsSection(figures, place),
    earlierYearsSection(figures),
    stakeSection(figures),
    loansSection(figures, place),
    interestSection(figures, place),
    helpSection(figures),
  ];
  const middle = mark.supplement > 0 ? [changesSection(content, mark.changed ?? [], mark.reason, place)] : own();
  const sections = [
    basicsSection(content, place),
    ...middle,
    explanationSection(mark.supplement > 0 ? changedOnly(figures, mark.changed ?? []) : figures),
    objectionSection(content),
  ].filter((section): section is Section => section !== undefined);
  const parts = { household: content.household, year, supplement: mark.supplement };
  const code = codeModules(codeText(mark, parts, notice.verifyAt));
  return {
    code: code.modules,
    page: {
      large,
      density: large ? LARGE_DENSITY : densityFor(sections, bodyPt, measure, place.widthEm),
      copies: options.twoCopies ? ["第一联 户存", "第二联 村委会存"] : ["户存"],
      fonts: fonts.families,
      title: `${notice.district}金融扶贫年度分红（收益）告知书`,
      subtitle: mark.supplement > 0 ? `（${year} 年度 补充告知书 第 ${mark.supplement} 次）` : `（${year} 年度）`,
      number: mark.number,
      issuedOn: dateInWords(issuedOn),
      cutoff: instantInWords(content.cutoff.recordedAt),
      date: [Number(issuedOn.slice(0, 4)), Number(issuedOn.slice(5, 7)), Number(issuedOn.slice(8, 10))],
      issuer: notice.issuer,
      seal: notice.seal,
      sections,
      check: checkCode(mark.contentHash),
      codeSize: code.size,
    },
  };
}

/** The lines of the figures in which something changed: a supplement explains nothing else. */
function changedOnly(figures: StatementFigures, changed: readonly ChangedLine[]): StatementFigures {
  const touched = (list: string, id: string): boolean => changed.some(({ key }) => key.startsWith(`${list}/${id}/`));
  return {
    ...figures,
    dividends: figures.dividends.filter(({ pool }) => touched("dividends", pool)),
    loans: figures.loans.filter(({ loan }) => touched("loans", loan)),
    interest: figures.interest.filter(({ loan }) => touched("interest", loan)),
  };
}

/** Modules of white around the code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/**
 * The code at error correction M. Its pieces come in the modes that fit them and the mask is fixed by the text's hash:
 * finding the best of all takes twenty times as long, and readers don't need it.
 */
export function codeModules(pieces: readonly CodePiece[]): { readonly size: number; readonly modules: Buffer } {
  const text = pieces.map((one) => one.text).join("");
  const maskPattern = ((createHash("sha256").update(text).digest()[0] as number) % 8) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
  const segments = pieces.map((one) =>
    one.mode === "byte" ? { data: Buffer.from(one.text), mode: "byte" as const } : { data: one.text, mode: "alphanumeric" as const },
  );
  const { modules } = QRCode.create(segments, { errorCorrectionLevel: "M", maskPattern });
  const size = modules.size + 2 * QUIET_ZONE;
  const pixels = Buffer.alloc(size * size, 255);
  for (let y = 0; y < modules.size; y++) {
    for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) pixels[(y + QUIET_ZONE) * size + x + QUIET_ZONE] = 0;
  }
  return { size, modules: pixels };
}

/** Every text of a page that comes from data, for the check against the fonts. */
export function textsOf(page: StatementPage): string {
  const texts: string[] = [page.title, page.subtitle, page.number, page.issuer, page.seal, page.issuedOn, page.cutoff];
  for (const section of page.sections) {
    texts.push(section.title, section.text ?? "", section.unit ?? "");
    for (const block of section.blocks) {
      if (block.kind === "grid") for (const cell of block.cells) texts.push(cell.text);
      else for (const part of block.parts) texts.push(typeof part === "string" ? part : part.text);
    }
  }
  return texts.join("");
}
