import { describe, expect, it } from "vitest";
import * as r from "./index.ts";
import { accountOf, member, registration, SpecRegister } from "./specification/register.ts";

const valueDate = "2018-05-01";
const code = (result: { ok: boolean; refusal?: { code: string } }) => (result.ok ? "ok" : result.refusal?.code);

describe("RegisterHousehold", () => {
  it("registers members, head and standing, and says so on each person", () => {
    const register = new SpecRegister().registered("H1", 3);
    const state = register.household("H1");
    expect(state).toMatchObject({ household: "H1", head: "H1-1", village: "V1", creditGroup: "H1", registeredOn: "2015-12-31" });
    expect(state.members.map(({ personId, relation }) => `${personId} ${relation}`)).toEqual(["H1-1 head", "H1-2 child", "H1-3 child"]);
    expect(r.statusOf(state)).toBe("registered");
    expect(register.person("H1-3")).toEqual({ household: "H1", closed: undefined });
  });

  it.each([
    ["a number that is taken", { household: "H1" }, "HOUSEHOLD_ALREADY_REGISTERED"],
    ["a village that is not in the list", { village: "V9" }, "VILLAGE_UNKNOWN"],
    ["a head who is no member", { head: "H2-9" }, "HEAD_MISSING"],
    ["two heads", { members: [member("H2-1", "head"), member("H2-2", "head")] }, "HEAD_MISSING"],
    ["a person named twice", { members: [member("H2-1", "head"), member("H2-1", "child")] }, "PERSON_TWICE"],
    ["an active member of another household", { members: [member("H2-1", "head"), member("H1-2", "child")] }, "PERSON_ALREADY_REGISTERED"],
    ["a date that does not exist", { valueDate: "2018-02-30" }, "REGISTRY_DATE_INVALID"],
    ["a date in the future", { valueDate: "2018-06-02" }, "REGISTRY_DATE_IN_FUTURE"],
    ["a number with a slash", { household: "H/2" }, "REGISTRY_ID_INVALID"],
    ["an account at an unknown bank", { account: { ...accountOf("H2-1", "1"), bank: "K9" } }, "BANK_UNKNOWN"],
    ["an account of another member", { account: accountOf("H2-2", "1") }, "ACCOUNT_HOLDER_NOT_HEAD"],
  ])("refuses %s", (_, change, expected) => {
    const register = new SpecRegister().registered("H1", 2);
    const before = register.log.all.length;
    expect(code(register.when(r.RegisterHousehold, { ...registration("H2", 2), ...change }))).toBe(expected);
    expect(register.log.all.length).toBe(before);
  });

  it("binds the head's account in the same append", () => {
    const register = new SpecRegister().ok(r.RegisterHousehold, { ...registration("H1", 2), account: accountOf("H1-1", "1") });
    expect(r.openAccount(register.household("H1"), "dividend")?.numberHash).toBe("hash-1");
  });
});

describe("RegisterHouseholds", () => {
  it("registers all of them", () => {
    const register = new SpecRegister();
    const result = register.when(r.RegisterHouseholds, { households: [registration("H1", 2), registration("H2", 3)] });
    expect(result).toMatchObject({ ok: true, value: { answer: { households: 2, people: 5 } } });
    expect(register.person("H2-3").household).toBe("H2");
  });

  it.each([
    ["a household that occurs twice", registration("H1", 1), "HOUSEHOLD_ALREADY_REGISTERED", "/households/1"],
    [
      "a person who occurs twice",
      { ...registration("H2", 1), members: [member("H1-1", "head")], head: "H1-1" },
      "PERSON_TWICE",
      "/households/1",
    ],
    ["an unknown village", { ...registration("H2", 1), village: "V9" }, "VILLAGE_UNKNOWN", "/households/1/village"],
  ])("registers none because of %s", (_, second, expected, path) => {
    const register = new SpecRegister();
    const before = register.log.all.length;
    expect(register.when(r.RegisterHouseholds, { households: [registration("H1", 2), second] })).toMatchObject({
      refusal: { code: expected, path },
    });
    expect(register.log.all.length).toBe(before);
  });

  it("cuts a large file into requests that the log takes", () => {
    const many = Array.from({ length: 3000 }, (_, n) => registration(`H${n}`, (n % 6) + 1));
    const batches = r.registrationBatches(many, r.BATCH_HOUSEHOLDS_MAX);
    expect(batches.flat().length).toBe(3000);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(r.BATCH_HOUSEHOLDS_MAX);
      expect(batch.reduce((sum, { members }) => sum + 2 + members.length, 0)).toBeLessThanOrEqual(r.BATCH_EVENTS_MAX);
    }
  });
});

