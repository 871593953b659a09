import { type App, buildApp, guardWith } from "@huimin/http";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditRoutes } from "./index.ts";

describe("audit over HTTP, where no auditor has run", () => {
  let app: App;
  beforeAll(async () => {
    app = await buildApp({ logger: pino({ level: "silent" }), limits: { eventLoopDelayMs: 0 } });
    guardWith(app, { personOf: async () => ({ roles: ["AUD"], mustChangePassword: false }) } as unknown as Parameters<typeof guardWith>[1]);
    await app.register(async (scope) => auditRoutes(scope as App, { state: async () => undefined, clock: () => 0 }), { prefix: "/api/v1" });
    await app.ready();
  });
  afterAll(() => app.close());

  it.each(["status", "findings", "findings?gone=true", "report", "report?format=md&language=en"])(
    "given no state, when asked for %s, then it says that none was made, and answers no empty all-clear",
    async (question) => {
      const answer = await app.inject({ url: `/api/v1/audit/${question}`, headers: { authorization: `Bearer ${"x".repeat(32)}` } });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
      expect(answer.json()).toMatchObject({ status: 404, code: "AUDIT_NOT_RUN", errors: [] });
      expect(answer.json().remedyEn).toContain("huimin audit");
      expect(answer.body).not.toContain("clean");
    },
  );
});
