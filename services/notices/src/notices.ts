import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type NoticeContent, type NoticeKind, textsOfNotice } from "@huimin/notices";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { payoutFailure, stake, subsidy } from "./kinds-household.ts";
import { donation, honour, settlement } from "./kinds-others.ts";
import type { NoticeQuestion, NoticesOptions, Say } from "./types.ts";

const KINDS: Readonly<Record<NoticeKind, Say>> = { subsidy, stake, settlement, "payout-failure": payoutFailure, donation, honour };

/** The word of a kind in its number: 中站扶贴〔2018〕… */
const WORDS: Readonly<Record<NoticeKind, string>> = {
  subsidy: "贴",
  stake: "股",
  settlement: "清",
  "payout-failure": "退",
  donation: "捐",
  honour: "荣",
};

/**
 * What a notice says, from the log up to its cut-off. Refuses NOTICE_NOTHING, NOTICE_NOT_SETTLED, NOTICE_SUBJECT_MISSING,
 * NOTICE_PERSON_UNKNOWN, NOTICE_CHARACTERS_MISSING.
 */
export async function makeNotice(question: NoticeQuestion, options: NoticesOptions): Promise<Result<NoticeContent, Refusal>> {
  const { store, district, notice, vault, fonts } = options;
  const now = shanghaiInstant(options.clock());
  const head = await store.head(district);
  const position = Math.min(question.position ?? head, head);
  const [event] = position === head || position === 0 ? [] : await store.readAll(district, position - 1, 1);
  const cutoff = { position, recordedAt: event?.recordedAt ?? now };
  const on = question.issuedOn ?? shanghaiDate(now);
  const said = await KINDS[question.kind]({ ...question, cutoff, on }, options);
  if (!said.ok) return said;
  const { subject, ...content } = said.value;
  const year = question.year ?? Number(on.slice(0, 4));
  const number = `${[...notice.prefix].slice(0, -1).join("")}${WORDS[question.kind]}〔${year}〕${subject}-${position}`;
  const salt = vault.fingerprint(district, "notice", number);
  const made: NoticeContent = { kind: question.kind, number, ...content, issuedOn: on, cutoff, notice, salt };
  const missing = fonts().missing(textsOfNotice(made));
  if (missing.length === 0) return { ok: true, value: made };
  const characters = missing.map((one) => `U+${(one.codePointAt(0) as number).toString(16).toUpperCase()}`).join(" ");
  return refuse(errors.NOTICE_CHARACTERS_MISSING, { subject, characters });
}
