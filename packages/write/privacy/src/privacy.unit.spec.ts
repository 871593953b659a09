import { type CommandContext, type CommandDefinition, SpecificationLog } from "@huimin/decider";
import { personStream, RegisterHousehold, RegisterVillage, RemoveMember } from "@huimin/registry";
import { beforeEach, describe, expect, it } from "vitest";
import { keptUntil, type LastFact, LiftRestriction, privacyFold, privacyStream, RestrictProcessing, ShredPersonalData } from "./index.ts";

const NOW = { recordedAt: "2026-06-01T09:00:00+08:00", period: "2026-06" };
const valueDate = "2026-06-01";
const document = "信访〔2026〕12号";

let log: SpecificationLog;
let lastFact: LastFact;
let keys: { generation: number; readable: boolean };
beforeEach(() => {
  log = new SpecificationLog({ role: "POV", ...NOW });
  lastFact = { date: "2018-03-20", open: [] };
  keys = { generation: 1, readable: true };
  log.resolvers.set("birthDate", () => "1978-01-01");
  log.resolvers.set("personKeys", () => keys);
  log.resolvers.set("lastFact", () => lastFact);
  run(RegisterVillage, { village: "V1", name: "栗井村", street: "龙翔街道", streetCode: "410803010", valueDate: "2015-12-31" });
  const member = (personId: string, relation: string) => ({ personId, relation, name: "sealed:n", idNumber: "sealed:i" });
  run(RegisterHousehold, {
    household: "H1",
    village: "V1",
    members: [member("p1", "head"), member("p2", "spouse")],
    head: "p1",
    valueDate: "2015-12-31",
  });
});

function run<C>(definition: CommandDefinition<C>, command: C, context: Partial<CommandContext> = {}) {
  const result = log.execute(definition, command, context);
  return result.ok ? "recorded" : `${result.refusal.code}${result.refusal.path ?? ""} ${JSON.stringify(result.refusal.details ?? {})}`;
}
const state = (person: string) => (log.streams.get(privacyStream(person)) ?? []).reduce(privacyFold.evolve, privacyFold.initialState);

describe("restriction 限制处理", () => {
  it("given a request, then every person of it is restricted with the legal basis, until it is lifted", () => {
    expect(run(RestrictProcessing, { persons: ["p1", "p2"], ground: "request", document, valueDate })).toBe("recorded");
    expect(state("p2").restriction).toEqual({ since: valueDate, ground: "request", legalBasis: "retention-of-vouchers", document });
    expect(run(RestrictProcessing, { persons: ["p2"], ground: "request", document, valueDate })).toContain(
      "PRIVACY_ALREADY_RESTRICTED/persons/0",
    );
    expect(run(LiftRestriction, { persons: ["p2"], ground: "request", document, valueDate })).toBe("recorded");
    expect([state("p1").restriction?.since, state("p2").restriction]).toEqual([valueDate, undefined]);
    expect(run(LiftRestriction, { persons: ["p1", "p2"], ground: "decided", document, valueDate })).toContain(
      "PRIVACY_NOT_RESTRICTED/persons/1",
    );
    expect(state("p1").restriction).toBeDefined(); // all of a request or none
  });

  it("refuses who is not in the register, a day that has not come, and needs two persons", () => {
    expect(run(RestrictProcessing, { persons: ["p1", "p9"], ground: "request", document, valueDate })).toContain(
      "PRIVACY_PERSON_UNKNOWN/persons/1",
    );
    expect(run(RestrictProcessing, { persons: ["p1"], ground: "request", document, valueDate: "2026-06-02" })).toContain("PRIVACY_DATE");
    expect([RestrictProcessing, LiftRestriction, ShredPersonalData].map((one) => one.postsInBookG)).toEqual([true, true, true]);
  });
});

describe("shredding 删除", () => {
  const shred = (keyClass: "K1" | "K2", context: Partial<CommandContext> = {}) =>
    run(ShredPersonalData, { person: "p2", keyClass, ground: "request", document, valueDate }, context);

  it("destroys K2 at once on request, up to the generation of that day", () => {
    keys = { generation: 3, readable: true };
    expect(shred("K2")).toBe("recorded");
    expect(state("p2").shreddings).toEqual([{ keyClass: "K2", generation: 3, on: valueDate, document }]);
    keys = { generation: 3, readable: false };
    expect(shred("K2")).toContain("PRIVACY_NOTHING_TO_SHRED");
  });

  it("keeps K1 until 31 December of year + 30 of the last accounting fact, and names the day", () => {
    expect(keptUntil("2018-03-20")).toBe("2048-12-31");
    expect(shred("K1")).toBe('PRIVACY_RETENTION/keyClass {"until":"2048-12-31","fact":"2018-03-20","years":30}');
    expect(shred("K1", { recordedAt: "2048-12-31T23:59:59+08:00", period: "2048-12" })).toContain("PRIVACY_RETENTION");
    const after = { recordedAt: "2049-01-01T00:00:00+08:00", period: "2049-01" };
    expect(shred("K1", after)).toContain('PRIVACY_PERSON_ACTIVE/person {"household":"H1"}');
    run(RemoveMember, { household: "H1", personId: "p2", reason: "moved", valueDate });
    expect(log.streams.get(personStream("p2"))).toHaveLength(2);
    lastFact = { date: "2018-03-20", open: ["2901.02 100.00"] };
    expect(shred("K1", after)).toBe('PRIVACY_ACCOUNTS_OPEN/person {"open":"2901.02 100.00"}');
    expect(state("p2").shreddings).toEqual([]);
    lastFact = { date: "2018-03-20", open: [] };
    expect(shred("K1", after)).toBe("recorded");
  });

  it("says in no event who it is or why in free words", () => {
    shred("K2");
    run(RestrictProcessing, { persons: ["p2"], ground: "consent-withdrawn", document, valueDate });
    const texts = (log.streams.get(privacyStream("p2")) ?? []).map(({ payload }) => Object.keys(payload as object).sort());
    expect(texts).toEqual([
      ["document", "generation", "ground", "keyClass", "person"],
      ["document", "ground", "legalBasis", "person"],
    ]);
  });
});
