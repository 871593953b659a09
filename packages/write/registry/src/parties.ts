import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { RegistryEventType, RegistryPayload } from "./schema.ts";

/** Payload of an event when it is of the type, else undefined. */
const payloadOf = <T extends RegistryEventType>(event: RecordedEvent, type: T): RegistryPayload<T> | undefined =>
  event.type === type ? (event.payload as RegistryPayload<T>) : undefined;

/** A village of the list, from `village/{code}`. */
export interface VillageState {
  readonly village: string | undefined;
  readonly name: string;
  readonly street: string;
  readonly streetCode: string;
  readonly plannedExit: readonly number[];
  /** 贫困村退出, an actual event; the plan may name several years. */
  readonly exit?: { readonly on: IsoDate; readonly document: string };
}

export const villageFold: Fold<VillageState> = {
  initialState: { village: undefined, name: "", street: "", streetCode: "", plannedExit: [] },
  evolve(state, event): VillageState {
    const registered = payloadOf(event, "VillageRegistered");
    if (registered) {
      const { village, name, street, streetCode, plannedExit } = registered;
      return { village, name, street, streetCode, plannedExit: plannedExit ?? [] };
    }
    const exited = payloadOf(event, "VillageExited");
    if (exited) return { ...state, exit: { on: event.valueDate, document: exited.document } };
    if (event.type !== "VillageExitRevoked") return state;
    const { exit: _, ...rest } = state;
    return rest;
  },
};

/** Where a person is a member now, from `person/{personId}`: one household at a time. */
export interface PersonState {
  readonly household: string | undefined;
  /** Died, or has another number since a correction: can't join again. */
  readonly closed: "death" | "identity-corrected" | undefined;
}

export const personFold: Fold<PersonState> = {
  initialState: { household: undefined, closed: undefined },
  evolve(state, event): PersonState {
    const joined = payloadOf(event, "PersonJoined");
    if (joined) return { household: joined.household, closed: undefined };
    const left = payloadOf(event, "PersonLeft");
    if (!left) return state;
    return { household: undefined, closed: left.reason === "death" || left.reason === "identity-corrected" ? left.reason : undefined };
  },
};

/** An enterprise, from `enterprise/{id}`. */
export interface EnterpriseState {
  readonly enterprise: string | undefined;
  readonly name: string;
  readonly creditCode: string;
  /** 带贫企业 `carrier`, 合作企业 `partner` */
  readonly roles: readonly string[];
  readonly suspendedFrom?: IsoDate;
  readonly bankruptcyFiledOn?: IsoDate;
}

export const enterpriseFold: Fold<EnterpriseState> = {
  initialState: { enterprise: undefined, name: "", creditCode: "", roles: [] },
  evolve(state, event): EnterpriseState {
    const registered = payloadOf(event, "EnterpriseRegistered");
    if (registered) {
      const { enterprise, name, creditCode, roles } = registered;
      return { enterprise, name, creditCode, roles };
    }
    if (event.type === "EnterpriseSuspended") return { ...state, suspendedFrom: event.valueDate };
    if (event.type === "EnterpriseBankruptcyFiled") return { ...state, bankruptcyFiledOn: event.valueDate };
    return state;
  },
};

/** Registered, not suspended and not bankrupt on the day. */
export const enterpriseActiveOn = (state: EnterpriseState, onDate: IsoDate): boolean =>
  state.enterprise !== undefined &&
  (state.suspendedFrom === undefined || onDate < state.suspendedFrom) &&
  (state.bankruptcyFiledOn === undefined || onDate < state.bankruptcyFiledOn);

export type PartyKind = RegistryPayload<"PartyRegistered">["kind"];

/** 捐赠人, 担保方 or 保险人, from `party/{id}`; one party may be several of them. */
export interface PartyState {
  readonly party: string | undefined;
  /** Sealed for a natural person. */
  readonly name: string;
  readonly natural?: boolean;
  readonly creditCode?: string;
  /** In the order of registration. */
  readonly kinds: readonly { readonly kind: PartyKind; readonly from: IsoDate }[];
}

export const partyFold: Fold<PartyState> = {
  initialState: { party: undefined, name: "", kinds: [] },
  evolve(state, event): PartyState {
    const registered = payloadOf(event, "PartyRegistered");
    if (!registered) return state;
    const { party, name, natural, creditCode = state.creditCode, kind } = registered;
    return {
      party,
      name,
      ...(natural ? { natural } : {}),
      ...(creditCode === undefined ? {} : { creditCode }),
      kinds: [...state.kinds, { kind, from: event.valueDate }],
    };
  },
};

/** Registered in this kind, whatever the day. */
export const isParty = (state: PartyState, kind: PartyKind): boolean => state.kinds.some((one) => one.kind === kind);

/** A bank, from `bank/{id}`. */
export interface BankState {
  readonly bank: string | undefined;
  readonly name: string;
  readonly cnaps?: string;
}

export const bankFold: Fold<BankState> = {
  initialState: { bank: undefined, name: "" },
  evolve(state, event): BankState {
    return payloadOf(event, "BankRegistered") ?? state;
  },
};