describe("members and head", () => {
  it("removes the head only after a change of head, and closes the account with its holder", () => {
    const register = new SpecRegister()
      .registered("H1", 2)
      .ok(r.BindBankAccount, { household: "H1", ...accountOf("H1-1", "1"), valueDate });
    const death = { household: "H1", personId: "H1-1", reason: "death" as const, valueDate };
    expect(code(register.when(r.RemoveMember, death))).toBe("HEAD_CHANGE_FIRST");
    register.ok(r.ChangeHead, { household: "H1", newHead: "H1-2", valueDate }).ok(r.RemoveMember, death);
    const state = register.household("H1");
    expect(state.head).toBe("H1-2");
    expect(state.members).toMatchObject([{ personId: "H1-2", relation: "head" }]);
    expect(r.openAccount(state, "all")).toBeUndefined();
    expect(register.person("H1-1")).toEqual({ household: undefined, closed: "death" });
    expect(code(register.when(r.RegisterHousehold, { ...registration("H2", 1), members: [member("H1-1", "head")], head: "H1-1" }))).toBe(
      "PERSON_CLOSED",
    );
  });

  it("does not take a minor as head, nor one whose birth date can't be read", () => {
    const register = new SpecRegister().registered("H1", 3);
    register.births.set("H1-2", "2000-05-02").set("H1-3", undefined);
    expect(code(register.when(r.ChangeHead, { household: "H1", newHead: "H1-2", valueDate }))).toBe("HEAD_NOT_ADULT");
    expect(code(register.when(r.ChangeHead, { household: "H1", newHead: "H1-2", valueDate: "2018-05-02" }))).toBe("ok");
    expect(code(register.when(r.ChangeHead, { household: "H1", newHead: "H1-3", valueDate }))).toBe("BIRTH_DATE_UNKNOWN");
  });

  it("given a head, when the same person is to become head, then nothing changes and nothing is recorded", () => {
    const register = new SpecRegister().registered("H1", 2);
    const before = register.log.all.length;
    expect(register.when(r.ChangeHead, { household: "H1", newHead: "H1-1", valueDate })).toEqual({
      ok: false,
      refusal: { code: "HEAD_UNCHANGED", details: {}, path: "/newHead" },
    });
    expect(register.log.all.length).toBe(before);
    expect(register.household("H1").head).toBe("H1-1");
  });

  it.each([
    ["the last member", "H2", "H2-1", "LAST_MEMBER"],
    ["a stranger", "H1", "H9-1", "MEMBER_UNKNOWN"],
    ["from an unknown household", "H9", "H9-1", "HOUSEHOLD_UNKNOWN"],
  ])("does not remove %s", (_, household, personId, expected) => {
    const register = new SpecRegister().registered("H1", 2).registered("H2", 1);
    expect(code(register.when(r.RemoveMember, { household, personId, reason: "moved", valueDate }))).toBe(expected);
  });

  it("lets a person who moved join elsewhere, once", () => {
    const register = new SpecRegister().registered("H1", 2).registered("H2", 1).registered("H3", 1);
    const join = (household: string) => ({ household, member: member("H1-2", "spouse"), reason: "marriage" as const, valueDate });
    expect(code(register.when(r.AddMember, join("H2")))).toBe("PERSON_ALREADY_REGISTERED");
    register.ok(r.RemoveMember, { household: "H1", personId: "H1-2", reason: "marriage", valueDate }).ok(r.AddMember, join("H2"));
    expect(code(register.when(r.AddMember, join("H3")))).toBe("PERSON_ALREADY_REGISTERED");
    expect(register.household("H2").members.length).toBe(2);
  });

  it("refuses what happened before the registration", () => {
    const register = new SpecRegister().registered("H1", 2, "2017-01-01");
    expect(
      code(register.when(r.AddMember, { household: "H1", member: member("X", "child"), reason: "birth", valueDate: "2016-12-31" })),
    ).toBe("BEFORE_REGISTRATION");
  });

  it("moves the membership when an ID number is corrected", () => {
    const register = new SpecRegister()
      .registered("H1", 2)
      .ok(r.BindBankAccount, { household: "H1", ...accountOf("H1-1", "1"), valueDate });
    const correction = {
      household: "H1",
      personId: "H1-1",
      field: "idNumber" as const,
      value: "sealed:id new",
      newPersonId: "NEW",
      valueDate,
    };
    expect(code(register.when(r.CorrectPersonIdentity, correction))).toBe("IDENTITY_FIELD_UNKNOWN");
    register.ok(r.CorrectPersonIdentity, { ...correction, name: "sealed:name new" });
    const state = register.household("H1");
    expect(state.head).toBe("NEW");
    expect(state.members[0]).toMatchObject({ personId: "NEW", idNumber: "sealed:id new", name: "sealed:name new", relation: "head" });
    expect(state.accounts[0]).toMatchObject({ holder: "NEW", sealedFor: "H1-1" });
    expect(register.person("H1-1").closed).toBe("identity-corrected");
    expect(register.person("NEW").household).toBe("H1");
  });
});

