import type { Fold } from "@huimin/decider";
import type { NoticeIssued, NoticeRevoked } from "./schema.ts";

export type IssuedNotice = NoticeIssued & { readonly position: number; readonly recordedAt: string; readonly revoked?: string };

/** What a subject was told in notices of one kind, in the order of issue. */
export interface NoticeState {
  readonly issued: readonly IssuedNotice[];
}

export const noticeFold: Fold<NoticeState> = {
  initialState: { issued: [] },
  evolve: (state, { type, payload, position, recordedAt }) => {
    if (type === "NoticeIssued") return { issued: [...state.issued, { ...(payload as NoticeIssued), position, recordedAt }] };
    if (type !== "NoticeRevoked") return state;
    const { number, reason } = payload as NoticeRevoked;
    return { issued: state.issued.map((one) => (one.number === number ? { ...one, revoked: reason } : one)) };
  },
};

/** The one that counts: the last, unless it was revoked. What came before it is superseded for good. */
export function standingNotice(state: NoticeState): IssuedNotice | undefined {
  const last = state.issued.at(-1);
  return last?.revoked === undefined ? last : undefined;
}
