import { describe, expect, it } from "vitest";
import * as r from "./index.ts";
import { accountOf, member, registration, SpecRegister } from "./specification/register.ts";

const valueDate = "2018-05-01";
const code = (result: { ok: boolean; refusal?: { code: string } }) => (result.ok ? "ok" : result.refusal?.code);

describe("standing by value date", () => {
  const exit = { household: "H1", year: 2017, document: "示例〔2017〕9号", valueDate: "2017-12-01" };
  it("knows what a household was on every day, in whatever order the facts came", () => {
    const register = new SpecRegister()
      .registered("H1", 2)
      .ok(r.ConfirmPovertyExit, exit)
      .ok(r.RecordReturnToPoverty, { household: "H1", valueDate: "2018-03-01" });
    const on = (date: string) => [...r.standingsOn(register.household("H1"), date)].join();
    expect([on("2015-12-30"), on("2015-12-31"), on("2017-11-30"), on("2017-12-01"), on("2018-02-28"), on("2018-03-01")]).toEqual([
      "",
      "registered",
      "registered",
      "exited",
      "exited",
      "registered",
    ]);
    expect(r.statusOf(register.household("H1"))).toBe("returned");
    expect(r.eligibleOn(register.household("H1"), "2018-01-01")).toBe(false);
    expect(r.eligibleOn(register.household("H1"), "2018-01-01", ["registered", "exited"])).toBe(true);
  });

  it("forgets an exit that was revoked", () => {
    const register = new SpecRegister().registered("H1", 2);
    expect(code(register.when(r.RevokePovertyExit, { household: "H1", reason: "错误", valueDate }))).toBe("NOT_EXITED");
    register.ok(r.ConfirmPovertyExit, exit).ok(r.RevokePovertyExit, { household: "H1", reason: "错误", valueDate });
    expect(r.eligibleOn(register.household("H1"), "2018-01-01")).toBe(true);
    expect(code(register.when(r.ConfirmPovertyExit, { ...exit, valueDate }))).toBe("ok");
    expect(code(register.when(r.ConfirmPovertyExit, { ...exit, valueDate }))).toBe("NOT_IN_POVERTY");
  });

  it("monitors from 2020 on, and a marginal household is nothing but monitored", () => {
    const register = new SpecRegister().registered("H1", 2);
    const later = { recordedAt: "2021-06-01T09:00:00+08:00" };
    const start = { household: "H1", kind: "unstable-exit" as const, valueDate: "2021-01-05" };
    expect(code(register.when(r.StartMonitoring, { ...start, valueDate: "2019-12-31" }, later))).toBe("MONITORING_TOO_EARLY");
    register.ok(r.StartMonitoring, start, later);
    expect(code(register.when(r.StartMonitoring, start, later))).toBe("MONITORING_ACTIVE");
    register.ok(r.EndMonitoring, { household: "H1", valueDate: "2021-03-05" }, later);
    const at = (date: string) => r.isMonitoredOn(register.household("H1"), date);
    expect([at("2021-01-04"), at("2021-01-05"), at("2021-03-04"), at("2021-03-05")]).toEqual([false, true, true, false]);
    expect(code(register.when(r.EndMonitoring, { household: "H1", valueDate: "2021-03-06" }, later))).toBe("MONITORING_NOT_ACTIVE");
    register.ok(r.RegisterHousehold, { ...registration("H2", 1, "2021-01-05"), kind: "marginal" }, later);
    expect([...r.standingsOn(register.household("H2"), "2021-01-05")]).toEqual(["monitored"]);
    expect(code(register.when(r.ConfirmPovertyExit, { ...exit, household: "H2", valueDate: "2021-02-01" }, later))).toBe("NOT_IN_POVERTY");
  });

  it("is extinct when every remaining member is named, from the day after", () => {
    const register = new SpecRegister()
      .registered("H1", 2)
      .ok(r.BindBankAccount, { household: "H1", ...accountOf("H1-1", "1"), valueDate });
    expect(register.when(r.RecordHouseholdExtinct, { household: "H1", lastMembers: ["H1-1"], valueDate })).toMatchObject({
      refusal: { code: "MEMBERS_LIVING", details: { count: 1 } },
    });
    register.ok(r.RecordHouseholdExtinct, { household: "H1", lastMembers: ["H1-1", "H1-2"], valueDate });
    const state = register.household("H1");
    expect(r.statusOf(state)).toBe("extinct");
    expect([r.existsOn(state, valueDate), r.existsOn(state, "2018-05-02")]).toEqual([true, false]);
    expect(r.payoutAccount(state, "dividend", "2018-06-01T00:00:00+08:00", 24)).toEqual({ kind: "none" });
    expect(register.person("H1-2").closed).toBe("death");
    expect(code(register.when(r.AddMember, { household: "H1", member: member("X", "child"), reason: "birth", valueDate }))).toBe(
      "HOUSEHOLD_ENDED",
    );
  });

  it("frees the members of a household that should not have been registered", () => {
    const register = new SpecRegister().registered("H1", 2).ok(r.DeregisterHousehold, { household: "H1", reason: "重复", valueDate });
    expect(r.statusOf(register.household("H1"))).toBe("deregistered");
    expect(register.person("H1-2")).toEqual({ household: undefined, closed: undefined });
  });
});