describe("RegisterParty", () => {
  it("takes the name of a natural person sealed only", () => {
    const person = { party: "D9", kind: "donor" as const, natural: true, valueDate: "2018-01-02" };
    expect(code(new SpecRegister().when(r.RegisterParty, { ...person, name: "上官捐赠" }))).toBe("PARTY_NAME_NOT_SEALED");
    new SpecRegister().ok(r.RegisterParty, { ...person, name: "sealed:v1:K1:1:abc" });
  });

  const donor = { party: "N1", kind: "donor" as const, name: "示例捐赠人", valueDate };

  it("takes one party in several kinds, each once", () => {
    const register = new SpecRegister()
      .ok(r.RegisterParty, donor)
      .ok(r.RegisterParty, { ...donor, kind: "insurer" as const, name: "示例保险公司" });
    const events = (register.log.streams.get("party/N1") ?? []).map(({ type, payload }) => ({ type, payload }));
    expect(events).toEqual([
      { type: "PartyRegistered", payload: { party: "N1", kind: "donor", name: "示例捐赠人" } },
      { type: "PartyRegistered", payload: { party: "N1", kind: "insurer", name: "示例保险公司" } },
    ]);
    expect(code(register.when(r.RegisterParty, donor))).toBe("PARTY_ALREADY_REGISTERED");
  });

  it.each([
    ["a number with a slash", { party: "N/1" }, "REGISTRY_ID_INVALID"],
    ["a date in the future", { valueDate: "2018-06-02" }, "REGISTRY_DATE_IN_FUTURE"],
  ])("refuses %s", (_, change, expected) => {
    expect(code(new SpecRegister().when(r.RegisterParty, { ...donor, ...change }))).toBe(expected);
  });
});

