import { maskAccount, maskIdNumber, maskName, maskPhone } from "@huimin/identity";
import { type HouseholdState, openAccount, statusOf } from "@huimin/registry/events";
import type { HouseholdLine } from "@huimin/registry-view";
import type { UnsealRequest, Vault } from "@huimin/vault";

/*
 * From sealed rows to what a screen shows. `clear` is for who may see it and was logged; everything else is masked. A
 * field whose key was shredded, or that nobody gave, is null.
 */

type Shown = string | null;

class Opened {
  readonly #requests: UnsealRequest[] = [];
  #texts: (string | undefined)[] = [];

  /** Asks for a field; the answer is there after {@link open}. */
  ask(request: UnsealRequest | undefined): () => string | undefined {
    if (!request) return () => undefined;
    const index = this.#requests.push(request) - 1;
    return () => this.#texts[index];
  }

  async open(vault: Vault): Promise<void> {
    this.#texts = await vault.unsealMany(this.#requests);
  }
}

const show = (text: string | undefined, mask: (text: string) => string, clear: boolean): Shown =>
  text === undefined ? null : clear ? text : mask(text);

/** Lines of a list, masked. */
export async function printLines(vault: Vault, district: string, lines: readonly HouseholdLine[]) {
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

const hidden = (): string => "***";

/** One household, masked or in clear. */
export async function printHousehold(vault: Vault, district: string, state: HouseholdState, clear: boolean) {
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
    cause: show(cause(), hidden, clear),
    members: members.map(({ member, name, idNumber, phone }) => ({
      personId: member.personId,
      relation: member.relation,
      from: member.from,
      name: show(name(), maskName, clear),
      idNumber: show(idNumber(), maskIdNumber, clear),
      phone: show(phone(), maskPhone, clear),
    })),
    accounts: accounts.map(({ account, number }) => ({
      purpose: account.purpose,
      holder: account.holder,
      bank: account.bank,
      kind: account.kind,
      from: account.from,
      recordedAt: account.recordedAt,
      isPayoutAccount: openAccount(state, "dividend") === account,
      number: show(number(), maskAccount, clear),
    })),
  };
}