describe("accounts", () => {
  const bind = { household: "H1", ...accountOf("H1-1", "1"), valueDate };
  const change = { household: "H1", ...accountOf("H1-1", "2"), valueDate: "2018-05-20" };
  it("cools down for the hours of the policy from the moment of recording, not from the value date (R23)", () => {
    const register = new SpecRegister().registered("H1", 2).ok(r.BindBankAccount, bind);
    register.ok(r.ChangeBankAccount, change, { recordedAt: "2018-06-01T08:11:00+08:00" });
    const at = (instant: string) => r.payoutAccount(register.household("H1"), "dividend", instant, 24);
    expect(at("2018-06-02T08:10:59+08:00")).toMatchObject({ kind: "cooling", usableFrom: "2018-06-02T08:11:00.000+08:00" });
    expect(at("2018-06-02T08:11:00+08:00")).toMatchObject({ kind: "usable", account: { numberHash: "hash-2" } });
    expect(register.household("H1").accounts[0]?.until?.how).toBe("replaced");
  });

  it("prefers the account of the purpose", () => {
    const register = new SpecRegister()
      .registered("H1", 2)
      .ok(r.BindBankAccount, bind)
      .ok(r.BindBankAccount, { household: "H1", ...accountOf("H1-2", "7", "loan"), valueDate });
    expect(r.openAccount(register.household("H1"), "loan")?.holder).toBe("H1-2");
    expect(r.openAccount(register.household("H1"), "subsidy")?.holder).toBe("H1-1");
  });

  it("lets a bank touch accounts that are its own, and no others", () => {
    const own = { actor: "bank:K1", role: "BANK" } as const;
    const other = { actor: "bank:K2", role: "BANK" } as const;
    const register = new SpecRegister().registered("H1", 2);
    const close = { household: "H1", purpose: "all" as const, reason: "销户", valueDate: "2018-05-20" };
    expect(code(register.when(r.BindBankAccount, bind, other))).toBe("ACCOUNT_OF_OTHER_BANK");
    register.ok(r.BindBankAccount, bind, own);
    expect(code(register.when(r.ChangeBankAccount, { ...change, bank: "K2" }, other))).toBe("ACCOUNT_OF_OTHER_BANK");
    expect(code(register.when(r.CloseBankAccount, close, other))).toBe("ACCOUNT_OF_OTHER_BANK");
    register.ok(r.ChangeBankAccount, change, own).ok(r.CloseBankAccount, close, own);
    expect(r.openAccount(register.household("H1"), "dividend")).toBeUndefined();
  });

  it.each([
    ["a second account for a purpose", r.BindBankAccount, change, "ACCOUNT_ALREADY_BOUND"],
    ["a change of none", r.ChangeBankAccount, { ...change, purpose: "subsidy" as const }, "ACCOUNT_NOT_BOUND"],
    ["a change to the same", r.ChangeBankAccount, bind, "ACCOUNT_UNCHANGED"],
    ["a stranger as holder", r.ChangeBankAccount, { ...change, holder: "X" }, "MEMBER_UNKNOWN"],
    ["another member's account for the household's money", r.ChangeBankAccount, { ...change, holder: "H1-2" }, "ACCOUNT_HOLDER_NOT_HEAD"],
    ["an unknown bank", r.ChangeBankAccount, { ...change, bank: "K9" }, "BANK_UNKNOWN"],
  ])("refuses %s", (_, definition, command, expected) => {
    const register = new SpecRegister().registered("H1", 2).ok(r.BindBankAccount, bind);
    expect(code(register.when(definition, command))).toBe(expected);
  });

  it("closes", () => {
    const register = new SpecRegister().registered("H1", 2).ok(r.BindBankAccount, bind);
    const close = { household: "H1", purpose: "all" as const, reason: "销户", valueDate };
    expect(code(register.when(r.CloseBankAccount, close))).toBe("ok");
    expect(code(register.when(r.CloseBankAccount, close))).toBe("ACCOUNT_NOT_BOUND");
  });
});

