import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RegisterVillage } from "@huimin/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform, type Platform } from "./platform.ts";
import { runHuimin } from "./testing/command-line.ts";
import { LiveDistrict } from "./testing/live-district.ts";

/* One event of district 410803 can't be read by this program; district 410802 is in the same database. */

const district = new LiveDistrict();
const home = mkdtempSync(path.join(tmpdir(), "huimin-standing-"));
let other: Platform;

beforeAll(async () => {
  await district.start();
  const { databaseUrl } = district.platform;
  other = await createPlatform({
    district: "410802",
    home,
    databaseUrl,
    clock: () => district.now,
    logLevel: "silent",
    eventLoopDelayMsMax: 0,
  });
});
afterAll(async () => {
  await other.close();
  await district.stop();
  rmSync(home, { recursive: true, force: true });
});

const huimin = (platform: Platform, ...args: string[]) => runHuimin(args, { directory: home, platform });

describe("a district whose read models stand still", () => {
  it("says so and why in probe, metric, check and audit; the other district goes on", async () => {
    const { platform } = district;
    const head = await platform.store.head("410803");
    await platform.store.append("410803", {
      writes: [
        {
          stream: "loan/L9",
          expect: { kind: "none" },
          events: [
            {
              ...{
                eventId: "e-new",
                type: "LoanDisbursed",
                schemaVersion: 9,
                valueDate: "2017-03-01",
                recordedAt: "2017-03-01T10:00:00+08:00",
              },
              ...{ period: "2017-03", actor: "spec", role: "SYS", channel: "system", commandId: "c", correlationId: "c", payload: {} },
            },
          ],
        },
      ],
      ...{ asserts: [], keys: [], answer: null },
    });
    platform.projector.wake();
    expect(await platform.projector.waitFor(head + 1, 10_000)).toMatchObject({ reached: false, position: head });
    const ready = await fetch(`${district.origin}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringMatching(new RegExp(`before position ${head + 1} \\(LoanDisbursed\\).*newer program`)),
    ]);
    const metrics = await (await fetch(`${district.origin}/metrics`)).text();
    expect(metrics).toContain("huimin_projector_stopped 1");
    const check = await huimin(platform, "check");
    expect([check.code, check.err]).toEqual([1, expect.stringContaining(`第 ${head + 1} 条`)]);
    const audit = await huimin(platform, "audit");
    expect([audit.code, audit.err]).toEqual([1, expect.stringContaining(`position ${head + 1} (LoanDisbursed`)]);
    expect(audit.err).not.toContain("books-ran");
    // Its bytes are as sound as ever.
    expect([await huimin(platform, "checkpoint"), await huimin(platform, "verify")]).toMatchObject([{ code: 0 }, { code: 0 }]);

    const village = { village: "410802001201", name: "测试村", street: "测试街道", streetCode: "410802001", valueDate: "2016-12-01" };
    const outcome = await other.handler.execute(RegisterVillage, village, {
      actor: "spec",
      checker: "spec-2",
      role: "POV",
      channel: "import",
    });
    expect(outcome.kind).toBe("recorded");
    expect(await other.projector.drain()).toBe(1);
    expect((await other.projector.status()).stopped).toBeUndefined();
    expect(await huimin(other, "check")).toMatchObject({ code: 0 });
    expect((await other.app.inject("/readyz")).statusCode).toBe(200);
  });
});
