import { type CommandDefinition, type DomainEvent, type Role, SpecificationLog } from "@huimin/decider";
import { formatAmount } from "@huimin/money";
import { Value } from "typebox/value";
import { balanceOf, type DonationEventType, type DonationState, donationEvents, donationFold, donationStream } from "./events.ts";

/** A register with two donors, an enterprise, a village and three households, and commands run against it. */
export class World {
  readonly log = new SpecificationLog();
  breaches: readonly string[] = [];

  constructor() {
    const on = "2015-12-31";
    const record = (stream: string, type: string, payload: object) => this.log.record(stream, [{ type, valueDate: on, payload }]);
    for (const party of ["N1", "N2"]) record(`party/${party}`, "PartyRegistered", { party, kind: "donor", name: party });
    record("party/P1", "PartyRegistered", { party: "P1", kind: "insurer", name: "P1" });
    record("enterprise/E1", "EnterpriseRegistered", { enterprise: "E1", name: "E1", creditCode: "X", roles: ["partner"] });
    record("village/V1", "VillageRegistered", { village: "V1", name: "V1", street: "S", streetCode: "1" });
    for (const household of ["H1", "H2", "H3"]) {
      const head = `${household}-1`;
      const members = [{ personId: head, relation: "head", name: "sealed:x", idNumber: "sealed:x" }];
      record(`household/${household}`, "HouseholdRegistered", { household, village: "V1", members, head });
      record(`person/${head}`, "PersonJoined", { personId: head, household });
    }
    this.log.resolvers.set("openBreaches", () => this.breaches);
  }

  #context(definition: CommandDefinition, today: string) {
    const role = definition.roles[0] as Role;
    return { recordedAt: `${today}T18:00:00+08:00`, period: today.slice(0, 7), role, actor: role };
  }

  /** Runs a command on a day (default: its value date) and answers; a refusal is thrown as its code. */
  run<C>(definition: CommandDefinition<C>, command: C, today = dayOf(command)): Record<string, unknown> {
    const result = this.log.execute(definition, command, this.#context(definition, today));
    if (!result.ok) throw new Error(`${result.refusal.code} ${JSON.stringify(result.refusal.details ?? {})}`);
    for (const event of result.value.writes.flatMap((write) => write.events))
      if (event.type in donationEvents) Value.Assert(donationEvents[event.type as DonationEventType], event.payload);
    return result.value.answer;
  }

  /** Code of the refusal, undefined when it would be recorded. */
  refusal<C>(definition: CommandDefinition<C>, command: C, today = dayOf(command)): string | undefined {
    const result = this.log.decide(definition, command, this.#context(definition, today));
    return result.ok ? undefined : result.refusal.code;
  }

  donation(donation: string): DonationState {
    return (this.log.streams.get(donationStream(donation)) ?? []).reduce(donationFold.evolve, donationFold.initialState);
  }

  balance(donation: string, purpose: string): string {
    return formatAmount(balanceOf(this.donation(donation), purpose));
  }

  /** Events of a stream, newest last. */
  told(stream: string): DomainEvent[] {
    return (this.log.streams.get(stream) ?? []).map(({ type, valueDate, payload }) => ({ type, valueDate, payload }));
  }
}

const dayOf = (command: unknown): string => (command as { valueDate?: string }).valueDate ?? "2019-12-31";
