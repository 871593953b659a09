import type { District, Outcome } from "./district.ts";
import { refusalOf } from "./district.ts";
import type { Fact, Scenario } from "./format.ts";

/*
 * Registers who is there before the first fact, and sets the policy of a file (scenarios README, "Running a file").
 */

const REGISTERED_ON = "2014-01-06";
const SET_UP_AT = "2014-01-06T08:00:00+08:00";
/** 18–65 on every date that a story can have. */
const ADULT_BIRTHS = ["1980-06-15", "1982-03-04", "1984-09-21", "1986-11-30", "1988-01-17", "1990-07-08"];
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function idNumber(birth: string, sequence: number): string {
  const body = `410899${birth.replaceAll("-", "")}${String(sequence).padStart(3, "0")}`;
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return `${body}${"10X98765432"[sum % 11]}`;
}

/** Makes persons and accounts as the register's own clerks would type them, sealed as its services do. */
export class People {
  #persons = 0;
  #cards = 0;
  readonly #district: District;

  constructor(district: District) {
    this.#district = district;
  }

  async person(relation: string): Promise<{ personId: string; relation: string; name: string; idNumber: string }> {
    const nth = this.#persons++;
    const number = idNumber(ADULT_BIRTHS[nth % ADULT_BIRTHS.length] as string, 1 + Math.floor(nth / ADULT_BIRTHS.length));
    const { vault, district } = this.#district.platform;
    const personId = vault.personId(district, number);
    const of = { district, personId, keyClass: "K1" } as const;
    const [name, sealedNumber] = await vault.seal([
      { ...of, field: "name", text: `测试${nth + 1}` },
      { ...of, field: "idNumber", text: number },
    ]);
    return { personId, relation, name: name as string, idNumber: sealedNumber as string };
  }

  async account(holder: string, bank: string): Promise<Record<string, string>> {
    const serial = String(++this.#cards).padStart(6, "0");
    const { vault, district } = this.#district.platform;
    const text = `621999410899${serial}`;
    const [number] = await vault.seal([{ district, personId: holder, keyClass: "K1", field: "account", text }]);
    return {
      holder,
      bank,
      kind: "passbook",
      number: number as string,
      numberHash: vault.fingerprint(district, "account", text),
      purpose: "all",
    };
  }

  async household(id: string, members: number, village: string): Promise<Outcome> {
    const persons = [];
    for (let nth = 0; nth < members; nth++) persons.push(await this.person(nth === 0 ? "head" : nth === 1 ? "spouse" : "child"));
    const head = persons[0]?.personId as string;
    return this.#district.send(
      "RegisterHousehold",
      { household: id, village, members: persons, head, account: await this.account(head, "K1"), valueDate: REGISTERED_ON },
      "POV",
    );
  }
}

const must = (outcome: Outcome, what: string): void => {
  const refused = refusalOf(outcome);
  if (refused) throw new Error(`setting up ${what}: ${refused}`);
};

/** The district before the first fact. `facts` are those of the order that is run. */
export async function setUp(district: District, scenario: Scenario, facts: readonly Fact[]): Promise<People> {
  district.at(SET_UP_AT);
  const people = new People(district);
  const { parties } = scenario;
  const villages = parties.village?.length ? parties.village.map(({ id }) => id) : ["V1"];
  for (const village of villages) {
    must(
      await district.send(
        "RegisterVillage",
        { village, name: `${village}村`, street: "测试街道", streetCode: "410803010", valueDate: REGISTERED_ON },
        "POV",
      ),
      village,
    );
  }
  for (const bank of new Set(["K1", ...(parties.bank ?? []).map(({ id }) => id)])) {
    must(await district.send("RegisterBank", { bank, name: `测试银行${bank}`, valueDate: REGISTERED_ON }, "FOF"), bank);
  }
  for (const { id } of parties.enterprise ?? []) {
    const body = {
      enterprise: id,
      name: `测试企业${id}`,
      creditCode: "91410899MA9DEM01XL",
      roles: ["carrier", "partner"],
      valueDate: REGISTERED_ON,
    };
    must(await district.send("RegisterEnterprise", body, "FOF"), id);
  }
  for (const { id, members, createdByFact } of parties.household ?? []) {
    if (createdByFact === undefined || !facts.some((fact) => fact.n === createdByFact))
      must(await people.household(id, members, villages[0] as string), id);
  }
  for (const { key, value, from, to, document } of scenario.policy) {
    must(
      await district.send("SetPolicyParameter", { key, value, from, ...(to ? { to } : {}), document }, "FIN-R"),
      `policy ${key} from ${from}`,
    );
  }
  return people;
}
