import { declareErrors } from "@huimin/outcome";

/** Refusals of signed requests. All but the two of the digest are `unauthenticated`: the sender is not proven. */
export const signingErrors = declareErrors({
  SIGNATURE_MISSING: {
    zh: "请求没有签名：缺少 {what}。",
    en: "The request is not signed: {what} is missing.",
    remedyZh: "按 RFC 9421 用银行的 Ed25519 私钥签名，并附上 Signature-Input、Signature 和 Content-Digest 请求头。",
    remedyEn: "Sign it as RFC 9421 says with the bank's Ed25519 key, and send the headers Signature-Input, Signature and Content-Digest.",
    kind: "unauthenticated",
  },
  SIGNATURE_INVALID: {
    zh: "签名无效：{why}。",
    en: "The signature is not valid: {why}.",
    remedyZh: "核对签名所用的私钥、keyid 和签名基串；代理不得改写请求地址、请求头或请求体。",
    remedyEn: "Check the private key, the keyid and the signature base; a proxy must not rewrite address, headers or body.",
    kind: "unauthenticated",
  },
  SIGNATURE_EXPIRED: {
    zh: "签名不在有效时间内：{why}。",
    en: "The signature is outside its time window: {why}.",
    remedyZh: "校准时钟，用当前时间重新签名后再发；重发时用同一个 Idempotency-Key，不会重复记账。",
    remedyEn: "Set the clock right, sign again with the present time and resend; with the same Idempotency-Key nothing is booked twice.",
    kind: "unauthenticated",
  },
  DIGEST_MISMATCH: {
    zh: "Content-Digest 与收到的请求体不符。",
    en: "Content-Digest does not match the body that arrived.",
    remedyZh: "对实际发送的字节计算 SHA-256（RFC 9530），先定稿请求体再签名。",
    remedyEn: "Compute SHA-256 (RFC 9530) over the bytes that are sent, and sign after the body is final.",
    kind: "unauthenticated",
  },
  KEY_UNKNOWN: {
    zh: "没有登记密钥 {keyId}。",
    en: "No key {keyId} is registered.",
    remedyZh: "请金融办登记该银行的公钥，或改用已登记的 keyid。",
    remedyEn: "Ask the finance-promotion office to register the bank's public key, or use a keyid that is registered.",
    kind: "unauthenticated",
  },
  KEY_REVOKED: {
    zh: "密钥 {keyId} 已吊销。",
    en: "The key {keyId} is revoked.",
    remedyZh: "改用新的密钥；旧密钥不再接受。",
    remedyEn: "Use the new key; the old one is not accepted any more.",
    kind: "unauthenticated",
  },
  KEY_EXPIRED: {
    zh: "密钥 {keyId} 已于 {date} 到期。",
    en: "The key {keyId} ended on {date}.",
    remedyZh: "改用新的密钥；没有新密钥的，请向金融办登记。",
    remedyEn: "Use the key that follows it; if there is none, have one registered by the office.",
    kind: "unauthenticated",
  },
  KEY_NOT_YET_VALID: {
    zh: "密钥 {keyId} 自 {date} 起有效。",
    en: "The key {keyId} is valid from {date} on.",
    remedyZh: "在此之前请用原来的密钥。",
    remedyEn: "Use the former key until then.",
    kind: "unauthenticated",
  },
  KEY_OF_SANDBOX: {
    zh: "密钥 {keyId} 是沙箱公开的测试密钥，本系统不接受。",
    en: "The key {keyId} is a published test key of the sandbox; it is not accepted here.",
    remedyZh: "改用贵行自己生成并登记的密钥；测试密钥只能用于沙箱。",
    remedyEn: "Use a key that the bank made and registered itself; test keys are for the sandbox only.",
    kind: "unauthenticated",
  },
  REPLAYED: {
    zh: "这一签名请求已经收到过（nonce 重复）。",
    en: "This signed request was received before (its nonce is used).",
    remedyZh: "重发时换一个 nonce 重新签名，并沿用原来的 Idempotency-Key。",
    remedyEn: "To resend, sign again with a new nonce and keep the Idempotency-Key.",
    kind: "unauthenticated",
  },
});
