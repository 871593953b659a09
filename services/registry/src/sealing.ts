import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import { type AccountKind, checkAccount, checkIdNumber, checkName, checkPhone, type Warning } from "@huimin/identity";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import type { RegisterHouseholdBody } from "@huimin/registry";
import type { SealRequest, Vault } from "@huimin/vault";
import type { Static } from "typebox";

/*
 * Between what people type and what the log may hold: names, ID numbers, phones and accounts are checked and sealed
 * here, and become commands that carry ciphertext and a `personId`.
 */

export interface PlainMember {
  readonly name: string;
  readonly idNumber: string;
  readonly relation: string;
  readonly phone?: string;
}

export interface PlainAccount {
  readonly bank: string;
  readonly kind: Exclude<AccountKind, "company">;
  readonly number: string;
  readonly purpose?: "all" | "dividend" | "subsidy" | "loan";
}

export interface PlainHousehold {
  readonly household: string;
  readonly village: string;
  readonly members: readonly PlainMember[];
  readonly cause?: string;
  readonly kind?: "poor" | "marginal";
  /** 村民小组 */
  readonly group?: string;
  /** Of the head. */
  readonly account?: PlainAccount;
  readonly valueDate: string;
}

export type HouseholdCommand = Static<typeof RegisterHouseholdBody>;
export type SealedMember = HouseholdCommand["members"][number];

/** A value in its normal form, or why not. */
export interface Checked<T> {
  readonly value: T;
  readonly warnings: readonly Warning[];
}

const at = (refusal: Refusal, path: string): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { ...refusal, path },
});

/** Checks one member; refusals of @huimin/identity with the path of the field below `path`. */
export function checkMember(member: PlainMember, today: IsoDate, path: string): Result<Checked<PlainMember>, Refusal> {
  const name = checkName(member.name);
  if (!name.ok) return at(name.refusal, `${path}/name`);
  const id = checkIdNumber(member.idNumber, { today });
  if (!id.ok) return at(id.refusal, `${path}/idNumber`);
  const phone = member.phone === undefined ? undefined : checkPhone(member.phone);
  if (phone && !phone.ok) return at(phone.refusal, `${path}/phone`);
  const value = { name: name.value.name, idNumber: id.value.number, relation: member.relation, ...(phone ? { phone: phone.value } : {}) };
  return ok({ value, warnings: [...name.value.warnings, ...id.value.warnings] });
}

export function checkPlainAccount<A extends PlainAccount>(account: A, path: string): Result<A, Refusal> {
  const checked = checkAccount(account.number, account.kind);
  return checked.ok ? ok({ ...account, number: checked.value.number }) : at(checked.refusal, `${path}/number`);
}

/** Checks members and account of a household; the register's own rules are the command's. */
export function checkHousehold(household: PlainHousehold, today: IsoDate): Result<PlainHousehold, Refusal> {
  const members: PlainMember[] = [];
  for (const [index, member] of household.members.entries()) {
    const checked = checkMember(member, today, `/members/${index}`);
    if (!checked.ok) return checked;
    members.push(checked.value.value);
  }
  const account = household.account === undefined ? undefined : checkPlainAccount(household.account, "/account");
  if (account && !account.ok) return account;
  return ok({ ...household, members, ...(account ? { account: account.value } : {}) });
}

/** Fields of people on their way into ciphertext: collected first, sealed in one go, taken out in order. */
class Envelope {
  readonly #requests: SealRequest[] = [];
  #sealed: string[] = [];

  put(request: SealRequest): number {
    return this.#requests.push(request) - 1;
  }

  async seal(vault: Vault): Promise<void> {
    this.#sealed = await vault.seal(this.#requests);
  }

  take(index: number): string {
    return this.#sealed[index] as string;
  }
}

const ALL = "all";

