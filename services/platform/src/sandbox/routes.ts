import { addDays, shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type App, RefusalError } from "@huimin/http";
import { SANDBOX_DISTRICT } from "@huimin/identity";
import { declareErrors } from "@huimin/outcome";
import { Type } from "typebox";
import { SANDBOX_BANKS } from "./keys.ts";

/** Days that one request may move the clock: the longest loan and a year after it. */
const DAYS_MAX = 1_500;

export const sandboxErrors = declareErrors({
  SANDBOX_RESETTING: {
    zh: "沙箱正在恢复初始数据。",
    en: "The sandbox is going back to its first data.",
    remedyZh: "几秒后重试。",
    remedyEn: "Try again in a few seconds.",
    kind: "busy",
  },
  SANDBOX_CLOCK_BACKWARDS: {
    zh: "沙箱时钟现在是 {today}，不能拨到 {day}。",
    en: "The sandbox's clock stands at {today}; it can't be set to {day}.",
    remedyZh: "时钟只能前拨；要从头开始请调用 POST /sandbox/reset。",
    remedyEn: "It only moves forward; to begin again, POST /sandbox/reset.",
    kind: "rule",
  },
  SANDBOX_CLOCK_FAR: {
    zh: "一次最多前拨 {limit} 天。",
    en: "One request moves the clock at most {limit} days.",
    remedyZh: "分几次拨。",
    remedyEn: "Move it in several requests.",
    kind: "rule",
  },
});

/** What the routes do to the sandbox. */
export interface Sandbox {
  readonly clock: () => number;
  households(): readonly { readonly household: string; readonly head: string }[];
  reset(): Promise<void>;
  moveTo(day: string): Promise<{ readonly clock: string; readonly daysClosed: number; readonly markedOverdue: number }>;
}

const State = Type.Object({
  sandbox: Type.Literal(true),
  district: Type.String(),
  clock: Type.String({ description: "沙箱时钟 the sandbox's business clock; signatures are dated by the real one" }),
  households: Type.Array(
    Type.Object({
      household: Type.String(),
      head: Type.String({ description: "户主的人员编号 person id of the head: `borrower` of an application" }),
    }),
  ),
  banks: Type.Array(Type.Object({ bank: Type.String(), name: Type.String(), keyIds: Type.Array(Type.String()) })),
});

/**
 * Help for whoever builds a bank's connection. Nobody has to sign in: the keys of a sandbox are published, so nothing in it
 * is worth protecting. These routes do not exist on a server that is not a sandbox.
 */
export async function sandboxRoutes(app: App, sandbox: Sandbox): Promise<void> {
  const tags = ["sandbox"];
  const state = () => ({
    sandbox: true as const,
    district: SANDBOX_DISTRICT,
    clock: shanghaiInstant(sandbox.clock()),
    households: [...sandbox.households()],
    banks: SANDBOX_BANKS.map(({ bank, name, keyIds }) => ({ bank, name, keyIds: [...keyIds] })),
  });
  app.get("/sandbox", { schema: { tags, summary: "沙箱状态 / What this sandbox is", response: { 200: State } } }, async () => state());
  app.post(
    "/sandbox/reset",
    { schema: { tags, summary: "恢复初始数据 / Back to the first data and the first day", response: { 200: State } } },
    async () => {
      await sandbox.reset();
      return state();
    },
  );
  app.post(
    "/sandbox/clock",
    {
      schema: {
        tags,
        summary: "前拨时钟 / Moves the clock forward and does the nightly work of the days between",
        body: Type.Union([
          Type.Object(
            { to: Type.String({ format: "date", description: "day on which it will be 09:00" }) },
            { additionalProperties: false },
          ),
          Type.Object({ days: Type.Integer({ minimum: 1, maximum: DAYS_MAX }) }, { additionalProperties: false }),
        ]),
        response: { 200: Type.Object({ clock: Type.String(), daysClosed: Type.Integer(), markedOverdue: Type.Integer() }) },
      },
    },
    async ({ body }) => {
      const today = shanghaiDate(sandbox.clock());
      const day = "to" in body ? body.to : addDays(today, body.days);
      if (day <= today) throw new RefusalError({ code: sandboxErrors.SANDBOX_CLOCK_BACKWARDS, details: { today, day } });
      if (addDays(today, DAYS_MAX) < day) throw new RefusalError({ code: sandboxErrors.SANDBOX_CLOCK_FAR, details: { limit: DAYS_MAX } });
      return sandbox.moveTo(day);
    },
  );
}
