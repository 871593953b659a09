import { addMonths, type IsoDate, parseDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { isPublishedKey, isSandboxDistrict } from "@huimin/identity";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { containsBlock, parseBlock } from "./addresses.ts";
import { errors } from "./errors.ts";
import { type BankAccess, type ClientState, type ClientTerms, type KeyState, keyStatusOn } from "./evolve.ts";
import { isPublicKeyText, type KeyClaim, provesPossession } from "./possession.ts";
import { type BankClientEventType, type BankClientPayload, CLIENTS_MAX, OPEN_KEYS_MAX } from "./schema.ts";

/**
 * Longest life of a key. A year is the habit to have; the bound only keeps a key from living for ever, and is long
 * enough for a district that records its past years.
 */
export const KEY_YEARS_MAX = 10;

type Decided = Result<readonly DomainEvent[], Refusal>;
interface Of {
  readonly bank: string;
  readonly client: string;
}

/** What follows names streams and header values: nothing that one of them would have to escape. */
const ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

const eventOf = <T extends BankClientEventType>(type: T, payload: BankClientPayload<T>, today: IsoDate): DomainEvent => ({
  type,
  valueDate: today,
  payload,
});

export function clientOf({ clients }: BankAccess, { bank, client }: Of): Result<ClientState, Refusal> {
  const found = clients.find((one) => one.client === client);
  return found ? ok(found) : refuse(errors.BANK_CLIENT_UNKNOWN, { bank, client }, { path: "/client" });
}

function checkId(id: string, path: string): Refusal | undefined {
  return ID_PATTERN.test(id) ? undefined : { code: errors.BANK_CLIENT_ID_INVALID, details: { id: id.slice(0, 64) }, path };
}

/** Refuses BANK_ADDRESS_INVALID, BANK_LIMIT_INVALID. */
function checkTerms({ addresses, perSecond, burst }: ClientTerms): Refusal | undefined {
  const wrong = addresses.findIndex((address) => parseBlock(address) === undefined);
  if (wrong >= 0)
    return { code: errors.BANK_ADDRESS_INVALID, details: { address: (addresses[wrong] ?? "").slice(0, 64) }, path: `/addresses/${wrong}` };
  return burst < perSecond ? { code: errors.BANK_LIMIT_INVALID, details: { burst, perSecond }, path: "/burst" } : undefined;
}

const sorted = <T extends Pick<BankClientPayload<"BankClientRegistered">, "scopes" | "addresses">>(terms: T): T => ({
  ...terms,
  scopes: [...new Set(terms.scopes)].sort(),
  addresses: [...new Set(terms.addresses)].sort(),
});

/** 客户端登记. Refuses BANK_CLIENT_EXISTS, BANK_CLIENT_ID_INVALID, BANK_CLIENT_LIMIT and what is wrong with its terms. */
export function registerClient(state: BankAccess, command: BankClientPayload<"BankClientRegistered">, today: IsoDate): Decided {
  const { bank, client } = command;
  const wrong = checkId(client, "/client") ?? checkTerms(command as ClientTerms);
  if (wrong) return { ok: false, refusal: wrong };
  if (state.clients.some((one) => one.client === client)) return refuse(errors.BANK_CLIENT_EXISTS, { bank, client }, { path: "/client" });
  if (state.clients.length >= CLIENTS_MAX) return refuse(errors.BANK_CLIENT_LIMIT, { bank, what: "clients", limit: CLIENTS_MAX });
  return ok([eventOf("BankClientRegistered", sorted(command), today)]);
}

/** 客户端变更, in any direction: two persons. Refuses BANK_CLIENT_UNKNOWN and what is wrong with its terms. */
export function changeClient(state: BankAccess, command: BankClientPayload<"BankClientChanged">, today: IsoDate): Decided {
  const found = clientOf(state, command);
  if (!found.ok) return found;
  const wrong = checkTerms(command as ClientTerms);
  return wrong ? { ok: false, refusal: wrong } : ok([eventOf("BankClientChanged", sorted(command), today)]);
}

/** What of `after` is more than `before` allows; undefined when nothing is. */
function widened(before: ClientTerms, after: ClientTerms): string | undefined {
  if (after.scopes.some((scope) => !before.scopes.includes(scope))) return "scopes";
  const allowed = before.addresses.flatMap((address) => parseBlock(address) ?? []);
  const inside = (address: string): boolean => {
    const block = parseBlock(address);
    return block !== undefined && allowed.some((outer) => containsBlock(outer, block));
  };
  if (!after.addresses.every(inside)) return "addresses";
  return after.perSecond > before.perSecond || after.burst > before.burst || after.perDay > before.perDay ? "limits" : undefined;
}

/** 收紧, by one person at once. Refuses BANK_CLIENT_WIDENED, and as {@link changeClient}. */
export function restrictClient(state: BankAccess, command: BankClientPayload<"BankClientChanged">, today: IsoDate): Decided {
  const changed = changeClient(state, command, today);
  const found = clientOf(state, command);
  if (!changed.ok || !found.ok) return changed;
  const what = widened(found.value, command as ClientTerms);
  return what === undefined ? changed : refuse(errors.BANK_CLIENT_WIDENED, { client: command.client, what });
}

/** 停用 or 恢复. Refuses BANK_CLIENT_UNKNOWN, BANK_CLIENT_STATUS. */
export function setStatus(
  state: BankAccess,
  type: "BankClientSuspended" | "BankClientResumed",
  command: BankClientPayload<"BankClientSuspended">,
  today: IsoDate,
): Decided {
  const found = clientOf(state, command);
  if (!found.ok) return found;
  const { status } = found.value;
  if ((type === "BankClientSuspended") === (status === "suspended"))
    return refuse(errors.BANK_CLIENT_STATUS, { client: command.client, status });
  return ok([eventOf(type, command, today)]);
}

export interface NewKey extends KeyClaim {
  readonly validFrom: IsoDate;
  readonly validTo: IsoDate;
  /** 64 bytes in base64 or base64url: the signature over {@link possessionText}. */
  readonly proof: string;
  /** 轮换: the key that this one follows, and its last day (not later than it was). */
  readonly replaces?: { readonly keyId: string; readonly validTo: IsoDate } | undefined;
}

/**
 * 签名公钥登记, and 轮换 with `replaces`. Refuses BANK_CLIENT_UNKNOWN, BANK_CLIENT_ID_INVALID, BANK_KEY_INVALID, BANK_KEY_PUBLISHED, BANK_KEY_DATES,
 * BANK_CLIENT_LIMIT, BANK_KEY_UNKNOWN (the replaced one), BANK_KEY_NOT_PROVEN. That neither id nor key were registered before is
 * the caller's to see.
 */
export function addKey(state: BankAccess, key: NewKey, today: IsoDate): Decided {
  const { bank, client, keyId, publicKey, validFrom, validTo, replaces } = key;
  const found = clientOf(state, key);
  if (!found.ok) return found;
  const wrong = checkId(keyId, "/keyId");
  if (wrong) return { ok: false, refusal: wrong };
  if (!isPublicKeyText(publicKey)) return refuse(errors.BANK_KEY_INVALID, {}, { path: "/publicKey" });
  if (isPublishedKey(publicKey) && !isSandboxDistrict(key.district)) return refuse(errors.BANK_KEY_PUBLISHED, {}, { path: "/publicKey" });
  const dates = checkDates(validFrom, validTo, today, isSandboxDistrict(key.district));
  if (dates) return dates;
  const open = state.keys.filter((one) => one.client === client && !["revoked", "expired"].includes(keyStatusOn(one, today)));
  if (open.length >= OPEN_KEYS_MAX) return refuse(errors.BANK_CLIENT_LIMIT, { bank, what: "keys", limit: OPEN_KEYS_MAX });
  const ending = replaces === undefined ? ok([]) : endOf(state, key, replaces, today);
  if (!ending.ok) return ending;
  if (!provesPossession(key, key.proof)) return refuse(errors.BANK_KEY_NOT_PROVEN, { keyId }, { path: "/proof" });
  const added = { bank, client, keyId, publicKey, validFrom, validTo, ...(replaces ? { replaces: replaces.keyId } : {}) };
  return ok([eventOf("BankKeyAdded", added, today), ...ending.value]);
}

/** A sandbox's business has a day of its own, long before that of the signatures: its keys have no greatest length. */
function checkDates(from: string, to: string, today: IsoDate, sandbox: boolean): Result<never, Refusal> | undefined {
  const [first, last] = [parseDate(from), parseDate(to)];
  const right =
    first !== undefined &&
    last !== undefined &&
    first <= last &&
    last >= today &&
    (sandbox || last <= addMonths(first, 12 * KEY_YEARS_MAX));
  return right
    ? undefined
    : refuse(errors.BANK_KEY_DATES, { from: from.slice(0, 10), to: to.slice(0, 10), years: KEY_YEARS_MAX }, { path: "/validTo" });
}

/** The replaced key ends on a day that comes, and never later than it would have. */
function endOf(state: BankAccess, { bank, client }: Of, replaces: { keyId: string; validTo: IsoDate }, today: IsoDate): Decided {
  const old = openKey(state, client, replaces.keyId);
  if (!old) return refuse(errors.BANK_KEY_UNKNOWN, { client, keyId: replaces.keyId.slice(0, 64) }, { path: "/replaces/keyId" });
  const { validTo } = replaces;
  if (parseDate(validTo) === undefined || validTo < today) {
    const details = { from: old.validFrom, to: validTo.slice(0, 10), years: KEY_YEARS_MAX };
    return refuse(errors.BANK_KEY_DATES, details, { path: "/replaces/validTo" });
  }
  return ok(validTo < old.validTo ? [eventOf("BankKeyEndSet", { bank, client, keyId: old.keyId, validTo }, today)] : []);
}

const openKey = ({ keys }: BankAccess, client: string, keyId: string): KeyState | undefined =>
  keys.find((key) => key.client === client && key.keyId === keyId && key.revokedAt === undefined);

/** 吊销, by one person at once. Refuses BANK_KEY_UNKNOWN. */
export function revokeKey(state: BankAccess, command: BankClientPayload<"BankKeyRevoked">, today: IsoDate): Decided {
  const { client, keyId } = command;
  if (!openKey(state, client, keyId)) return refuse(errors.BANK_KEY_UNKNOWN, { client, keyId }, { path: "/keyId" });
  return ok([eventOf("BankKeyRevoked", command, today)]);
}
