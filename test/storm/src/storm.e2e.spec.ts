import { describe, expect, it } from "vitest";
import { planMessages } from "./messages.ts";
import { storm } from "./storm.ts";

const POSTS = 2_000;
/** Another one on each day, so that the suite does not look at one storm only; printed with the result. */
const seed = Math.floor(Date.now() / 86_400_000);

describe("a storm", () => {
  it("has exactly the messages that are asked for, each after those that it needs", () => {
    const messages = planMessages(5_000, 33, 1);
    expect(messages).toHaveLength(5_000);
    expect(messages.filter(({ held }) => held).length).toBeGreaterThan(20);
    expect(new Set(messages.map(({ bank, body }) => `${bank} ${body.serial}`)).size).toBe(5_000);
    for (const { id, after } of messages) for (const before of after) expect(before).toBeLessThan(id);
    expect(planMessages(5_000, 33, 1)).toEqual(messages);
  });

  it(`given duplicates, broken requests, other orders and kills of the process and the database (seed ${seed}), then its books are those of a calm day`, async () => {
    const report = await storm({ posts: POSTS, seed, kills: 2, databaseKills: 2 });
    expect(report.wrong, `npm run storm -- --posts ${POSTS} --seed ${seed} --kills 2 --database-kills 2`).toEqual([]);
    expect([report.kills, report.databaseKills]).toEqual([2, 2]);
    const { brokenOff, twiceAtOnce, sentAgain, underAnotherKey } = report.storm.faults;
    for (const faults of [brokenOff, twiceAtOnce, sentAgain, underAnotherKey]) expect(faults).toBeGreaterThan(POSTS / 100);
    expect(report.books.counts.RepaymentReceived).toBeGreaterThan(POSTS / 2);
    expect(report.webhooks.arrived).toBe(report.webhooks.wanted);
    expect(report.webhooks.wanted).toBeGreaterThan(5);
  }, 300_000);
});
