import { SANDBOX_DISTRICT } from "@huimin/identity";
import type { Platform } from "../types.ts";
import { SANDBOX_BANKS, sandboxAccess } from "./keys.ts";
import { modelMoments } from "./seed-models.ts";
import { CNY, happen, type Moment, SandboxOffice } from "./seed-office.ts";

/*
 * What a sandbox holds after each reset: invented households, and loans in every state that a bank's programs must know.
 * The same data, numbers and days every time, so that an example of the handbook can be run as it is printed.
 */

/** 09:00 in Shanghai of the day on which a sandbox begins. */
export const SANDBOX_BEGINS = Date.UTC(2018, 2, 1, 1, 0, 0);
/** Password of the sandbox's office, in the handbook. */
export const SANDBOX_PASSWORD = "sandbox-office-only";
export const SANDBOX_STAFF = [
  { login: "sandbox-fof", displayName: "沙箱金融办", roles: ["FOF"] },
  { login: "sandbox-maker", displayName: "沙箱制单", roles: ["FIN-M"] },
  { login: "sandbox-checker", displayName: "沙箱审核", roles: ["FIN-R"] },
] as const;

const VILLAGE = "410899001001";
/** Valid numbers of people who do not exist: region 4108 99. */
const HEADS = [
  { household: "SBX-H1", name: "沙一", idNumber: "410899198710050028" },
  { household: "SBX-H2", name: "沙二", idNumber: "410899195202290013" },
  ...["19750312001", "19800101001", "19660715001", "19900909001", "19840220002", "19710605001"].map((rest, index) => ({
    household: `SBX-H${index + 3}`,
    name: `沙${"三四五六七八"[index]}`,
    idNumber: withCheck(`410899${rest}`),
  })),
];

/** 17 digits with their check character (GB 11643). */
function withCheck(body: string): string {
  const sum = [...body].reduce((all, digit, at) => all + Number(digit) * (2 ** (17 - at) % 11), 0);
  return body + "10X98765432"[sum % 11];
}

/** The households with the person id of each head, which an application for a loan names: the same in every sandbox. */
export const sandboxHouseholds = ({ vault }: Pick<Platform, "vault">) =>
  HEADS.map(({ household, idNumber }) => ({ household, head: vault.personId(SANDBOX_DISTRICT, idNumber) }));

/** Everything of a fresh sandbox. `at` sets the clock: facts are recorded on the days on which they happened. */
export async function seedSandbox(platform: Platform, at: (day: string) => void): Promise<void> {
  const office = new SandboxOffice(platform);
  const on = "2016-12-01";
  at(on);
  for (const { login, displayName, roles } of SANDBOX_STAFF)
    await platform.people.create({ login, displayName, roles: [...roles], password: SANDBOX_PASSWORD }, "sandbox");
  const village = { village: VILLAGE, name: "沙箱村", street: "沙箱街道", streetCode: "410899001" };
  await office.give("RegisterVillage", { ...village, valueDate: on }, "POV");
  for (const one of SANDBOX_BANKS) {
    const access = sandboxAccess(one);
    await office.give("RegisterBank", { bank: one.bank, name: one.name, valueDate: on }, "FOF");
    await office.give("RegisterBankClient", access.client, "FOF");
    for (const key of access.keys) await office.give("AddBankKey", key, "FOF");
  }
  const heads = new Map<string, string>();
  for (const [index, head] of HEADS.entries()) heads.set(head.household, await registerHousehold(platform, office, { ...head, index }, on));
  const headOf = (household: string): string => heads.get(household) ?? "";
  await happen([...modelMoments({ office, headOf }), ...loanMoments(office, headOf)], at);
}

async function registerHousehold(
  { vault }: Platform,
  office: SandboxOffice,
  { household, name: called, idNumber: number, index }: (typeof HEADS)[number] & { readonly index: number },
  valueDate: string,
): Promise<string> {
  const personId = vault.personId(SANDBOX_DISTRICT, number);
  const of = { district: SANDBOX_DISTRICT, personId, keyClass: "K1" } as const;
  const card = `629999410899000000${index}`;
  const [name, idNumber, sealedCard] = await vault.seal([
    { ...of, field: "name", text: called },
    { ...of, field: "idNumber", text: number },
    { ...of, field: "account", text: card },
  ]);
  const members = [{ personId, relation: "head", name, idNumber }];
  const numberHash = vault.fingerprint(SANDBOX_DISTRICT, "account", card);
  const account = { holder: personId, bank: "SBXA", kind: "card", number: sealedCard, numberHash, purpose: "all" };
  await office.give("RegisterHousehold", { household, village: VILLAGE, members, head: personId, account, valueDate }, "POV");
  return personId;
}

interface SeededLoan {
  readonly loan: string;
  readonly household: string;
  readonly bank?: string;
  readonly amount: string;
  readonly months: number;
  readonly applied: string;
  readonly due: string;
  /** Without it the loan is approved and not yet paid out. */
  readonly drawn?: boolean;
}

const LOANS: readonly SeededLoan[] = [
  { loan: "SBX-L1", household: "SBX-H1", amount: "50000.00", months: 36, applied: "2017-02-22", due: "2020-02-22", drawn: true },
  { loan: "SBX-L2", household: "SBX-H2", amount: "30000.00", months: 12, applied: "2017-02-24", due: "2018-02-24", drawn: true },
  {
    loan: "SBX-L4",
    household: "SBX-H4",
    bank: "SBXB",
    amount: "20000.00",
    months: 24,
    applied: "2017-12-01",
    due: "2019-12-01",
    drawn: true,
  },
  { loan: "SBX-L5", household: "SBX-H5", amount: "40000.00", months: 36, applied: "2018-02-20", due: "2021-02-20", drawn: true },
  { loan: "SBX-L3", household: "SBX-H3", amount: "50000.00", months: 36, applied: "2018-02-26", due: "2021-02-26" },
];

const loanMoments = (office: SandboxOffice, headOf: (household: string) => string): Moment[] =>
  LOANS.map(({ loan, household, bank = "SBXA", amount, months, applied, due, drawn }) => [
    applied,
    async (valueDate) => {
      const post = (message: string, body: object) => office.post(bank, message, { ...body, valueDate });
      const application = { loan, household, borrower: headOf(household), bank, amount, purpose: "养殖", termMonths: months };
      await post("ApplyForLoan", application);
      await post("RateCredit", { household, bank, level: "A", limit: "50000.00", validTo: "2020-12-31" });
      await post("ApproveLoan", { loan, household, amount, annualRate: months <= 12 ? "4.35" : "4.75", due });
      if (drawn) await post("RecordDisbursement", { loan, household, amount, serial: `SEED-D-${loan}`, ...CNY });
    },
  ]);
