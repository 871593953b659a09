/* A district with two enterprises and some households for the specs of this package. */
import { assertTold, type CommandDefinition, type Role, SpecificationLog } from "@huimin/decider";
import { Value } from "typebox/value";
import { RecogniseEnterprise, SignFourPartyAgreement } from "./commands.ts";
import {
  type CarrierState,
  carrierFold,
  carrierStream,
  type LinkageEventType,
  type LinkageState,
  linkageEvents,
  linkageFold,
  linkageStream,
} from "./events.ts";

type Body = Readonly<Record<string, unknown>>;

export class LinkageCase {
  readonly log = new SpecificationLog();

  constructor() {
    for (const enterprise of ["E1", "E2"]) this.enterprise(enterprise, ["carrier"]);
    for (let nr = 1; nr <= 6; nr++) this.household(`H${nr}`);
    this.log.record("bank/K1", [{ type: "BankRegistered", valueDate: "2014-01-01", payload: { bank: "K1", name: "测试银行" } }]);
    const guarantor = { party: "G1", kind: "guarantor", name: "测试担保" };
    this.log.record("party/G1", [{ type: "PartyRegistered", valueDate: "2014-01-01", payload: guarantor }]);
  }

  enterprise(enterprise: string, roles: readonly string[]): this {
    const payload = { enterprise, name: "测试企业", creditCode: "91410899MA9DEM01XL", roles };
    this.log.record(`enterprise/${enterprise}`, [{ type: "EnterpriseRegistered", valueDate: "2014-01-01", payload }]);
    return this;
  }

  household(household: string): this {
    const members = [{ personId: `${household}-head`, relation: "head", name: "sealed:n", idNumber: "sealed:i" }];
    const payload = { household, village: "V1", members, head: `${household}-head` };
    this.log.record(`household/${household}`, [{ type: "HouseholdRegistered", valueDate: "2014-01-01", payload }]);
    return this;
  }

  /** Recognised from 2018-01-01 on, with an agreement. */
  ready(enterprise = "E1"): this {
    this.run(RecogniseEnterprise, { enterprise, households: 3, valueDate: "2018-01-01" });
    const agreement = { agreement: `A-${enterprise}`, enterprise, bank: "K1", loanCap: "3000000.00", form: "job" };
    this.run(SignFourPartyAgreement, { ...agreement, valueDate: "2018-01-01" });
    return this;
  }

  #context(definition: CommandDefinition, recordedOn: string) {
    const role = definition.roles[0] as Role;
    return { recordedAt: `${recordedOn}T20:00:00+08:00`, period: recordedOn.slice(0, 7), role, actor: `u-${role}` };
  }

  /** Runs a command that must be accepted; its events fit their schemas. Gives the answer. */
  run(definition: CommandDefinition, body: Body, recordedOn = String(body.valueDate)): Readonly<Record<string, unknown>> {
    const result = this.log.execute(definition, body, this.#context(definition, recordedOn));
    if (!result.ok) throw new Error(`${definition.name} refused: ${JSON.stringify(result.refusal)}`);
    for (const event of result.value.writes.flatMap((write) => write.events))
      Value.Assert(linkageEvents[event.type as LinkageEventType], event.payload);
    return result.value.answer;
  }

  /** Code of the refusal, declared with texts that name its details; undefined when accepted. Nothing is recorded. */
  code(definition: CommandDefinition, body: Body, recordedOn = "2030-01-01"): string | undefined {
    const result = this.log.decide(definition, body, this.#context(definition, recordedOn));
    if (result.ok) return undefined;
    assertTold(result.refusal);
    return result.refusal.code;
  }

  types(stream: string): string[] {
    return (this.log.streams.get(stream) ?? []).map((event) => event.type);
  }

  linkage(enterprise = "E1"): LinkageState {
    return (this.log.streams.get(linkageStream(enterprise)) ?? []).reduce(linkageFold.evolve, linkageFold.initialState);
  }

  carriers(household: string): CarrierState {
    return (this.log.streams.get(carrierStream(household)) ?? []).reduce(carrierFold.evolve, carrierFold.initialState);
  }
}
