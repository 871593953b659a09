import { ERASED_MARK, isMark, maskAccount, maskIdNumber, maskName, maskPhone } from "@huimin/identity";
import { type HouseholdState, openAccount, statusOf } from "@huimin/registry/events";
import type { HouseholdLine } from "@huimin/registry-view";
import type { UnsealRequest, Vault } from "@huimin/vault";
import type { PersonalField } from "./fields.ts";

/*
 * From sealed rows to what a screen shows. `clear` are the fields for who may see them and was logged; everything else is
 * masked. A field that nobody gave is null; one whose key was shredded says so (〔已删除〕), as does one of a person whose
 * processing is restricted (〔限制处理〕, from the vault that is given).
 */

type Shown = string | null;
type Unsealing = Pick<Vault, "unsealMany">;

class Opened {
  readonly #requests: UnsealRequest[] = [];
  #texts: (string | undefined)[] = [];

  /** Asks for a field; the answer is there after {@link open}. */
  ask(request: UnsealRequest | undefined): () => string | undefined {
    if (!request) return () => undefined;
    const index = this.#requests.push(request) - 1;
    return () => this.#texts[index] ?? ERASED_MARK;
  }

  async open(vault: Unsealing): Promise<void> {
    this.#texts = await vault.unsealMany(this.#requests);
  }
}

const show = (text: string | undefined, mask: (text: string) => string, clear: boolean): Shown =>
  text === undefined ? null : clear ? text : mask(text);

const NOTHING: ReadonlySet<PersonalField> = new Set();

/** Lines of a list, masked. */
export async function printLines(vault: Unsealing, district: string, lines: readonly HouseholdLine[]) {
  const opened = new Opened();
  const asked = lines.map(({ head, headName, headIdNumber }) => {
    const owner = { district, personId: head };
    return {
      name: opened.ask(headName === null ? undefined : { ...owner, field: "name", sealed: headName }),
      idNumber: opened.ask(headIdNumber === null ? undefined : { ...owner, field: "idNumber", sealed: headIdNumber }),
    };
  });
  await opened.open(vault);
  return lines.map((line, index) => ({
    ...line,
    headName: show(asked[index]?.name(), maskName, false),
    headIdNumber: show(asked[index]?.idNumber(), maskIdNumber, false),
  }));
}

const hidden = (text: string): string => (isMark(text) ? text : "***");

/** One household, masked but for the fields that are named. `restricted`: persons whose processing is. */
export async function printHousehold(
  vault: Unsealing,
  district: string,
  state: HouseholdState,
  clear: ReadonlySet<PersonalField> = NOTHING,
  restricted: ReadonlySet<string> = new Set(),
) {
  const opened = new Opened();
  const members = state.members.map((member) => {
    const owner = { district, personId: member.personId };
    return {
      member,
      name: opened.ask({ ...owner, field: "name", sealed: member.name }),
      idNumber: opened.ask({ ...owner, field: "idNumber", sealed: member.idNumber }),
      phone: opened.ask(member.phone === undefined ? undefined : { ...owner, field: "phone", sealed: member.phone }),
    };
  });
  const accounts = state.accounts
    .filter((account) => !account.until)
    .map((account) => ({
      account,
      number: opened.ask({ district, personId: account.sealedFor, field: "account", sealed: account.number }),
    }));
  const cause = opened.ask(state.cause && { district, personId: state.cause.personId, field: "cause", sealed: state.cause.sealed });
  await opened.open(vault);
  return {
    household: state.household as string,
    village: state.village,
    kind: state.kind,
    status: statusOf(state),
    registeredOn: state.registeredOn,
    ...(state.ended ? { endedFrom: state.ended.from } : {}),
    creditGroup: state.creditGroup,
    head: state.head,
    cause: show(cause(), hidden, clear.has("cause")),
    members: members.map(({ member, name, idNumber, phone }) => ({
      personId: member.personId,
      relation: member.relation,
      from: member.from,
      restricted: restricted.has(member.personId),
      name: show(name(), maskName, clear.has("name")),
      idNumber: show(idNumber(), maskIdNumber, clear.has("idNumber")),
      phone: show(phone(), maskPhone, clear.has("phone")),
    })),
    accounts: accounts.map(({ account, number }) => ({
      purpose: account.purpose,
      holder: account.holder,
      bank: account.bank,
      kind: account.kind,
      from: account.from,
      recordedAt: account.recordedAt,
      isPayoutAccount: openAccount(state, "dividend") === account,
      number: show(number(), maskAccount, clear.has("account")),
    })),
  };
}
