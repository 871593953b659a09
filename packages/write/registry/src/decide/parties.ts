import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { checkCnaps, checkCreditCode, type Warning } from "@huimin/identity";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import { type BankState, type EnterpriseState, enterpriseActiveOn, isParty, type PartyState, type VillageState } from "../parties.ts";
import type { RegistryPayload } from "../schema.ts";
import { checkId, checkValueDate } from "./guard.ts";
import { event } from "./households.ts";

type Dated<T> = T & { readonly valueDate: string };
/** Events, and doubts that the person who records should see. */
export interface WithWarnings {
  readonly events: readonly DomainEvent[];
  readonly warnings: readonly Warning[];
}

/** 村登记. Refuses VILLAGE_ALREADY_REGISTERED. */
export function registerVillage(
  state: VillageState,
  command: Dated<RegistryPayload<"VillageRegistered">>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { valueDate, ...payload } = command;
  const checked = checkNew(payload.village, "/village", valueDate, today);
  if (!checked.ok) return checked;
  if (state.village !== undefined) return refuse(errors.VILLAGE_ALREADY_REGISTERED, { village: payload.village }, { path: "/village" });
  return ok([event("VillageRegistered", valueDate, payload)]);
}

/** 贫困村退出, once (VILLAGE_ALREADY_EXITED); the plan's years are no condition: it contradicts itself (domain 1.2). */
export function exitVillage(
  state: VillageState,
  command: Dated<RegistryPayload<"VillageExited">>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { village, document, valueDate } = command;
  const date = checkValueDate(valueDate, today);
  if (!date.ok) return date;
  if (state.village === undefined) return refuse(errors.VILLAGE_UNKNOWN, { village }, { path: "/village" });
  if (state.exit) return refuse(errors.VILLAGE_ALREADY_EXITED, { village, date: state.exit.on }, { path: "/village" });
  return ok([event("VillageExited", valueDate, { village, document })]);
}

/** 撤销退出. Refuses VILLAGE_NOT_EXITED. */
export function revokeVillageExit(
  state: VillageState,
  command: Dated<RegistryPayload<"VillageExitRevoked">>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { village, reason, valueDate } = command;
  const date = checkValueDate(valueDate, today);
  if (!date.ok) return date;
  if (!state.exit) return refuse(errors.VILLAGE_NOT_EXITED, { village }, { path: "/village" });
  return ok([event("VillageExitRevoked", valueDate, { village, reason })]);
}

/** 企业备案. A check character that does not match is a warning, stored with the event (domain 5.2). */
export function registerEnterprise(
  state: EnterpriseState,
  command: Dated<Omit<RegistryPayload<"EnterpriseRegistered">, "checksumWarning">>,
  today: IsoDate,
): Result<WithWarnings, Refusal> {
  const { valueDate, ...payload } = command;
  const checked = checkNew(payload.enterprise, "/enterprise", valueDate, today);
  if (!checked.ok) return checked;
  if (state.enterprise !== undefined)
    return refuse(errors.ENTERPRISE_ALREADY_REGISTERED, { enterprise: payload.enterprise }, { path: "/enterprise" });
  const code = checkCreditCode(payload.creditCode);
  if (!code.ok) return refuse(code.refusal.code, code.refusal.details, { path: "/creditCode" });
  const { warnings } = code.value;
  const doubt = warnings.length > 0 ? { checksumWarning: true } : {};
  return ok({ events: [event("EnterpriseRegistered", valueDate, { ...payload, creditCode: code.value.code, ...doubt })], warnings });
}

/** 暂停 or 破产. Refuses ENTERPRISE_UNKNOWN; a suspended enterprise may still go bankrupt, nothing else twice (ENTERPRISE_NOT_ACTIVE). */
export function endEnterprise(
  state: EnterpriseState,
  type: "EnterpriseSuspended" | "EnterpriseBankruptcyFiled",
  command: Dated<RegistryPayload<"EnterpriseSuspended"> | RegistryPayload<"EnterpriseBankruptcyFiled">>,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { valueDate, ...payload } = command;
  const { enterprise } = payload;
  const date = checkValueDate(valueDate, today);
  if (!date.ok) return date;
  if (state.enterprise === undefined) return refuse(errors.ENTERPRISE_UNKNOWN, { enterprise }, { path: "/enterprise" });
  const ended = type === "EnterpriseSuspended" ? !enterpriseActiveOn(state, "9999-12-31") : state.bankruptcyFiledOn !== undefined;
  if (ended) return refuse(errors.ENTERPRISE_NOT_ACTIVE, { enterprise }, { path: "/enterprise" });
  return ok([{ type, valueDate, payload }]);
}

/** 参与方备案. A natural person's name is sealed (PARTY_NAME_NOT_SEALED). The same party in another kind is no conflict (PARTY_ALREADY_REGISTERED); a doubtful credit code is a warning. */
export function registerParty(
  state: PartyState,
  command: Dated<Omit<RegistryPayload<"PartyRegistered">, "checksumWarning">>,
  today: IsoDate,
): Result<WithWarnings, Refusal> {
  const { valueDate, ...payload } = command;
  const { party, kind, creditCode, natural, name } = payload;
  if (natural && !name.startsWith("sealed:")) return refuse(errors.PARTY_NAME_NOT_SEALED, {}, { path: "/name" });
  const checked = checkNew(party, "/party", valueDate, today);
  if (!checked.ok) return checked;
  if (isParty(state, kind)) return refuse(errors.PARTY_ALREADY_REGISTERED, { party, kind }, { path: "/party" });
  if (creditCode === undefined) return ok({ events: [event("PartyRegistered", valueDate, payload)], warnings: [] });
  const code = checkCreditCode(creditCode);
  if (!code.ok) return refuse(code.refusal.code, code.refusal.details, { path: "/creditCode" });
  const { warnings } = code.value;
  const doubt = warnings.length > 0 ? { checksumWarning: true } : {};
  return ok({ events: [event("PartyRegistered", valueDate, { ...payload, creditCode: code.value.code, ...doubt })], warnings });
}

/** 银行登记, with its 联行号 where known. */
export function registerBank(
  state: BankState,
  command: Dated<RegistryPayload<"BankRegistered">>,
  today: IsoDate,
): Result<WithWarnings, Refusal> {
  const { valueDate, ...payload } = command;
  const checked = checkNew(payload.bank, "/bank", valueDate, today);
  if (!checked.ok) return checked;
  if (state.bank !== undefined) return refuse(errors.BANK_ALREADY_REGISTERED, { bank: payload.bank }, { path: "/bank" });
  const cnaps = payload.cnaps === undefined ? undefined : checkCnaps(payload.cnaps);
  if (cnaps && !cnaps.ok) return refuse(cnaps.refusal.code, cnaps.refusal.details, { path: "/cnaps" });
  return ok({ events: [event("BankRegistered", valueDate, payload)], warnings: cnaps?.value.warnings ?? [] });
}

function checkNew(id: string, path: string, valueDate: string, today: IsoDate): Result<true, Refusal> {
  const checked = checkId(id, path);
  if (!checked.ok) return checked;
  const date = checkValueDate(valueDate, today);
  return date.ok ? ok(true) : date;
}