describe("split and merge", () => {
  const split = (targets: { household: string; head: string; members: { personId: string }[] }[], debtorStays = "H1") => ({
    household: "H1",
    targets,
    debtorStays,
    valueDate,
  });
  const of = (household: string, ...people: string[]) => ({
    household,
    head: people[0] as string,
    members: people.map((personId) => ({ personId })),
  });

  it("divides the members, keeps one credit file, inherits the standing", () => {
    const register = new SpecRegister()
      .registered("H1", 3)
      .ok(r.ConfirmPovertyExit, { household: "H1", year: 2017, document: "示例〔2017〕9号", valueDate: "2017-12-01" });
    register.ok(r.SplitHousehold, split([of("H1", "H1-1", "H1-2"), of("H1-2nd", "H1-3")]));
    expect(register.household("H1").members.map(({ personId }) => personId)).toEqual(["H1-1", "H1-2"]);
    const founded = register.household("H1-2nd");
    expect(founded).toMatchObject({ head: "H1-3", creditGroup: "H1", splitFrom: "H1", registeredOn: valueDate, village: "V1" });
    expect(r.statusOf(founded)).toBe("exited");
    expect(register.person("H1-3").household).toBe("H1-2nd");
    const event = register.log.streams.get("household/H1")?.at(-1);
    expect(event?.payload).toMatchObject({
      debtorStays: "H1",
      targets: [
        { household: "H1", heads: 2 },
        { household: "H1-2nd", heads: 1 },
      ],
    });
  });

  it("shares the root's credit file when what was split is split again", () => {
    const register = new SpecRegister().registered("H1", 3);
    register.ok(r.SplitHousehold, split([of("H1", "H1-1"), of("A", "H1-2", "H1-3")]));
    register.ok(r.SplitHousehold, { household: "A", targets: [of("A", "H1-2"), of("B", "H1-3")], debtorStays: "A", valueDate });
    expect(register.household("B").creditGroup).toBe("H1");
  });

  it("ends the source when it is none of the results", () => {
    const register = new SpecRegister().registered("H1", 2).ok(r.SplitHousehold, split([of("A", "H1-1"), of("B", "H1-2")], "A"));
    expect(r.statusOf(register.household("H1"))).toBe("split");
    expect(r.existsOn(register.household("H1"), "2018-04-30")).toBe(true);
    expect(r.existsOn(register.household("H1"), valueDate)).toBe(false);
    expect(register.household("A").creditGroup).toBe("H1");
  });

  it.each([
    ["leaves somebody out", [of("H1", "H1-1"), of("A", "H1-2")], "H1", "SPLIT_NOT_EXACT"],
    ["has somebody twice", [of("H1", "H1-1", "H1-2"), of("A", "H1-2", "H1-3")], "H1", "SPLIT_NOT_EXACT"],
    ["has one target only", [of("H1", "H1-1", "H1-2", "H1-3")], "H1", "SPLIT_NOT_EXACT"],
    ["names a stranger", [of("H1", "H1-1", "H1-2"), of("A", "X")], "H1", "SPLIT_NOT_EXACT"],
    ["gives the loan to nobody", [of("H1", "H1-1", "H1-2"), of("A", "H1-3")], "B", "SPLIT_DEBTOR_UNKNOWN"],
    ["takes the head away from the source", [of("H1", "H1-2", "H1-3"), of("A", "H1-1")], "H1", "HEAD_CHANGE_FIRST"],
    ["uses a number that is taken", [of("H1", "H1-1", "H1-2"), of("H2", "H1-3")], "H1", "HOUSEHOLD_ALREADY_REGISTERED"],
  ])("refuses a split that %s", (_, targets, debtor, expected) => {
    const register = new SpecRegister().registered("H1", 3).registered("H2", 1);
    expect(code(register.when(r.SplitHousehold, split(targets, debtor)))).toBe(expected);
  });

  it("refuses a minor as head of the new household", () => {
    const register = new SpecRegister().registered("H1", 2);
    register.births.set("H1-2", "2010-01-01");
    expect(code(register.when(r.SplitHousehold, split([of("H1", "H1-1"), of("A", "H1-2")])))).toBe("HEAD_NOT_ADULT");
  });

  it("merges members and credit files, and ends the merged household", () => {
    const register = new SpecRegister()
      .registered("H1", 1)
      .registered("H2", 2)
      .ok(r.BindBankAccount, { household: "H2", ...accountOf("H2-1", "1"), valueDate });
    register.ok(r.MergeHouseholds, { into: "H1", households: ["H2"], relations: { "H2-1": "spouse" }, valueDate });
    const into = register.household("H1");
    expect(into.members.map(({ personId, relation }) => `${personId} ${relation}`)).toEqual(["H1-1 head", "H2-1 spouse", "H2-2 other"]);
    expect(into.mergedCreditGroups).toEqual(["H2"]);
    expect(r.statusOf(into)).toBe("registered");
    const gone = register.household("H2");
    expect(gone).toMatchObject({ ended: { how: "merged", into: "H1" }, members: [] });
    expect(r.openAccount(gone, "all")).toBeUndefined();
    expect(register.person("H2-2").household).toBe("H1");
    expect(code(register.when(r.MergeHouseholds, { into: "H1", households: ["H1"], valueDate }))).toBe("MERGE_WITH_ITSELF");
    expect(code(register.when(r.MergeHouseholds, { into: "H1", households: ["H2"], valueDate }))).toBe("HOUSEHOLD_ENDED");
  });
});
