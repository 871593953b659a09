import { wholeOnboarding } from "@huimin/bank-client";
import { addDays } from "@huimin/calendar";
import type { District, Outcome } from "./district.ts";
import { refusalOf } from "./district.ts";
import type { Fact, PolicyEntry, Scenario } from "./format.ts";

/*
 * Registers who is there before the first fact, and sets the policy of a file (scenarios README, "Running a file").
 */

/** Before any fact; a file with older facts begins before them. */
const REGISTERED_ON = "2014-01-06";
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
  readonly #heads = new Map<string, string[]>();
  readonly #counted: string[] = [];
  #home = { village: "V1", valueDate: REGISTERED_ON };

  constructor(district: District) {
    this.#district = district;
  }

  /** Where and since when households live that a file only counts. */
  livesIn(village: string, valueDate: string): void {
    this.#home = { village, valueDate };
  }

  /** Households that are only counted, as many as asked for; the same ones every time. Their numbers are no file's. */
  async counted(count: number): Promise<readonly string[]> {
    while (this.#counted.length < count) {
      const id = `RUNNER-${this.#counted.length + 1}`;
      must(await this.household(id, 1, this.#home.village, this.#home.valueDate), id);
      this.#counted.push(id);
    }
    return this.#counted.slice(0, count);
  }

  /** Person ids of those who were head of a household before the present one, oldest first. */
  headsBefore(household: string): readonly string[] {
    return this.#heads.get(household) ?? [];
  }

  headChanged(household: string, oldHead: string): void {
    this.#heads.set(household, [...this.headsBefore(household), oldHead]);
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

  async household(id: string, members: number, village: string, valueDate: string): Promise<Outcome> {
    const persons = [];
    for (let nth = 0; nth < members; nth++) persons.push(await this.person(nth === 0 ? "head" : nth === 1 ? "spouse" : "child"));
    const head = persons[0]?.personId as string;
    return this.#district.send(
      "RegisterHousehold",
      { household: id, village, members: persons, head, account: await this.account(head, "K1"), valueDate },
      "POV",
    );
  }
}

const must = (outcome: Outcome, what: string): void => {
  const refused = refusalOf(outcome);
  if (refused) throw new Error(`setting up ${what}: ${refused}`);
};

/** The day on which everybody is registered. */
function beginning({ facts, refused }: Scenario): string {
  const dates = [...facts, ...refused].map(({ valueDate }) => valueDate).sort();
  const first = dates[0];
  return first !== undefined && first <= REGISTERED_ON ? addDays(first, -1) : REGISTERED_ON;
}

/**
 * The product judges rates from 2021 on by the LPR. A file that sets the benchmark table itself prices its loans on that
 * table, so its district says so.
 */
function rateTable(policy: readonly PolicyEntry[]): readonly PolicyEntry[] {
  const own = policy.filter(({ key }) => key.startsWith("interest.benchmark."));
  if (own.length === 0) return [];
  return [{ key: "microcredit.rateCeiling", value: "benchmark", from: "2021-01-01", document: own[0]?.document ?? "" }];
}

async function registerParties(district: District, people: People, scenario: Scenario, facts: readonly Fact[], valueDate: string) {
  const { parties } = scenario;
  const villages = parties.village?.length ? parties.village.map(({ id }) => id) : ["V1"];
  for (const village of villages) {
    const body = { village, name: `${village}村`, street: "测试街道", streetCode: "410803010", valueDate };
    must(await district.send("RegisterVillage", body, "POV"), village);
  }
  people.livesIn(villages[0] as string, valueDate);
  for (const bank of new Set(["K1", ...(parties.bank ?? []).map(({ id }) => id)])) {
    must(await district.send("RegisterBank", { bank, name: `测试银行${bank}`, valueDate }, "FOF"), bank);
    const onboarding = wholeOnboarding(district.platform.district, bank, district.desk.newKeys(bank, valueDate));
    must(await district.send("RegisterBankClient", onboarding.client, "FOF"), `client of ${bank}`);
    for (const one of onboarding.keys) must(await district.send("AddBankKey", one, "FOF"), `key of ${bank}`);
  }
  for (const { id } of parties.enterprise ?? []) {
    const body = { enterprise: id, name: `测试企业${id}`, creditCode: "91410899MA9DEM01XL", roles: ["carrier", "partner"], valueDate };
    must(await district.send("RegisterEnterprise", body, "FOF"), id);
  }
  for (const kind of ["donor", "guarantor", "insurer"] as const) {
    for (const { id } of parties[kind] ?? [])
      must(await district.send("RegisterParty", { party: id, kind, name: `测试参与方${id}`, valueDate }, "FOF"), `${kind} ${id}`);
  }
  for (const { id, members, createdByFact } of parties.household ?? []) {
    const later = createdByFact !== undefined && facts.length > 0;
    if (!later) must(await people.household(id, members, villages[0] as string, valueDate), id);
  }
}

/** The district before the first fact. `facts` are those of the order that is run. */
export async function setUp(district: District, scenario: Scenario, facts: readonly Fact[]): Promise<People> {
  const valueDate = beginning(scenario);
  district.at(`${valueDate}T08:00:00+08:00`);
  const people = new People(district);
  await registerParties(district, people, scenario, facts, valueDate);
  for (const { key, value, from, to, document } of [...rateTable(scenario.policy), ...scenario.policy]) {
    must(
      await district.send("SetPolicyParameter", { key, value, from, ...(to ? { to } : {}), document }, "FIN-R"),
      `policy ${key} from ${from}`,
    );
  }
  return people;
}
