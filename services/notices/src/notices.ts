import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { NOTICE_SUBJECTS, type NoticeOf, subjectOf } from "@huimin/notice/events";
import { type NoticeContent, type NoticeKind, textsOfNotice } from "@huimin/notices";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Cutoff, Notice } from "@huimin/statement/events";
import { errors } from "./errors.ts";
import { payoutFailure, stake, subsidy } from "./kinds-household.ts";
import { donation, honour, settlement } from "./kinds-others.ts";
import type { MadeNotice, NoticeQuestion, NoticesOptions, Say } from "./types.ts";

const KINDS: Readonly<Record<NoticeKind, { readonly say: Say; readonly word: string }>> = {
  subsidy: { say: subsidy, word: "贴" },
  stake: { say: stake, word: "股" },
  settlement: { say: settlement, word: "清" },
  "payout-failure": { say: payoutFailure, word: "退" },
  donation: { say: donation, word: "捐" },
  honour: { say: honour, word: "荣" },
};

const WANTED = {
  household: ["户编号", "household"],
  loan: ["贷款编号", "loan"],
  donor: ["捐赠人", "donor"],
  year: ["年度", "year"],
} as const;

/** What a question is of, as its kind wants it; what the kind doesn't ask for is left out. Refuses NOTICE_SUBJECT_MISSING. */
export function noticeOf(question: NoticeQuestion): Result<NoticeOf, Refusal> {
  const { kind } = question;
  const { of, year } = NOTICE_SUBJECTS[kind];
  const wanted = [...(of === undefined ? [] : [of]), ...(year ? (["year"] as const) : [])];
  const [missing] = wanted.filter((field) => question[field] === undefined);
  if (missing === undefined) return { ok: true, value: { kind, ...Object.fromEntries(wanted.map((field) => [field, question[field]])) } };
  const [what, whatEn] = WANTED[missing];
  return refuse(errors.NOTICE_SUBJECT_MISSING, { what, whatEn });
}

/** When a notice is made, from what, and who gives it. */
export interface Making {
  readonly cutoff: Cutoff;
  readonly on: string;
  readonly notice: Notice;
}

/** The cut-off and day of a notice that is made now. */
export async function makingNow({ position, issuedOn }: NoticeQuestion, options: NoticesOptions): Promise<Making> {
  const { store, district, notice } = options;
  const now = shanghaiInstant(options.clock());
  const head = await store.head(district);
  const at = Math.min(position ?? head, head);
  const [event] = at === head || at === 0 ? [] : await store.readAll(district, at - 1, 1);
  return { cutoff: { position: at, recordedAt: event?.recordedAt ?? now }, on: issuedOn ?? shanghaiDate(now), notice };
}

/**
 * What a notice says, from the log up to its cut-off. Refuses NOTICE_NOTHING, NOTICE_NOT_SETTLED, NOTICE_PERSON_UNKNOWN,
 * NOTICE_CHARACTERS_MISSING.
 */
export async function makeNotice(of: NoticeOf, making: Making, options: NoticesOptions): Promise<Result<MadeNotice, Refusal>> {
  const { kind } = of;
  const { cutoff, on, notice } = making;
  const { say, word } = KINDS[kind];
  const [subject, year] = [subjectOf(of), of.year ?? Number(on.slice(0, 4))];
  const said = await say({ subject, year, cutoff, on }, options);
  if (!said.ok) return said;
  const { shown, ...content } = said.value;
  const named = kind === "honour" ? "光荣榜" : subject;
  const number = `${[...notice.prefix].slice(0, -1).join("")}${word}〔${year}〕${named}-${cutoff.position}`;
  const salt = options.vault.fingerprint(options.district, "notice", number);
  const made: NoticeContent = { kind, number, ...content, issuedOn: on, cutoff, notice, salt };
  const missing = options.fonts().missing(textsOfNotice(made));
  if (missing.length === 0) return { ok: true, value: { of, content: made, shown } };
  const characters = missing.map((one) => `U+${(one.codePointAt(0) as number).toString(16).toUpperCase()}`).join(" ");
  return refuse(errors.NOTICE_CHARACTERS_MISSING, { subject, characters });
}
