/*
 * For specs: a district in which lists are allocated, ready for payouts. Events of other chains are recorded as facts.
 */
import type { CommandDefinition, DomainEvent, Role } from "@huimin/decider";
import { SpecificationLog } from "@huimin/decider";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import { Value } from "typebox/value";
import { type EntitlementLine, entitlementFold } from "../evolve/entitlement.ts";
import { type DividendEventType, dividendEvents } from "../schema.ts";
import { entitlementStream, partOf, poolStream } from "../streams.ts";

const VILLAGE = "410803010201";

export class PayoutCase {
  readonly log = new SpecificationLog();

  constructor() {
    for (const bank of ["K1", "K2"]) this.#fact(`bank/${bank}`, "BankRegistered", { bank, name: bank }, "2017-01-01");
  }

  #fact(stream: string, type: string, payload: object, day: string): void {
    this.log.record(stream, [{ type, valueDate: day, payload }], at(day));
  }

  /** A household with an account bound long ago. */
  household(household: string, account = `card-of-${household}`): this {
    const members = [{ personId: `p-${household}`, relation: "head", name: "sealed:x", idNumber: "sealed:x" }];
    this.#fact(
      `household/${household}`,
      "HouseholdRegistered",
      { household, village: VILLAGE, members, head: `p-${household}` },
      "2017-01-01",
    );
    return account === "" ? this : this.card(household, account, "2017-01-02");
  }

  card(household: string, numberHash: string, day: string, time = "08:00:00"): this {
    const payload = { household, holder: `p-${household}`, bank: "K1", kind: "card", number: "sealed:x", numberHash, purpose: "all" };
    this.log.record(`household/${household}`, [{ type: "BankAccountChanged", valueDate: day, payload }], at(day, time));
    return this;
  }

  extinct(household: string, day: string): this {
    this.#fact(`household/${household}`, "HouseholdExtinct", { household }, day);
    return this;
  }

  merged(household: string, into: string, day: string): this {
    for (const stream of [household, into]) this.#fact(`household/${stream}`, "HouseholdMerged", { household, into }, day);
    return this;
  }

  /** A list of a pool and year, allocated; `received` when less money has come in than is allocated. */
  allocate(
    pool: string,
    year: number,
    amounts: Readonly<Record<string, string>>,
    { parts = 1, day = `${year}-12-20`, received = "" } = {},
  ): this {
    const total = formatAmount(sumFen(Object.values(amounts).map(fen)));
    const header = { pool, year, draft: 1, method: "by-stake", residueRule: "LARGEST_REMAINDER", snapshot: day, total, allocated: total };
    const list = { ...header, carried: "0.00", households: Object.keys(amounts).length, parts, listHash: "h" };
    const funds = { pool, enterprise: "E1", bank: "K1", amount: received || total, excess: "0.00" };
    const applied = [{ year, receivable: "1218.06", amount: received || total }];
    this.#fact(poolStream(pool), "DividendFundsReceived", { ...funds, applied }, day);
    this.#fact(poolStream(pool), "AllocationDrafted", list, day);
    this.#fact(poolStream(pool), "DividendAllocated", list, day);
    for (const [household, amount] of Object.entries(amounts)) {
      const part = partOf(household, parts);
      const payload = { pool, year, draft: 1, part, lines: [{ household, village: VILLAGE, amount }] };
      this.#fact(entitlementStream(pool, year, part), "EntitlementsAllocated", payload, day);
    }
    const posted = {
      pool,
      year,
      draft: 1,
      parts: Array.from({ length: parts }, (_, part) => part),
      households: list.households,
      amount: total,
    };
    this.#fact(poolStream(pool), "AllocationPartsPosted", posted, day);
    return this;
  }

  /** Runs a command at 10:00 of the day, as FIN or as bank `K1`; answers, or throws the refusal. */
  run<C>(definition: CommandDefinition<C>, command: C, day: string, bank = "K1"): Record<string, unknown> {
    const result = this.log.execute(definition, command, this.on(definition, day, bank));
    if (!result.ok) throw new Error(`${result.refusal.code} ${JSON.stringify(result.refusal.details ?? {})}`);
    for (const event of result.value.writes.flatMap(({ events }) => events)) assertKnown(event);
    return result.value.answer;
  }

  refusal<C>(definition: CommandDefinition<C>, command: C, day: string, bank = "K1"): string | undefined {
    const result = this.log.decide(definition, command, this.on(definition, day, bank));
    return result.ok ? undefined : result.refusal.code;
  }

  on(definition: CommandDefinition, day: string, bank: string) {
    const role = definition.roles[0] as Role;
    return { ...at(day, "10:00:00"), role, actor: role === "BANK" ? `bank:${bank}` : `user-${role}` };
  }

  line(household: string, pool = "B1", year = 2018, parts = 1): EntitlementLine {
    const events = this.log.streams.get(entitlementStream(pool, year, partOf(household, parts))) ?? [];
    const line = events.reduce((state, event) => entitlementFold.evolve(state, event), entitlementFold.initialState).lines.get(household);
    if (!line) throw new Error(`no line of ${household}`);
    return line;
  }

  /** `[2901.02, 2901.04, 2901.07]` of a line. */
  places(household: string, pool = "B1", year = 2018): string[] {
    const { payable, returned, unclaimed } = this.line(household, pool, year);
    return [payable, returned, unclaimed].map((amount: Fen) => formatAmount(amount));
  }
}

const at = (day: string, time = "08:00:00") => ({ recordedAt: `${day}T${time}+08:00`, period: day.slice(0, 7) });

function assertKnown(event: DomainEvent): void {
  Value.Assert(dividendEvents[event.type as DividendEventType], event.payload);
}

/** One entitlement of pool B1, 2018. */
export const item = (household: string, pool = "B1", year = 2018) => ({ household, year, pool });
