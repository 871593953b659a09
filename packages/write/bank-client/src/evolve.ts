import { addDays, type IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { BankClientEventType, BankClientPayload } from "./schema.ts";
import type { BankScope } from "./scopes.ts";

/** What a client may do, from where, and how much. */
export interface ClientTerms {
  readonly name: string;
  readonly scopes: readonly BankScope[];
  readonly addresses: readonly string[];
  readonly perSecond: number;
  readonly burst: number;
  readonly perDay: number;
}

/** 接入客户端 */
export interface ClientState extends ClientTerms {
  readonly bank: string;
  readonly client: string;
  readonly status: "active" | "suspended";
  /** Why it is suspended. */
  readonly reason?: string;
}

export interface KeyState {
  readonly bank: string;
  readonly client: string;
  readonly keyId: string;
  /** Ed25519, 32 bytes in base64url. */
  readonly publicKey: string;
  /** First and last day, Asia/Shanghai. */
  readonly validFrom: IsoDate;
  readonly validTo: IsoDate;
  readonly replaces?: string;
  /** 入账时刻 of the revocation: dead from that moment on. */
  readonly revokedAt?: string;
}

/** The access of one bank, from `bank-client/{bank}`. */
export interface BankAccess {
  readonly clients: readonly ClientState[];
  readonly keys: readonly KeyState[];
}

const payloadOf = <T extends BankClientEventType>(event: RecordedEvent, type: T): BankClientPayload<T> | undefined =>
  event.type === type ? (event.payload as BankClientPayload<T>) : undefined;

const termsOf = ({ name, scopes, addresses, perSecond, burst, perDay }: BankClientPayload<"BankClientRegistered">): ClientTerms => ({
  name,
  scopes: scopes as BankScope[],
  addresses,
  perSecond,
  burst,
  perDay,
});

const withClient = (state: BankAccess, client: string, change: (before: ClientState) => ClientState): BankAccess => ({
  ...state,
  clients: state.clients.map((one) => (one.client === client ? change(one) : one)),
});

const withKey = (state: BankAccess, keyId: string, change: Partial<KeyState>): BankAccess => ({
  ...state,
  keys: state.keys.map((key) => (key.keyId === keyId ? { ...key, ...change } : key)),
});

export const bankAccessFold: Fold<BankAccess> = {
  initialState: { clients: [], keys: [] },
  evolve(state, event): BankAccess {
    const registered = payloadOf(event, "BankClientRegistered");
    if (registered) {
      const { bank, client } = registered;
      return { ...state, clients: [...state.clients, { bank, client, ...termsOf(registered), status: "active" }] };
    }
    const changed = payloadOf(event, "BankClientChanged");
    if (changed) return withClient(state, changed.client, (before) => ({ ...before, ...termsOf(changed) }));
    const suspended = payloadOf(event, "BankClientSuspended");
    if (suspended) return withClient(state, suspended.client, (before) => ({ ...before, status: "suspended", reason: suspended.reason }));
    const resumed = payloadOf(event, "BankClientResumed");
    if (resumed) return withClient(state, resumed.client, ({ reason: _, ...before }) => ({ ...before, status: "active" }));
    const added = payloadOf(event, "BankKeyAdded");
    if (added) return { ...state, keys: [...state.keys, added] };
    const ending = payloadOf(event, "BankKeyEndSet");
    if (ending) return withKey(state, ending.keyId, { validTo: ending.validTo });
    const revoked = payloadOf(event, "BankKeyRevoked");
    return revoked ? withKey(state, revoked.keyId, { revokedAt: event.recordedAt }) : state;
  },
};

/** 有效、未生效、已到期、已吊销 */
export type KeyStatus = "valid" | "not-yet-valid" | "expired" | "revoked";

export function keyStatusOn(key: Pick<KeyState, "validFrom" | "validTo" | "revokedAt">, on: IsoDate): KeyStatus {
  if (key.revokedAt !== undefined) return "revoked";
  if (on < key.validFrom) return "not-yet-valid";
  return on > key.validTo ? "expired" : "valid";
}

/** A key that ends soon and that no later key of its client follows. */
export interface ExpiringKey extends Pick<KeyState, "bank" | "client" | "keyId" | "validTo"> {
  /** Another key of the client is valid longer: the bank has it and need only use it. */
  readonly followed: boolean;
}

/** Keys that are valid on the day and end within so many days, earliest first. */
export function expiringKeys(keys: readonly KeyState[], today: IsoDate, days: number): ExpiringKey[] {
  const until = addDays(today, days);
  return keys
    .filter((key) => keyStatusOn(key, today) === "valid" && key.validTo <= until)
    .map(({ bank, client, keyId, validTo }) => ({
      bank,
      client,
      keyId,
      validTo,
      followed: keys.some(
        (other) => other.bank === bank && other.client === client && other.revokedAt === undefined && other.validTo > until,
      ),
    }))
    .sort((a, b) => (a.validTo < b.validTo ? -1 : a.validTo > b.validTo ? 1 : a.keyId < b.keyId ? -1 : 1));
}
