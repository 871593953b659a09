import { maskIdNumber } from "@huimin/identity";
import type { MemberState } from "@huimin/registry/events";
import { openAccount } from "@huimin/registry/events";
import type { StatementBasics, StatementHousehold } from "@huimin/statements";
import type { StatementsOptions } from "./types.ts";

/** The household's own data for its statement, and under whose key they are sealed again. */
export interface KnownBasics {
  readonly holder: string;
  readonly basics: StatementBasics;
}

const FIELDS_PER_HOUSEHOLD = 3;
/** For what subsidies and dividends are paid; an account for all purposes is the usual one. */
const PURPOSE = "all";
const TAIL_DIGITS = 4;

const headOf = ({ state }: StatementHousehold): MemberState | undefined =>
  [...state.members, ...state.formerMembers].find((member) => member.personId === state.head);

/**
 * Opens what is printed of the households: name and ID number of the head, the account's last digits. Undefined where the
 * head is not known or was shredded. One round trip for all of them.
 */
export async function openBasics(
  households: readonly StatementHousehold[],
  bankNames: ReadonlyMap<string, string>,
  saltOf: (household: string) => string,
  { vault, district }: Pick<StatementsOptions, "vault" | "district">,
): Promise<(KnownBasics | undefined)[]> {
  const sealed = households.flatMap((household) => {
    const head = headOf(household);
    const account = openAccount(household.state, PURPOSE);
    return [
      head && { district, personId: head.personId, field: "name", sealed: head.name },
      head && { district, personId: head.personId, field: "idNumber", sealed: head.idNumber },
      account && { district, personId: account.sealedFor, field: "account", sealed: account.number },
    ];
  });
  const asked = sealed.filter((one) => one !== undefined);
  const answers = await vault.unsealMany(asked);
  const opened = new Map(asked.map((request, index) => [request, answers[index]]));
  return households.map((household, index): KnownBasics | undefined => {
    const [name, idNumber, number] = sealed
      .slice(index * FIELDS_PER_HOUSEHOLD, (index + 1) * FIELDS_PER_HOUSEHOLD)
      .map((request) => request && opened.get(request));
    const head = headOf(household);
    if (!head || name === undefined || idNumber === undefined) return undefined;
    const account = openAccount(household.state, PURPOSE);
    return {
      holder: head.personId,
      basics: {
        head: name,
        idNumber: maskIdNumber(idNumber),
        size: household.state.members.length,
        street: household.street,
        village: household.village,
        status: household.status,
        ...(account && number !== undefined
          ? { account: { bank: bankNames.get(account.bank) ?? account.bank, tail: number.slice(-TAIL_DIGITS) } }
          : {}),
        ...(household.helper === undefined ? {} : { helper: household.helper }),
        salt: saltOf(household.household),
      },
    };
  });
}
