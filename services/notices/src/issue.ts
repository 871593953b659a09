import type { RecordedEvent } from "@huimin/decider";
import {
  type IssuedNotice,
  type NoticeIssued,
  type NoticeOf,
  type NoticeState,
  noticeFold,
  noticeStream,
  standingNotice,
} from "@huimin/notice/events";
import { type NoticeContent, noticeHash, saidHash } from "@huimin/notices";
import { type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { makeNotice, makingNow, noticeOf } from "./notices.ts";
import type { MadeNotice, NoticeQuestion, NoticesOptions } from "./types.ts";

/** Sends the command that records an issue. */
export type SendNotice = (command: NoticeIssued) => Promise<Result<unknown, Refusal>>;

/** A notice as it is on record, ready to be printed. */
export interface OpenedNotice {
  readonly content: NoticeContent;
  /** False where it says what the last one said: then it is that one. */
  readonly fresh: boolean;
}

async function stateOf(of: NoticeOf, { store, district }: NoticesOptions): Promise<NoticeState> {
  const { events } = await store.readStream(district, noticeStream(of));
  return events.reduce((state, event) => noticeFold.evolve(state, event as RecordedEvent), noticeFold.initialState);
}

/**
 * 出具: makes a notice, records it and hands it out; where nothing that it says has changed since the last one, that one.
 * Only what is on record may leave the office: its QR code must lead somewhere. Refuses what `makeNotice` and IssueNotice do.
 */
export async function issueNotice(
  question: NoticeQuestion,
  options: NoticesOptions,
  send: SendNotice,
): Promise<Result<OpenedNotice, Refusal>> {
  const of = noticeOf(question);
  if (!of.ok) return of;
  const made = await makeNotice(of.value, await makingNow(question, options), options);
  if (!made.ok) return made;
  const issue = recordOf(made.value, options);
  const standing = standingNotice(await stateOf(of.value, options));
  if (standing?.said === issue.said) {
    const again = await reopened(of.value, standing, options);
    return again.ok ? { ok: true, value: { content: again.value, fresh: false } } : again;
  }
  const sent = await send(issue);
  return sent.ok ? { ok: true, value: { content: made.value.content, fresh: true } } : sent;
}

function recordOf({ of, content, shown }: MadeNotice, { vault, district }: NoticesOptions): NoticeIssued {
  const { number, title, cutoff, issuedOn, notice } = content;
  const said = saidHash(content, vault.fingerprint(district, "notice said", noticeStream(of)));
  return { ...of, number, title, contentHash: noticeHash(content), said, cutoff, issuedOn, notice, shown };
}

/** What was issued, made again from the log up to its cut-off. Refuses NOTICE_NOT_AS_ISSUED where that is not the same paper. */
async function reopened(of: NoticeOf, issued: IssuedNotice, options: NoticesOptions): Promise<Result<NoticeContent, Refusal>> {
  const { cutoff, issuedOn, notice, number, contentHash } = issued;
  const made = await makeNotice(of, { cutoff, on: issuedOn, notice }, options);
  if (!made.ok) return made;
  if (noticeHash(made.value.content) !== contentHash) return refuse(errors.NOTICE_NOT_AS_ISSUED, { number });
  return { ok: true, value: made.value.content };
}

/** A notice that was issued: the one that counts, or the one with this number. Refuses NOTICE_NOT_ISSUED, NOTICE_NOT_AS_ISSUED. */
export async function openNotice(
  question: NoticeQuestion & { readonly number?: string | undefined },
  options: NoticesOptions,
): Promise<Result<NoticeContent, Refusal>> {
  const of = noticeOf(question);
  if (!of.ok) return of;
  const state = await stateOf(of.value, options);
  const { number } = question;
  const issued = number === undefined ? standingNotice(state) : state.issued.find((one) => one.number === number);
  if (!issued) return refuse(errors.NOTICE_NOT_ISSUED, { kind: question.kind });
  return reopened(of.value, issued, options);
}
