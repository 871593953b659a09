import { SpecificationLog } from "@huimin/decider";
import { describe, expect, it } from "vitest";
import { IssueNotice, type NoticeIssued, noticeFold, noticeStream, RevokeNotice, standingNotice } from "./index.ts";

const HOUSEHOLD = "410803010207-0031";
const of = { kind: "subsidy", household: HOUSEHOLD, year: 2018 } as const;
const issue = (position = 100, over: Partial<NoticeIssued> = {}): NoticeIssued => ({
  ...of,
  number: `中站扶贴〔2018〕${HOUSEHOLD}-${position}`,
  title: "财政贴息到账通知",
  contentHash: position.toString(16).padStart(64, "0"),
  said: "a".repeat(64),
  cutoff: { position, recordedAt: "2019-01-18T10:00:00+08:00" },
  issuedOn: "2019-01-18",
  notice: { district: "中站区", issuer: "中站区财政局", seal: "章", prefix: "中站扶红", phones: ["12317"], objectionDays: 15 },
  shown: [{ item: "合计", value: "1194.10" }],
  ...over,
});
const log = () => new SpecificationLog({ recordedAt: "2019-01-18T11:00:00+08:00", period: "2019-01", role: "FIN-R" });
const stateOf = (one: SpecificationLog) =>
  (one.streams.get(noticeStream(of)) ?? []).reduce((state, event) => noticeFold.evolve(state, event), noticeFold.initialState);
const refusal = (code: string) => ({ ok: false, refusal: { code } });

describe("IssueNotice 出具通知", () => {
  it("given a subject, records number, hash and what is shown; the same again is refused, a change is a new one that counts", () => {
    const one = log();
    expect(one.execute(IssueNotice, issue())).toMatchObject({ ok: true, value: { answer: { number: issue().number } } });
    expect(one.execute(IssueNotice, issue(101))).toMatchObject(refusal("NOTICE_UNCHANGED"));
    expect(one.execute(IssueNotice, issue(101, { said: "b".repeat(64) })).ok).toBe(true);
    expect(standingNotice(stateOf(one))).toMatchObject({ number: issue(101).number });
    expect(stateOf(one).issued).toHaveLength(2);
  });

  it("refuses an older cut-off, because numbers are never used again, and a date before the cut-off", () => {
    const one = log();
    one.execute(IssueNotice, issue());
    expect(one.execute(IssueNotice, issue(100, { said: "b".repeat(64) }))).toMatchObject(refusal("NOTICE_CUTOFF_OLDER"));
    expect(one.execute(IssueNotice, issue(101, { issuedOn: "2019-01-17" }))).toMatchObject(refusal("NOTICE_CUTOFF_AHEAD"));
  });

  it("refuses a subject that is not the kind's", () => {
    for (const wrong of [{ loan: "L1" }, { household: undefined }, { year: undefined }, { kind: "stake" as const }])
      expect(log().execute(IssueNotice, { ...issue(), ...wrong } as NoticeIssued)).toMatchObject(refusal("NOTICE_SUBJECT_WRONG"));
  });
});

describe("RevokeNotice 作废", () => {
  it("given a notice, it counts no more, and the same may be said again in a new one", () => {
    const one = log();
    one.execute(IssueNotice, issue());
    const revoke = { ...of, number: issue().number, reason: "误开" };
    expect(one.execute(RevokeNotice, revoke).ok).toBe(true);
    expect(standingNotice(stateOf(one))).toBeUndefined();
    expect(one.execute(RevokeNotice, revoke)).toMatchObject(refusal("NOTICE_REVOKED_BEFORE"));
    expect(one.execute(RevokeNotice, { ...revoke, number: "无" })).toMatchObject(refusal("NOTICE_UNKNOWN"));
    expect(one.execute(IssueNotice, issue(101)).ok).toBe(true);
  });
});
