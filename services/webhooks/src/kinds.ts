import { TEST_KIND, type WebhookKind } from "@huimin/webhook/events";
import { type TObject, Type } from "typebox";

/*
 * What a bank is told, kind by kind. Thin on purpose: ids, amounts and where it stands in the log, no person and no free
 * text; whoever wants more asks the API, where the asking is authorised and logged.
 */

export type MessageKind = WebhookKind | typeof TEST_KIND;

const Id = (description: string) => Type.String({ description });
const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$", description: "yuan" });
const DateText = Type.String({ format: "date" });
const Quarter = Type.String({ pattern: "^\\d{4}Q[1-4]$" });
const loan = Id("贷款编号 loan");

/** In every message. */
const common = {
  district: Type.String({ pattern: "^\\d{6}$", description: "区划代码 district" }),
  bank: Id("银行编号 bank"),
  position: Type.Integer({ minimum: 1, description: "position in the log: a read with min-position of it sees what is told here" }),
};

export interface KindDescription {
  readonly summary: string;
  /** Schema of `data`. */
  readonly data: TObject;
}

const kind = (summary: string, fields: Parameters<typeof Type.Object>[0]): KindDescription => ({
  summary,
  data: Type.Object({ ...common, ...fields }, { additionalProperties: false }),
});

const held = { loan, serial: Id("银行流水 the bank's serial"), valueDate: DateText, principal: Amount, interest: Amount, penalty: Amount };

export const messageKinds: Readonly<Record<MessageKind, KindDescription>> = {
  "payout.instruction.ready": kind("代发批次已提交，可下载代发文件 / A payout batch is submitted; its file can be fetched", {
    payoutBatch: Id("代发批次 payout batch"),
    count: Type.Integer({ minimum: 1, description: "payments" }),
    total: Amount,
    currency: Type.Literal("CNY"),
    fileHash: Type.String({ description: "SHA-256 of the payments; the message of a result names it" }),
    file: Type.Optional(
      Type.String({
        description: "GET, signed; format=pain.001, csv or xlsx. Absent when the payee is an heir, whose account is not on file",
      }),
    ),
  }),
  "payout.batch.cancelled": kind("代发批次已撤销 / A payout batch is cancelled; pay nothing of it", {
    payoutBatch: Id("代发批次 payout batch"),
  }),
  "subsidy.claim.approved": kind("贴息申报已审核 / The quarter's subsidy claim is approved", { quarter: Quarter, total: Amount }),
  "subsidy.claim.line_rejected": kind("贴息申报中一笔被剔除 / A line of the subsidy claim is rejected", { quarter: Quarter, loan }),
  "subsidy.payment.returned": kind("贴息拨付被退回 / A subsidy payment came back", { loan, amount: Amount, valueDate: DateText }),
  "compensation.approved": kind("代偿申请已审批 / A compensation is approved", {
    ref: Id("代偿编号 case"),
    base: Amount,
    loans: Type.Integer({ minimum: 1 }),
  }),
  "compensation.rejected": kind("代偿申请被驳回 / A compensation is rejected", { ref: Id("代偿编号 case") }),
  "item.held": kind("疑似重复，暂未入账 / A repayment is held as a suspected duplicate; nothing is booked", {
    ...held,
    sameAs: Id("serial of the repayment that it resembles"),
  }),
  "item.released": kind("疑似重复已放行入账 / A held repayment was no duplicate and is booked", held),
  "item.dismissed": kind("确认重复，不入账 / A held repayment was a duplicate and is not booked", { loan, serial: held.serial }),
  "file.processed": kind("文件处理完毕 / A file has its outcome", {
    sha256: Type.String({ description: "SHA-256 of the file, hex" }),
    status: Type.Union([Type.Literal("booked"), Type.Literal("partly"), Type.Literal("refused")]),
    booked: Type.Integer(),
    repeated: Type.Integer(),
    held: Type.Integer(),
    refused: Type.Integer(),
    code: Type.Optional(Type.String({ description: "why the whole file was refused" })),
    report: Type.String({ description: "GET, signed: the report row by row" }),
  }),
  "key.expiring": kind("签名密钥即将到期 / A signing key ends soon", {
    keyId: Id("密钥编号 key"),
    validTo: DateText,
    daysLeft: Type.Integer({ minimum: 0 }),
  }),
  "webhook.disabled": kind("另一通知地址因 410 停用 / Another endpoint of the bank answered 410 Gone and is paused", {
    endpoint: Id("通知地址 endpoint"),
  }),
  [TEST_KIND]: kind("测试通知 / A test that was asked for", { endpoint: Id("通知地址 endpoint") }),
};

/** A whole message as it is sent. */
export const messageSchema = (type: MessageKind): TObject =>
  Type.Object(
    {
      type: Type.Literal(type),
      timestamp: Type.String({ format: "date-time", description: "when it was recorded, Asia/Shanghai" }),
      data: messageKinds[type].data,
    },
    { additionalProperties: false },
  );

const headerOf = (name: string, description: string) => ({
  ...{ name, in: "header", required: true, description },
  schema: { type: "string" },
});

/** The section `webhooks` of an OpenAPI 3.1 document. */
export const openApiWebhooks = (): Record<string, unknown> =>
  Object.fromEntries(
    (Object.keys(messageKinds) as MessageKind[]).map((type) => [
      type,
      {
        post: {
          operationId: `on${type.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
          tags: ["webhooks"],
          summary: messageKinds[type].summary,
          description: "Standard Webhooks: verify the signature, drop a webhook-id that was seen, answer 2xx within 10 s.",
          parameters: [
            headerOf("webhook-id", "the same in every attempt of this message"),
            headerOf("webhook-timestamp", "seconds since 1970 of this attempt; refuse one older than five minutes"),
            headerOf("webhook-signature", "v1,base64 of HMAC-SHA-256; several, separated by spaces, while a secret is replaced"),
          ],
          requestBody: { required: true, content: { "application/json": { schema: messageSchema(type) } } },
          responses: {
            "2XX": { description: "received" },
            "410": { description: "the endpoint is no more: it is paused" },
            default: { description: "tried again after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h" },
          },
        },
      },
    ]),
  );
