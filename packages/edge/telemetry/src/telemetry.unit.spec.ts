import { Writable } from "node:stream";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { createLogger, createMetrics, observeServer, scrubText } from "./index.ts";

const capture = () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, logger: createLogger({ level: "info", service: "spec", destination }) };
};

describe("logs", () => {
  it("given names, numbers, bodies and secrets anywhere, then none of them is written", () => {
    const { lines, logger } = capture();
    logger.info(
      {
        household: "HH1",
        person: { name: "张三丰", idNumber: "410899195202290013" },
        a: { b: { phone: "13800138000" } },
        body: { x: 1 },
        headers: { cookie: "huimin_session=abc" },
      },
      "looked up 410899195202290013",
    );
    logger.error(
      {
        err: Object.assign(new Error("duplicate key (6299994108990000011) of 13912345678"), {
          detail: "Key (name)=(张三丰)",
          code: "23505",
        }),
      },
      "failed",
    );
    const text = lines.join("");
    for (const secret of ["张三丰", "410899195202290013", "13800138000", "13912345678", "6299994108990000011", "huimin_session"])
      expect(text).not.toContain(secret);
    expect(text).toContain('"household":"HH1"');
    expect(text).toContain('"code":"23505"');
  });

  it("keeps dates, amounts, positions and instants", () => {
    for (const fine of ["2018-03-20T01:02:03.000+08:00", "123456789012.34", "position 4123456789", "410803009204", "1521565323000"])
      expect(scrubText(fine)).toBe(fine);
  });
});

describe("a watched server", () => {
  it("answers its probes, counts requests by route, and logs no address", async () => {
    const { lines, logger } = capture();
    const metrics = createMetrics({ processMetrics: false });
    let database: string | undefined;
    const app = fastify({ loggerInstance: logger, disableRequestLogging: true });
    observeServer(app, {
      metrics,
      checks: [
        { name: "database", check: async () => database },
        { name: "broken", check: async () => (database ? Promise.reject(new TypeError("x")) : undefined) },
      ],
    });
    app.get("/households/:no", async () => "ok");
    expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
    expect((await app.inject({ url: "/readyz" })).json()).toEqual({ status: "ready", checks: { database: "ok", broken: "ok" } });
    database = "connection refused";
    const notReady = await app.inject({ url: "/readyz" });
    expect([notReady.statusCode, notReady.json().checks]).toEqual([503, { database: "connection refused", broken: "TypeError" }]);
    await app.inject({ url: "/households/HH-0042?x=1" });
    expect(lines.join("")).not.toContain("HH-0042");
    expect((await app.inject({ url: "/metrics" })).body).toContain(
      'huimin_http_request_seconds_count{method="GET",route="/households/:no",status="200"} 1',
    );
    await app.close();
  });
});