/** Registrations as commands; one sealing for all of them, so a whole register takes a few round trips. */
export async function sealHouseholds(vault: Vault, district: string, households: readonly PlainHousehold[]): Promise<HouseholdCommand[]> {
  const envelope = new Envelope();
  const numbers = households.flatMap(({ members }) => members.map(({ idNumber }) => idNumber));
  const ids = idsIn(await vault.personIds(district, numbers), numbers);
  const accounts = households.flatMap(({ account }) => (account ? [account.number] : []));
  const fingerprints = idsIn(await vault.accountFingerprints(district, accounts), accounts);
  const open = households.map((household) => {
    const members = household.members.map((member) => putMember(envelope, ids(member.idNumber), district, member));
    const head = members[household.members.findIndex(({ relation }) => relation === "head")]?.personId ?? "";
    const { account, cause } = household;
    const holder = { district, personId: head };
    return {
      household,
      head,
      members,
      cause: cause === undefined || head === "" ? undefined : envelope.put({ ...holder, field: "cause", keyClass: "K2", text: cause }),
      number:
        account === undefined || head === ""
          ? undefined
          : envelope.put({ ...holder, field: "account", keyClass: "K1", text: account.number }),
    };
  });
  await envelope.seal(vault);
  return open.map(({ household, head, members, cause, number }): HouseholdCommand => {
    const { account, kind } = household;
    const sealedAccount = account &&
      number !== undefined && {
        account: {
          holder: head,
          bank: account.bank,
          kind: account.kind,
          number: envelope.take(number),
          numberHash: fingerprints(account.number),
          purpose: account.purpose ?? ALL,
        },
      };
    return {
      household: household.household,
      village: household.village,
      head,
      members: members.map((member) => member.take()),
      ...(cause === undefined ? {} : { cause: envelope.take(cause) }),
      ...(kind === undefined ? {} : { kind }),
      ...(household.group === undefined ? {} : { group: household.group }),
      ...(sealedAccount || {}),
      valueDate: household.valueDate,
    };
  });
}

/** The id of each number, as it was asked for. */
function idsIn(ids: readonly string[], numbers: readonly string[]): (number: string) => string {
  const known = new Map(numbers.map((number, index) => [number, ids[index] as string]));
  return (number) => known.get(number) as string;
}

function putMember(
  envelope: Envelope,
  personId: string,
  district: string,
  member: PlainMember,
): { readonly personId: string; take(): SealedMember } {
  const owner = { district, personId };
  const name = envelope.put({ ...owner, field: "name", keyClass: "K1", text: member.name });
  const idNumber = envelope.put({ ...owner, field: "idNumber", keyClass: "K1", text: member.idNumber });
  const phone = member.phone === undefined ? undefined : envelope.put({ ...owner, field: "phone", keyClass: "K2", text: member.phone });
  return {
    personId,
    take: () => ({
      personId,
      relation: member.relation,
      name: envelope.take(name),
      idNumber: envelope.take(idNumber),
      ...(phone === undefined ? {} : { phone: envelope.take(phone) }),
    }),
  };
}

export async function sealMember(vault: Vault, district: string, member: PlainMember): Promise<SealedMember> {
  const envelope = new Envelope();
  const [personId] = (await vault.personIds(district, [member.idNumber])) as [string];
  const put = putMember(envelope, personId, district, member);
  await envelope.seal(vault);
  return put.take();
}

export async function sealAccount(vault: Vault, district: string, holder: string, account: PlainAccount) {
  const [number] = (await vault.seal([{ district, personId: holder, field: "account", keyClass: "K1", text: account.number }])) as [string];
  const [numberHash] = (await vault.accountFingerprints(district, [account.number])) as [string];
  return { holder, bank: account.bank, kind: account.kind, number, numberHash, purpose: account.purpose ?? ALL };
}

/** Under whose key the name of a party is sealed who is a natural person. */
export const partyPerson = (party: string): string => `party:${party}`;

/** Civil date of a clock in milliseconds. */
export const todayOf = (clock: () => number): IsoDate => shanghaiDate(clock());