describe("villages, enterprises, banks", () => {
  it("given a village in the list, when registered again, then it is refused, in the same words or others, and stays as it was", () => {
    const register = new SpecRegister();
    const again = { village: "V1", name: "许河村", street: "许衡街道", streetCode: "410803011", valueDate };
    const before = register.log.all.length;
    expect(register.when(r.RegisterVillage, again)).toEqual({
      ok: false,
      refusal: { code: "VILLAGE_ALREADY_REGISTERED", details: { village: "V1" }, path: "/village" },
    });
    expect(register.log.all.length).toBe(before);
    expect(code(register.when(r.RegisterVillage, { ...again, village: "V2" }))).toBe("ok");
  });

  it("lets a village leave the list once, and again after a revocation", () => {
    const register = new SpecRegister();
    const exit = { village: "V1", document: "示例〔2018〕1号", valueDate };
    register.ok(r.ExitVillage, exit);
    expect(code(register.when(r.ExitVillage, exit))).toBe("VILLAGE_ALREADY_EXITED");
    register.ok(r.RevokeVillageExit, { village: "V1", reason: "错误", valueDate });
    expect(code(register.when(r.RevokeVillageExit, { village: "V1", reason: "错误", valueDate }))).toBe("VILLAGE_NOT_EXITED");
    expect(code(register.when(r.ExitVillage, exit))).toBe("ok");
    expect(code(register.when(r.ExitVillage, { ...exit, village: "V9" }))).toBe("VILLAGE_UNKNOWN");
  });

  const enterprise = { enterprise: "E1", name: "太行林果合作社", creditCode: "91410899MA9DEM01XL", roles: ["carrier" as const], valueDate };
  it("registers an enterprise whose code does not match with a warning, and refuses a malformed one", () => {
    const register = new SpecRegister();
    expect(register.when(r.RegisterEnterprise, enterprise)).toMatchObject({ value: { answer: { warnings: [] } } });
    expect(register.when(r.RegisterEnterprise, { ...enterprise, enterprise: "E2", creditCode: "91410899MA9DEM01X0" })).toMatchObject({
      value: { answer: { warnings: [{ code: "CREDIT_CODE_CHECK" }] }, writes: [{ events: [{ payload: { checksumWarning: true } }] }] },
    });
    expect(code(register.when(r.RegisterEnterprise, { ...enterprise, enterprise: "E3", creditCode: "91410899IA9DEM01XL" }))).toBe(
      "CREDIT_CODE_FORMAT",
    );
    expect(code(register.when(r.RegisterEnterprise, enterprise))).toBe("ENTERPRISE_ALREADY_REGISTERED");
  });

  it("lets a suspended enterprise go bankrupt, once", () => {
    const register = new SpecRegister()
      .ok(r.RegisterEnterprise, enterprise)
      .ok(r.SuspendEnterprise, { enterprise: "E1", reason: "停产", valueDate });
    expect(code(register.when(r.SuspendEnterprise, { enterprise: "E1", reason: "停产", valueDate }))).toBe("ENTERPRISE_NOT_ACTIVE");
    register.ok(r.FileEnterpriseBankruptcy, { enterprise: "E1", valueDate });
    expect(code(register.when(r.FileEnterpriseBankruptcy, { enterprise: "E1", valueDate }))).toBe("ENTERPRISE_NOT_ACTIVE");
    expect(code(register.when(r.FileEnterpriseBankruptcy, { enterprise: "E9", valueDate }))).toBe("ENTERPRISE_UNKNOWN");
    const state = (register.log.streams.get("enterprise/E1") ?? []).reduce(r.enterpriseFold.evolve, r.enterpriseFold.initialState);
    expect([r.enterpriseActiveOn(state, "2018-04-30"), r.enterpriseActiveOn(state, valueDate)]).toEqual([true, false]);
  });

  it("refuses a 联行号 of 11 digits and warns of an unknown type", () => {
    const register = new SpecRegister();
    expect(code(register.when(r.RegisterBank, { bank: "K2", name: "邮储银行", cnaps: "40350100001", valueDate }))).toBe("CNAPS_FORMAT");
    expect(register.when(r.RegisterBank, { bank: "K2", name: "邮储银行", cnaps: "999501000018", valueDate })).toMatchObject({
      value: { answer: { warnings: [{ code: "CNAPS_UNKNOWN" }] } },
    });
    expect(code(register.when(r.RegisterBank, { bank: "K1", name: "又一家", valueDate }))).toBe("BANK_ALREADY_REGISTERED");
  });
});
