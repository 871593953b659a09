import type { StoredEvent } from "@huimin/event-store";
import { TEST_KIND, WEBHOOK_KINDS } from "@huimin/webhook/events";
import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { deliveryOf, messageId } from "./follower.ts";
import {
  announcedTypes,
  categoriesOf,
  type Message,
  type MessageKind,
  messageKinds,
  messageOf,
  messageSchema,
  openApiWebhooks,
} from "./index.ts";

const AT = "2018-03-01T10:00:00.000+08:00";
const facts = { origin: "https://ledger.example", payoutBank: async (batch: string) => (batch === "P1" ? "K1" : undefined) };
const event = (type: string, payload: object): StoredEvent => ({
  ...{ district: "410803", position: 17, eventId: "e", stream: "x/1", streamVersion: 1, type, schemaVersion: 1, valueDate: "2018-03-01" },
  ...{ recordedAt: AT, period: "2018-03", actor: "u", role: "FOF", channel: "ui", commandId: "c", correlationId: "c", payload },
});
const money = { principal: "10.00", interest: "1.00", penalty: "0.00" };
const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1" };
const sha256 = "a".repeat(64);

/** One event of each type that is announced, with what must not be told in it. */
const examples: Readonly<Record<string, object>> = {
  PayoutBatchSubmitted: { payoutBatch: "P/1", bank: "K1", total: "30.00", count: 3, fileHash: sha256, parts: [] },
  PayoutBatchCancelled: { payoutBatch: "P1", reason: "张三要求" },
  SubsidyClaimApproved: { bank: "K1", quarter: "2018Q1", total: "99.00" },
  SubsidyClaimLineRejected: { bank: "K1", quarter: "2018Q1", loan: "L1", reason: "张三逾期" },
  SubsidyPaymentReturned: { ...subject, model: 3, payee: "H1", amount: "5.00", reason: "AC01", account: "x" },
  CompensationApproved: { ref: "C1", bank: "K1", obligor: "H1", base: "100.00", shares: [], loans: [{}, {}], document: "批文" },
  CompensationRejected: { ref: "C1", bank: "K1", obligor: "H1", reason: "张三" },
  RepaymentDuplicateSuspected: { ...subject, ...money, serial: "S2", sameAs: "S1" },
  RepaymentDuplicateReleased: { ...subject, ...money, serial: "S2" },
  RepaymentDuplicateDismissed: { ...subject, serial: "S2" },
  BankFileBooked: { bank: "K1", sha256, booked: 2, repeated: 0, held: 0, refused: 0, noted: 0, report: sha256 },
  BankFileRefused: { bank: "K1", sha256, bytes: 1, code: "BANK_FILE_TOTAL", row: 7 },
  WebhookEndpointPaused: { bank: "K1", endpoint: "W2", cause: "gone", reason: "410 Gone" },
  WebhookTestRequested: { bank: "K1", endpoint: "W1" },
};

const told = async (type: string, change: object = {}) => {
  const message = await messageOf(event(type, { ...examples[type], ...change }), facts);
  return message && JSON.parse(deliveryOf("410803", 17, AT, message, "W1").payload);
};

describe("what a bank is told", () => {
  it("has an example of each announced type, and each kind has a schema", () => {
    expect(Object.keys(examples).sort()).toEqual([...announcedTypes].sort());
    expect(Object.keys(messageKinds).sort()).toEqual([...WEBHOOK_KINDS, TEST_KIND].sort());
  });

  it.each(Object.keys(examples))("%s becomes a message of its schema, thin and without names or reasons", async (type) => {
    const message = await told(type);
    expect(Value.Errors(messageSchema(message.type as MessageKind), message)).toEqual([]);
    expect(message).toMatchObject({ timestamp: AT, data: { district: "410803", bank: "K1", position: 17 } });
    const text = JSON.stringify(message);
    for (const never of ["张三", "H1", "V1", "批文"]) expect(text).not.toContain(never);
  });

  it("a payout instruction says where its file is; one to an heir has none", async () => {
    expect((await told("PayoutBatchSubmitted")).data).toMatchObject({
      ...{ payoutBatch: "P/1", count: 3, total: "30.00", currency: "CNY", fileHash: sha256 },
      file: "https://ledger.example/bank/v1/payout-batches/P%2F1/file",
    });
    expect((await told("PayoutBatchSubmitted", { payee: "heir" })).data.file).toBeUndefined();
  });

  it("nothing is told of a pause that was asked for, of a batch that nobody knows, or of any other event", async () => {
    expect(await told("WebhookEndpointPaused", { cause: "asked" })).toBeUndefined();
    expect(await told("PayoutBatchCancelled", { payoutBatch: "P9" })).toBeUndefined();
    expect(await messageOf(event("RepaymentReceived", { ...subject, ...money }), facts)).toBeUndefined();
    expect(await messageOf(event("constructor", {}), facts)).toBeUndefined();
  });

  it("reads only the streams that its kinds need", () => {
    expect(categoriesOf(new Set())).toEqual([]);
    expect(categoriesOf(new Set(["item.held", "item.released"]))).toEqual(["loan"]);
    expect([...categoriesOf(new Set(WEBHOOK_KINDS))].sort()).toEqual([
      "bank-file",
      "claim",
      "compensation",
      "loan",
      "payout",
      "subsidy",
      "webhook",
    ]);
  });

  it("has ids that a header can carry and that never repeat", () => {
    const message: Message = { kind: "subsidy.claim.line_rejected", bank: "K1", data: {} };
    expect(messageId("410803", 17, message, "W-1")).toBe("evt_410803_17_subsidy_claim_line_rejected_W-1");
    expect(messageId("410803", 17, { kind: "key.expiring", mark: "30d" }, "W1")).not.toBe(
      messageId("410803", 17, { kind: "key.expiring", mark: "14d" }, "W1"),
    );
  });

  it("is described in OpenAPI 3.1, one webhook a kind", () => {
    const described = openApiWebhooks() as Record<string, { post: { operationId: string; requestBody: object; parameters: object[] } }>;
    expect(Object.keys(described)).toHaveLength(WEBHOOK_KINDS.length + 1);
    expect(described["subsidy.claim.line_rejected"]?.post).toMatchObject({ operationId: "onSubsidyClaimLineRejected" });
    expect(new Set(Object.values(described).map(({ post }) => post.operationId)).size).toBe(Object.keys(described).length);
    expect(JSON.parse(JSON.stringify(described))).toMatchObject({ "item.held": { post: { requestBody: { required: true } } } });
  });
});
