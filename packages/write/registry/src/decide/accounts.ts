import type { IsoDate } from "@huimin/calendar";
import type { CommandContext, DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "../errors.ts";
import { type AccountState, type HouseholdState, isMember } from "../household.ts";
import type { BankState } from "../parties.ts";
import type { RegistryPayload } from "../schema.ts";
import { activeHousehold } from "./guard.ts";
import { event } from "./households.ts";

/** Money per household goes to the head's account (按户补贴为户主开卡); a loan or its subsidy to the borrower's. */
const HEAD_PURPOSES: ReadonlySet<string> = new Set(["all", "dividend"]);

export type AccountCommand = RegistryPayload<"BankAccountBound"> & { readonly valueDate: string };

/**
 * 绑定 (`bind`) or 变更 (`change`) of an account. Refuses a bank that is not registered (BANK_UNKNOWN), a holder who is no
 * member (MEMBER_UNKNOWN) or not the head where it must be (ACCOUNT_HOLDER_NOT_HEAD), a second account for a purpose
 * (ACCOUNT_ALREADY_BOUND), a change of none (ACCOUNT_NOT_BOUND) or to the same (ACCOUNT_UNCHANGED). The 24 hours of
 * cool-down run from the recording (R23).
 */
export function setAccount(
  state: HouseholdState,
  bank: BankState,
  how: "bind" | "change",
  command: AccountCommand,
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { valueDate, ...payload } = command;
  const { household, holder, purpose } = payload;
  const active = activeHousehold(state, household, valueDate, today);
  if (!active.ok) return active;
  const checked = checkHolder(state, bank, payload);
  if (!checked.ok) return checked;
  const present = open(state, purpose);
  if (how === "bind" && present) return refuse(errors.ACCOUNT_ALREADY_BOUND, { household, purpose }, { path: "/purpose" });
  if (how === "change" && !present) return refuse(errors.ACCOUNT_NOT_BOUND, { household, purpose }, { path: "/purpose" });
  if (present && present.numberHash === payload.numberHash && present.bank === payload.bank && present.holder === holder) {
    return refuse(errors.ACCOUNT_UNCHANGED, {}, { path: "/number" });
  }
  return ok([event(how === "bind" ? "BankAccountBound" : "BankAccountChanged", valueDate, payload)]);
}

/**
 * What a bank may touch: accounts that are kept with itself. Where the household's money goes to another bank, the street
 * office changes it, with the household (ACCOUNT_OF_OTHER_BANK).
 */
export function bankMayTouch(
  state: HouseholdState,
  command: { readonly household: string; readonly purpose: string; readonly bank?: string },
  { role, actor }: Pick<CommandContext, "role" | "actor">,
): { readonly ok: false; readonly refusal: Refusal } | undefined {
  if (role !== "BANK") return undefined;
  const sender = actor.startsWith("bank:") ? actor.slice("bank:".length) : "";
  const other = [command.bank, open(state, command.purpose)?.bank].find((bank) => bank !== undefined && bank !== sender);
  return other === undefined
    ? undefined
    : refuse(errors.ACCOUNT_OF_OTHER_BANK, { household: command.household, bank: other }, { path: "/household" });
}

/** Bank and holder of an account that is bound while the household is registered, or later. */
export function checkHolder(
  state: Pick<HouseholdState, "members" | "head">,
  bank: BankState,
  account: RegistryPayload<"BankAccountBound">,
): Result<true, Refusal> {
  const { household, holder, purpose } = account;
  if (bank.bank === undefined) return refuse(errors.BANK_UNKNOWN, { bank: account.bank }, { path: "/bank" });
  if (!isMember(state as HouseholdState, holder)) return refuse(errors.MEMBER_UNKNOWN, { household }, { path: "/holder" });
  if (HEAD_PURPOSES.has(purpose) && holder !== state.head) return refuse(errors.ACCOUNT_HOLDER_NOT_HEAD, {}, { path: "/holder" });
  return ok(true);
}

/** 注销. Refuses ACCOUNT_NOT_BOUND. */
export function closeAccount(
  state: HouseholdState,
  command: { household: string; purpose: string; reason: string; valueDate: string },
  today: IsoDate,
): Result<readonly DomainEvent[], Refusal> {
  const { household, purpose, reason, valueDate } = command;
  const active = activeHousehold(state, household, valueDate, today);
  if (!active.ok) return active;
  if (!open(state, purpose)) return refuse(errors.ACCOUNT_NOT_BOUND, { household, purpose }, { path: "/purpose" });
  return ok([event("BankAccountClosed", valueDate, { household, purpose, reason })]);
}

const open = (state: HouseholdState, purpose: string): AccountState | undefined =>
  state.accounts.find((account) => account.purpose === purpose && !account.until);
