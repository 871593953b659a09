import { type CommandDefinition, needsSecondPerson, SpecificationLog } from "@huimin/decider";
import { describe, expect, it } from "vitest";
import {
  ChangeWebhookEndpoint,
  IssueWebhookSecret,
  PauseWebhookEndpoint,
  RegisterWebhookEndpoint,
  RemoveWebhookEndpoint,
  RequestWebhookTest,
  ResumeWebhookEndpoint,
  secretsAt,
  subscribed,
  type WebhookState,
  webhookFold,
  webhookStream,
} from "./index.ts";

const at = (hour: number) => `2018-03-01T${String(hour).padStart(2, "0")}:00:00.000+08:00`;

class Log extends SpecificationLog {
  constructor() {
    super({ actor: "u-1", role: "FOF", recordedAt: at(8) });
    this.record("bank/K1", [{ type: "BankRegistered", valueDate: "2018-01-01", payload: { bank: "K1", name: "测试农商行" } }]);
  }
  code(definition: CommandDefinition, command: object, context: object = {}): string {
    const result = this.execute(definition, { bank: "K1", endpoint: "W1", ...command }, context);
    return result.ok ? "" : result.refusal.code;
  }
  get state(): WebhookState {
    return (this.streams.get(webhookStream("K1")) ?? []).reduce(webhookFold.evolve, webhookFold.initialState);
  }
}

const W1 = { url: "https://bank.example/hooks", kinds: ["item.held", "key.expiring"] };
const registered = (): Log => {
  const log = new Log();
  expect(log.code(RegisterWebhookEndpoint, W1)).toBe("");
  return log;
};

describe("endpoints of a bank", () => {
  it("given nothing, when one is registered, then it gets the kinds it asked for; registering and changing wait for a second person", () => {
    const { state } = registered();
    expect(state.endpoints.get("W1")).toMatchObject({ status: "active", url: "https://bank.example/hooks", secrets: [] });
    expect(subscribed(state, "item.held")).toHaveLength(1);
    expect(subscribed(state, "file.processed")).toHaveLength(0);
    for (const definition of [RegisterWebhookEndpoint, ChangeWebhookEndpoint])
      expect([needsSecondPerson(definition), definition.checkerRoles]).toEqual([true, ["FIN-R", "FOF"]]);
    expect([PauseWebhookEndpoint, IssueWebhookSecret].map(needsSecondPerson)).toEqual([false, false]);
  });

  it.each([
    ["no address", { url: "bank.example" }, "WEBHOOK_URL_INVALID"],
    ["another protocol", { url: "ftp://bank.example/" }, "WEBHOOK_URL_INVALID"],
    ["a password in it", { url: "https://a:b@bank.example/" }, "WEBHOOK_URL_INVALID"],
    ["a fragment", { url: "https://bank.example/#" }, "WEBHOOK_URL_INVALID"],
    ["an unknown bank", { bank: "K9" }, "WEBHOOK_BANK_UNKNOWN"],
    ["a name that is taken", { endpoint: "W1", url: "https://other.example/" }, "WEBHOOK_ENDPOINT_EXISTS"],
    ["an address that is taken", { url: "https://BANK.example:443/hooks" }, "WEBHOOK_URL_TAKEN"],
  ])("refuses %s", (_, change, code) => {
    expect(registered().code(RegisterWebhookEndpoint, { ...W1, endpoint: "W2", url: "https://bank.example/2", ...change })).toBe(code);
  });

  it("given ten, then an eleventh only after one is removed, and never under its name", () => {
    const log = new Log();
    for (let n = 1; n <= 10; n += 1)
      expect(log.code(RegisterWebhookEndpoint, { ...W1, endpoint: `W${n}`, url: `https://b.example/${n}` })).toBe("");
    const next = { ...W1, endpoint: "W11", url: "https://b.example/11" };
    expect(log.code(RegisterWebhookEndpoint, next)).toBe("WEBHOOK_ENDPOINTS_TOO_MANY");
    expect(log.code(RemoveWebhookEndpoint, { reason: "旧系统下线" })).toBe("");
    expect(log.code(RemoveWebhookEndpoint, { reason: "旧系统下线" })).toBe("WEBHOOK_ENDPOINT_UNKNOWN");
    expect(log.code(RegisterWebhookEndpoint, { ...next, endpoint: "W1" })).toBe("WEBHOOK_ENDPOINT_EXISTS");
    expect(log.code(RegisterWebhookEndpoint, next)).toBe("");
    expect(subscribed(log.state, "item.held")).toHaveLength(10);
  });

  it("is changed, paused, resumed; each refuses what is so already", () => {
    const log = registered();
    expect(log.code(ChangeWebhookEndpoint, { ...W1, kinds: [...W1.kinds].reverse() })).toBe("WEBHOOK_NOT_CHANGED");
    expect(log.code(ChangeWebhookEndpoint, { ...W1, kinds: ["item.held"] })).toBe("");
    expect(log.code(ResumeWebhookEndpoint, {})).toBe("WEBHOOK_NOT_PAUSED");
    expect(log.code(PauseWebhookEndpoint, { cause: "gone", reason: "410" }, { role: "SYS", actor: "system" })).toBe("");
    expect(log.code(PauseWebhookEndpoint, { cause: "asked", reason: "x" })).toBe("WEBHOOK_PAUSED_ALREADY");
    expect(subscribed(log.state, "item.held")).toMatchObject([{ status: "paused", cause: "gone" }]);
    expect(log.code(ResumeWebhookEndpoint, {})).toBe("");
    expect(log.state.endpoints.get("W1")).toEqual({
      ...{ endpoint: "W1", url: W1.url, kinds: ["item.held"], status: "active", secrets: [], registeredAt: at(8) },
    });
  });

  it("given a bank, then it acts for itself only", () => {
    const log = registered();
    const k1 = { actor: "bank:K1", role: "BANK" };
    expect(log.code(RequestWebhookTest, {}, k1)).toBe("");
    expect(log.code(RequestWebhookTest, {}, { ...k1, actor: "bank:K2" })).toBe("WEBHOOK_OTHER_BANK");
    expect(log.code(RequestWebhookTest, { endpoint: "W7" }, k1)).toBe("WEBHOOK_ENDPOINT_UNKNOWN");
  });
});

describe("secrets", () => {
  it("given a rotation, then both sign during the overlap, and only the new one after it", () => {
    const log = registered();
    const one = () => log.state.endpoints.get("W1") as NonNullable<ReturnType<WebhookState["endpoints"]["get"]>>;
    expect(secretsAt(one(), at(9))).toEqual([]);
    log.code(IssueWebhookSecret, { secret: "s1", overlapHours: 10 });
    expect(one().secrets).toEqual([{ secret: "s1" }]);
    log.code(IssueWebhookSecret, { secret: "s2", overlapHours: 2 }, { recordedAt: at(9) });
    expect(secretsAt(one(), at(10))).toEqual(["s2", "s1"]);
    expect(secretsAt(one(), at(11))).toEqual(["s2"]);
    log.code(IssueWebhookSecret, { secret: "s3", overlapHours: 0 }, { recordedAt: at(10) });
    expect(secretsAt(one(), at(10))).toEqual(["s3"]);
    log.code(RemoveWebhookEndpoint, { reason: "x" });
    expect(log.state.endpoints.get("W1")?.secrets).toEqual([]);
  });
});
