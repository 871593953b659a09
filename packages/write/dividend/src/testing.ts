/* World of the specs: a log with households, enterprises and pools. Not exported from the package. */
import { type CommandDefinition, type Role, SpecificationLog } from "@huimin/decider";
import { enterpriseStream, factsOf, householdFold, householdStream } from "@huimin/registry/events";
import { Value } from "typebox/value";
import { type DividendEventType, dividendEvents } from "./schema.ts";
import { standingOf } from "./standing.ts";

export const day = (on: string): string => `${on}T09:00:00+08:00`;

export class World {
  readonly log = new SpecificationLog();

  constructor() {
    this.log.resolvers.set("householdStandings", ({ households = "[]", on = "" }) =>
      Object.fromEntries(
        (JSON.parse(households) as string[]).flatMap((household) => {
          const events = this.log.streams.get(householdStream(household)) ?? [];
          const state = events.reduce((before, event) => householdFold.evolve(before, event), householdFold.initialState);
          return state.household === undefined ? [] : [[household, standingOf(factsOf(state), on)]];
        }),
      ),
    );
  }

  households(...numbers: string[]): this {
    for (const household of numbers) {
      const members = [{ personId: `p-${household}`, relation: "head", name: "x", idNumber: "x" }];
      const payload = { household, village: "V1", head: `p-${household}`, members };
      this.fact(householdStream(household), "HouseholdRegistered", "2014-01-06", payload);
    }
    return this;
  }

  enterprises(...ids: string[]): this {
    for (const enterprise of ids)
      this.fact(enterpriseStream(enterprise), "EnterpriseRegistered", "2014-01-06", { enterprise, name: "x", creditCode: "x", roles: [] });
    return this;
  }

  exited(household: string, on: string): this {
    return this.fact(householdStream(household), "PovertyExitConfirmed", on, { household, year: 2018, document: "x" });
  }

  extinct(household: string, on: string): this {
    return this.fact(householdStream(household), "HouseholdExtinct", on, { household });
  }

  bankrupt(enterprise: string, on: string): this {
    return this.fact(enterpriseStream(enterprise), "EnterpriseBankruptcyFiled", on, { enterprise });
  }

  fact(stream: string, type: string, valueDate: string, payload: unknown): this {
    this.log.record(stream, [{ type, valueDate, payload }], { recordedAt: day(valueDate) });
    return this;
  }

  private on(on: string, role: Role) {
    return { recordedAt: day(on), period: on.slice(0, 7), role, actor: role === "BANK" ? "bank:K1" : role === "SYS" ? "system" : "u1" };
  }

  /** Runs a command; a refusal is thrown as its code. Every event it records fits its schema. */
  run<C>(definition: CommandDefinition<C>, command: C, on: string): Record<string, unknown> {
    const result = this.log.execute(definition, command, this.on(on, definition.roles[0] as Role));
    if (!result.ok) throw new Error(`${result.refusal.code} ${JSON.stringify(result.refusal.details ?? {})}`);
    for (const event of result.value.writes.flatMap((write) => write.events))
      Value.Assert(dividendEvents[event.type as DividendEventType], event.payload);
    return result.value.answer;
  }

  /** Code of the refusal of a command, undefined when it would be accepted. Nothing is recorded. */
  refusal<C>(definition: CommandDefinition<C>, command: C, on: string): string | undefined {
    const result = this.log.decide(definition, command, this.on(on, definition.roles[0] as Role));
    return result.ok ? undefined : result.refusal.code;
  }

  /** Events of a stream as types. */
  types(stream: string): string[] {
    return (this.log.streams.get(stream) ?? []).map(({ type }) => type);
  }

  last(stream: string): unknown {
    return this.log.streams.get(stream)?.at(-1)?.payload;
  }
}
