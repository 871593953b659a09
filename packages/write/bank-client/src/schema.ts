import { type Static, Type } from "typebox";
import { ALL_BANK_SCOPES } from "./scopes.ts";

/*
 * Events of a bank's access (银行接入). `bank-client/{bank}`: the clients of one bank and their keys. `bank-key/…`: one stream
 * for each key id and for each public key that was ever registered, so that neither is used twice, by whichever bank.
 */

const Id = Type.String({ minLength: 1, maxLength: 64 });
export const DateText = Type.String({ minLength: 10, maxLength: 10, description: "YYYY-MM-DD, Asia/Shanghai" });
export const Reason = Type.String({ minLength: 1, maxLength: 500 });

/** Clients of one bank, addresses of a client, and keys of a client that have not ended, at most. */
export const CLIENTS_MAX = 50;
export const ADDRESSES_MAX = 64;
export const OPEN_KEYS_MAX = 10;
export const PER_SECOND_MAX = 10_000;
export const BURST_MAX = 100_000;
export const PER_DAY_MAX = 1_000_000_000;

const Scopes = Type.Array(Type.Enum([...ALL_BANK_SCOPES]), { minItems: 1, maxItems: ALL_BANK_SCOPES.length });
const Addresses = Type.Array(Type.String({ minLength: 2, maxLength: 49 }), {
  minItems: 1,
  maxItems: ADDRESSES_MAX,
  description: "CIDR blocks or single addresses, IPv4 and IPv6, from which the client may send",
});

/** What a client may do, from where, and how much. */
export const Terms = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: Scopes,
  addresses: Addresses,
  perSecond: Type.Integer({ minimum: 1, maximum: PER_SECOND_MAX, description: "requests a second, lasting" }),
  burst: Type.Integer({ minimum: 1, maximum: BURST_MAX, description: "requests at once, after a pause" }),
  perDay: Type.Integer({ minimum: 1, maximum: PER_DAY_MAX, description: "messages a day (Asia/Shanghai)" }),
};

/** 客户端登记 */
export const BankClientRegistered = Type.Object({ bank: Id, client: Id, ...Terms });
/** 客户端变更: all of its terms as they are from now on. */
export const BankClientChanged = Type.Object({ bank: Id, client: Id, ...Terms, reason: Type.String() });
/** 停用: no key of the client is accepted until it is resumed. */
export const BankClientSuspended = Type.Object({ bank: Id, client: Id, reason: Type.String() });
/** 恢复 */
export const BankClientResumed = Type.Object({ bank: Id, client: Id, reason: Type.String() });
/** 签名公钥登记. The days are inclusive; `replaces`: the key that this one follows (轮换). */
export const BankKeyAdded = Type.Object({
  bank: Id,
  client: Id,
  keyId: Id,
  publicKey: Type.String(),
  validFrom: DateText,
  validTo: DateText,
  replaces: Type.Optional(Id),
});
/** 旧密钥的截止日, brought forward because another key follows it. */
export const BankKeyEndSet = Type.Object({ bank: Id, client: Id, keyId: Id, validTo: DateText });
/** 吊销: dead from the recording on. */
export const BankKeyRevoked = Type.Object({ bank: Id, client: Id, keyId: Id, reason: Type.String() });
/** A key id or a public key is taken, for ever. */
export const BankKeyReserved = Type.Object({ bank: Id, client: Id, keyId: Id });

export const bankClientStream = (bank: string): string => `bank-client/${bank}`;
export const keyIdStream = (keyId: string): string => `bank-key/id/${keyId}`;
export const publicKeyStream = (publicKey: string): string => `bank-key/public/${publicKey}`;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const bankClientEvents = {
  BankClientRegistered,
  BankClientChanged,
  BankClientSuspended,
  BankClientResumed,
  BankKeyAdded,
  BankKeyEndSet,
  BankKeyRevoked,
  BankKeyReserved,
} as const;

export type BankClientEventType = keyof typeof bankClientEvents;
export type BankClientPayload<T extends BankClientEventType> = Static<(typeof bankClientEvents)[T]>;
