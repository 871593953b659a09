import helmet from "@fastify/helmet";
import fastify from "fastify";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { requestLog } from "./request-log.ts";
import { CONTENT_POLICY, SECURITY_HEADERS, TRANSPORT_SECURITY } from "./security-headers.ts";

describe("security headers", () => {
  it("are those that helmet sets with the product's options, one by one", async () => {
    const app = fastify();
    await app.register(helmet, { contentSecurityPolicy: CONTENT_POLICY, strictTransportSecurity: TRANSPORT_SECURITY });
    app.get("/", async () => "x");
    const { headers } = await app.inject("/");
    const own = new Set(["content-type", "content-length", "date", "connection"]);
    expect(SECURITY_HEADERS).toEqual(Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name))));
    await app.close();
  });
});

describe("the logger of a request", () => {
  const lines: Record<string, unknown>[] = [];
  const parent = pino({ level: "info", redact: ["body"] }, { write: (line: string) => void lines.push(JSON.parse(line)) });

  it("given a line at the level in force, then it carries the correlation id and the parent's redaction", () => {
    requestLog(parent, { correlation: "c-1" }).info({ body: "secret" }, "request");
    expect(lines.splice(0)).toMatchObject([{ correlation: "c-1", body: "[Redacted]", msg: "request" }]);
  });

  it("given a line below it, then nothing is written; a child of it has both bindings", () => {
    const log = requestLog(parent, { correlation: "c-2" });
    log.debug("quiet");
    expect(lines).toEqual([]);
    log.child({ step: 1 }).warn("loud");
    expect(lines.splice(0)).toMatchObject([{ correlation: "c-2", step: 1, msg: "loud" }]);
    expect(log.level).toBe("info");
  });
});
