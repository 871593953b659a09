import { type CommandContext, type CommandDefinition, type Role, SpecificationLog } from "@huimin/decider";
import { type HouseholdState, householdFold, householdStream, type PersonState, personFold, personStream } from "../events.ts";
import { RegisterBank, RegisterHousehold, RegisterVillage } from "../index.ts";

/** A register in memory for specs: one village, one bank, and households of invented people. */
export class SpecRegister {
  readonly log = new SpecificationLog({ role: "POV", recordedAt: "2018-06-01T09:00:00+08:00", period: "2018-06" });
  /** Birth dates behind the sealed ID numbers; adults of 40 unless said otherwise. */
  readonly births = new Map<string, string | undefined>();

  constructor() {
    this.log.resolvers.set("birthDate", ({ personId }) =>
      this.births.has(personId ?? "") ? this.births.get(personId ?? "") : "1978-01-01",
    );
    this.ok(RegisterVillage, { village: "V1", name: "栗井村", street: "龙翔街道", streetCode: "410803010", valueDate: "2015-12-31" });
    this.ok(RegisterBank, { bank: "K1", name: "农商银行", valueDate: "2015-12-31" });
  }

  when<C>(definition: CommandDefinition<C>, command: C, context: Partial<CommandContext> & { role?: Role } = {}) {
    return this.log.execute(definition, command, context);
  }

  /** Runs and must succeed. */
  ok<C>(definition: CommandDefinition<C>, command: C, context: Partial<CommandContext> = {}): this {
    const result = this.when(definition, command, context);
    if (!result.ok) throw new Error(`${definition.name}: ${result.refusal.code} ${JSON.stringify(result.refusal.details ?? {})}`);
    return this;
  }

  household(household: string): HouseholdState {
    return (this.log.streams.get(householdStream(household)) ?? []).reduce(householdFold.evolve, householdFold.initialState);
  }

  person(personId: string): PersonState {
    return (this.log.streams.get(personStream(personId)) ?? []).reduce(personFold.evolve, personFold.initialState);
  }

  /** Household `no` of people `{no}-1` (the head), `{no}-2` … */
  registered(no: string, size: number, valueDate = "2015-12-31"): this {
    return this.ok(RegisterHousehold, registration(no, size, valueDate));
  }
}

export const member = (personId: string, relation: string) => ({
  personId,
  relation,
  name: `sealed:name ${personId}`,
  idNumber: `sealed:id ${personId}`,
});

export const registration = (no: string, size: number, valueDate = "2015-12-31") => ({
  household: no,
  village: "V1",
  members: Array.from({ length: size }, (_, index) => member(`${no}-${index + 1}`, index === 0 ? "head" : "child")),
  head: `${no}-1`,
  valueDate,
});

export const accountOf = (holder: string, serial: string, purpose: "all" | "dividend" | "subsidy" | "loan" = "all") => ({
  holder,
  bank: "K1",
  kind: "card" as const,
  number: `sealed:account ${serial}`,
  numberHash: `hash-${serial}`,
  purpose,
});
