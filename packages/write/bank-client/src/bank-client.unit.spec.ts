import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type CommandDefinition, needsSecondPerson, type RecordedEvent, SpecificationLog } from "@huimin/decider";
import { SANDBOX_PUBLIC_KEYS } from "@huimin/identity";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containsBlock, parseBlock } from "./addresses.ts";
import {
  AddBankKey,
  bankAccessFold,
  bankClientCommands,
  bankClientStream,
  ChangeBankClient,
  expiringKeys,
  keyStatusOn,
  possessionText,
  RegisterBankClient,
  RestrictBankClient,
  ResumeBankClient,
  RevokeBankKey,
  SuspendBankClient,
  wholeOnboarding,
} from "./index.ts";

const TODAY = "2018-05-10";
const of = { bank: "K1", client: "core" };
const terms = {
  name: "核心系统",
  scopes: ["loans:write", "loans:read"],
  addresses: ["203.0.113.0/24"],
  perSecond: 20,
  burst: 100,
  perDay: 10_000,
};
const client = { ...of, ...terms };
const days = { validFrom: TODAY, validTo: "2019-05-09" };

/** A key of a bank, and the claim that it signs. */
function newKey(keyId: string, change: { bank?: string; client?: string; signer?: KeyObject; district?: string } = {}) {
  const pair = generateKeyPairSync("ed25519");
  const publicKey = String(pair.publicKey.export({ format: "jwk" }).x);
  const { signer = pair.privateKey, district = "410803", ...whose } = change;
  const claim = { district, ...of, ...whose, keyId, publicKey };
  const proof = sign(null, Buffer.from(possessionText(claim)), signer).toString("base64");
  return { ...of, keyId, publicKey, proof };
}

class Office {
  readonly log = new SpecificationLog({ recordedAt: `${TODAY}T09:00:00+08:00`, role: "FOF" });

  constructor() {
    for (const bank of ["K1", "K2"])
      this.log.record(`bank/${bank}`, [{ type: "BankRegistered", valueDate: TODAY, payload: { bank, name: bank } }]);
  }

  /** Records it; throws when it is refused. */
  ok(definition: CommandDefinition, command: object, recordedAt?: string): this {
    const result = this.log.execute(definition, command, recordedAt === undefined ? {} : { recordedAt });
    if (!result.ok) throw new Error(JSON.stringify(result));
    return this;
  }

  code(definition: CommandDefinition, command: object): string | undefined {
    const result = this.log.decide(definition, command);
    return result.ok ? undefined : result.refusal.code;
  }

  get access() {
    return (this.log.streams.get(bankClientStream("K1")) ?? ([] as RecordedEvent[])).reduce(
      bankAccessFold.evolve,
      bankAccessFold.initialState,
    );
  }
}

const onboarded = () => new Office().ok(RegisterBankClient, client).ok(AddBankKey, { ...newKey("core-1"), ...days });

describe("onboarding", () => {
  it("registers a client with its terms, sorted and once each, and its first key", () => {
    const office = new Office().ok(RegisterBankClient, { ...client, scopes: ["loans:write", "loans:read", "loans:write"] });
    expect(office.access.clients).toEqual([{ ...client, scopes: ["loans:read", "loans:write"], status: "active" }]);
    const key = newKey("core-1");
    const { proof: _, ...stored } = key;
    expect(office.ok(AddBankKey, { ...key, ...days }).access.keys).toEqual([{ ...stored, ...days }]);
    expect([...office.log.streams.keys()].filter((stream) => stream.startsWith("bank-key/")).sort()).toEqual([
      "bank-key/id/core-1",
      `bank-key/public/${key.publicKey}`,
    ]);
  });

  it.each([
    ["an unknown bank", { bank: "K9" }, "BANK_UNKNOWN"],
    ["an id that a header could not carry", { client: "核心" }, "BANK_CLIENT_ID_INVALID"],
    ["host bits that are set", { addresses: ["203.0.113.7/24"] }, "BANK_ADDRESS_INVALID"],
    ["a name for an address", { addresses: ["bank.example"] }, "BANK_ADDRESS_INVALID"],
    ["a prefix that is none", { addresses: ["10.0.0.0/33"] }, "BANK_ADDRESS_INVALID"],
    ["a burst below a second's requests", { burst: 19 }, "BANK_LIMIT_INVALID"],
  ])("refuses %s", (_, change, code) => {
    expect(new Office().code(RegisterBankClient, { ...client, ...change })).toBe(code);
  });

  it("refuses a client that exists, and more than a bank may have", () => {
    const office = new Office().ok(RegisterBankClient, client);
    expect(office.code(RegisterBankClient, client)).toBe("BANK_CLIENT_EXISTS");
    for (let n = 1; n < 50; n++) office.ok(RegisterBankClient, { ...client, client: `c${n}` });
    expect(office.code(RegisterBankClient, { ...client, client: "c50" })).toBe("BANK_CLIENT_LIMIT");
  });
});

describe("two persons", () => {
  it("for whatever gives a bank more; one for what takes away", () => {
    const two = bankClientCommands.filter(needsSecondPerson).map(({ name, roles, checkerRoles }) => [name, roles, checkerRoles]);
    const by = [["FOF"], ["FOF", "FIN-R"]];
    expect(two).toEqual(["RegisterBankClient", "ChangeBankClient", "ResumeBankClient", "AddBankKey"].map((name) => [name, ...by]));
    const one = bankClientCommands.filter((command) => !needsSecondPerson(command)).map(({ name, roles }) => [name, roles]);
    expect(one).toEqual(["RestrictBankClient", "SuspendBankClient", "RevokeBankKey"].map((name) => [name, ["FOF", "FIN-R"]]));
  });

  const change = { ...client, reason: "专线切换" };
  it.each([
    ["another scope", { scopes: ["loans:write", "payouts:write"] }, "scopes"],
    ["an address outside", { addresses: ["203.0.112.0/23"] }, "addresses"],
    ["an address of the other family", { addresses: ["2001:db8::/32"] }, "addresses"],
    ["a higher rate", { perSecond: 21 }, "limits"],
    ["a higher burst", { burst: 101 }, "limits"],
    ["a higher quota", { perDay: 10_001 }, "limits"],
  ])("%s is a widening: one person is refused, two may", (_, wider, what) => {
    const office = onboarded();
    expect(office.log.decide(RestrictBankClient as CommandDefinition, { ...change, ...wider })).toMatchObject({
      refusal: { code: "BANK_CLIENT_WIDENED", details: { what } },
    });
    office.ok(ChangeBankClient as CommandDefinition, { ...change, ...wider });
    expect(office.access.clients[0]).toMatchObject(wider);
  });

  it("one person restricts scopes, addresses and limits", () => {
    const less = { scopes: ["loans:read"], addresses: ["203.0.113.128/25", "203.0.113.7"], perSecond: 1, burst: 1, perDay: 1 };
    expect(onboarded().ok(RestrictBankClient, { ...change, ...less }).access.clients[0]).toMatchObject(less);
    expect(onboarded().code(RestrictBankClient, { ...change, client: "none" })).toBe("BANK_CLIENT_UNKNOWN");
    expect(onboarded().code(RestrictBankClient, { ...change, addresses: ["x"] })).toBe("BANK_ADDRESS_INVALID");
  });

  it("suspends and resumes", () => {
    const office = onboarded().ok(SuspendBankClient, { ...of, reason: "可疑" });
    expect(office.access.clients[0]).toMatchObject({ status: "suspended", reason: "可疑" });
    expect(office.code(SuspendBankClient, { ...of, reason: "再次" })).toBe("BANK_CLIENT_STATUS");
    office.ok(ResumeBankClient, { ...of, reason: "已查明" });
    expect(office.access.clients[0]).toEqual({ ...client, scopes: ["loans:read", "loans:write"], status: "active" });
    expect(office.code(ResumeBankClient, { ...of, reason: "再次" })).toBe("BANK_CLIENT_STATUS");
  });
});

describe("keys", () => {
  it.each([
    ["the signature of another key", newKey("k", { signer: generateKeyPairSync("ed25519").privateKey }), "BANK_KEY_NOT_PROVEN"],
    ["a proof for another bank", newKey("k", { bank: "K2" }), "BANK_KEY_NOT_PROVEN"],
    ["a proof for another client", newKey("k", { client: "other" }), "BANK_KEY_NOT_PROVEN"],
    ["a proof for another district", newKey("k", { district: "410804" }), "BANK_KEY_NOT_PROVEN"],
    ["a proof that is no signature", { ...newKey("k"), proof: "x" }, "BANK_KEY_NOT_PROVEN"],
    ["31 bytes", { ...newKey("k"), publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR" }, "BANK_KEY_INVALID"],
    ["a published test key", { ...newKey("k"), publicKey: SANDBOX_PUBLIC_KEYS["sandbox-a-1"] }, "BANK_KEY_PUBLISHED"],
    ["an unknown client", { ...newKey("k"), client: "none" }, "BANK_CLIENT_UNKNOWN"],
    ["an id with a quote", newKey('k"'), "BANK_CLIENT_ID_INVALID"],
    ["a last day that does not exist", { ...newKey("k"), validTo: "2019-02-29" }, "BANK_KEY_DATES"],
    ["a last day that is over", { ...newKey("k"), validFrom: "2018-01-01", validTo: "2018-05-09" }, "BANK_KEY_DATES"],
    ["more than ten years", { ...newKey("k"), validTo: "2028-05-11" }, "BANK_KEY_DATES"],
    ["a replaced key that is not there", { ...newKey("k"), replaces: { keyId: "none", validTo: TODAY } }, "BANK_KEY_UNKNOWN"],
    ["an overlap that is over", { ...newKey("k"), replaces: { keyId: "core-1", validTo: "2018-05-09" } }, "BANK_KEY_DATES"],
  ])("refuses %s", (_, key, code) => {
    expect(onboarded().code(AddBankKey, { ...days, ...key })).toBe(code);
  });

  it("proves possession by a text that names everything the key stands for", () => {
    expect(possessionText({ district: "410803", bank: "K1", client: "core", keyId: "core-1", publicKey: "PK" })).toBe(
      "huimin-ledger bank key v1\ndistrict 410803\nbank K1\nclient core\nkey core-1\npublic PK\n",
    );
  });

  it("never takes a key id or a public key twice: not after its revocation, not from another bank", () => {
    const key = newKey("core-2");
    const office = onboarded()
      .ok(AddBankKey, { ...key, ...days })
      .ok(RevokeBankKey, { ...of, keyId: "core-2", reason: "泄露" });
    expect(office.code(AddBankKey, { ...newKey("core-2"), ...days })).toBe("BANK_KEY_EXISTS");
    office.ok(RegisterBankClient, { ...client, bank: "K2" });
    const elsewhere = newKey("core-2", { bank: "K2" });
    expect(office.code(AddBankKey, { ...elsewhere, ...days, bank: "K2" })).toBe("BANK_KEY_EXISTS");
    const pair = generateKeyPairSync("ed25519");
    const publicKey = String(pair.publicKey.export({ format: "jwk" }).x);
    const onboarding = (bank: string, keyId: string) =>
      wholeOnboarding("410803", bank, [{ keyId, publicKey, privateKey: pair.privateKey, ...days }]).keys[0] ?? {};
    office.ok(RegisterBankClient, { ...client, client: "main" }).ok(AddBankKey, onboarding("K1", "main-1"));
    office.ok(RegisterBankClient, { ...client, bank: "K2", client: "main" });
    expect(office.code(AddBankKey, onboarding("K2", "main-2"))).toBe("BANK_KEY_USED_BEFORE");
  });

  it("rotates: both keys are valid while they overlap, then the new one alone", () => {
    const office = onboarded().ok(AddBankKey, { ...newKey("core-2"), ...days, replaces: { keyId: "core-1", validTo: "2018-05-20" } });
    const statuses = (on: string) => office.access.keys.map((key) => keyStatusOn(key, on));
    expect(office.access.keys[1]).toMatchObject({ keyId: "core-2", replaces: "core-1" });
    expect([statuses("2018-05-09"), statuses("2018-05-20"), statuses("2018-05-21"), statuses("2019-05-10")]).toEqual([
      ["not-yet-valid", "not-yet-valid"],
      ["valid", "valid"],
      ["expired", "valid"],
      ["expired", "expired"],
    ]);
  });

  it("never lets a key live longer because another follows it", () => {
    const office = onboarded().ok(AddBankKey, { ...newKey("core-2"), ...days, replaces: { keyId: "core-1", validTo: "2027-01-01" } });
    expect(office.access.keys[0]?.validTo).toBe(days.validTo);
  });

  it("is dead from its revocation on, and revoked once; what has ended makes room", () => {
    const office = onboarded();
    for (let n = 2; n <= 10; n++) office.ok(AddBankKey, { ...newKey(`core-${n}`), ...days });
    expect(office.code(AddBankKey, { ...newKey("core-11"), ...days })).toBe("BANK_CLIENT_LIMIT");
    office.ok(RevokeBankKey, { ...of, keyId: "core-3", reason: "泄露" });
    expect(keyStatusOn(office.access.keys[2] ?? days, TODAY)).toBe("revoked");
    expect(office.code(RevokeBankKey, { ...of, keyId: "core-3", reason: "泄露" })).toBe("BANK_KEY_UNKNOWN");
    expect(office.code(RevokeBankKey, { ...of, client: "other", keyId: "core-4", reason: "x" })).toBe("BANK_KEY_UNKNOWN");
    office.ok(AddBankKey, { ...newKey("core-11"), ...days });
  });

  it("lists what ends soon, and whether another key follows", () => {
    const keys = onboarded().ok(AddBankKey, { ...newKey("core-2"), validFrom: TODAY, validTo: "2018-06-01" }).access.keys;
    expect(expiringKeys(keys, TODAY, 21)).toEqual([]);
    expect(expiringKeys(keys, TODAY, 22)).toEqual([{ ...of, keyId: "core-2", validTo: "2018-06-01", followed: true }]);
    expect(expiringKeys(keys, TODAY, 365).map(({ keyId, followed }) => [keyId, followed])).toEqual([
      ["core-2", false],
      ["core-1", false],
    ]);
    expect(expiringKeys(keys, "2019-05-10", 365)).toEqual([]);
  });
});

describe("address blocks", () => {
  const block = (text: string) => parseBlock(text) as NonNullable<ReturnType<typeof parseBlock>>;

  it("reads IPv4 and IPv6, and nothing else", () => {
    const right = [
      "10.0.0.0/8",
      "203.0.113.7",
      "0.0.0.0/0",
      "::/0",
      "2001:db8::/32",
      "::1",
      "fe80::",
      "::ffff:10.0.0.1",
      "1:2:3:4:5:6:7:8/128",
    ];
    const wrong = [
      "",
      "10.0.0.1/8",
      "10.0.0/8",
      "10.0.0.0/",
      "10.0.0.0/08",
      "2001:db8::1/32",
      "fe80::1%eth0",
      "10.0.0.0/8/8",
      "::/129",
      "10.0.0.0/-1",
    ];
    expect(right.filter((text) => parseBlock(text) === undefined)).toEqual([]);
    expect(wrong.filter((text) => parseBlock(text) !== undefined)).toEqual([]);
  });

  it("property: a block contains exactly the addresses that share its prefix", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const address = fc.tuple(octet, octet, octet, octet);
    const number = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
        const size = 2 ** (32 - prefix);
        const base = Math.floor(number(a) / size) * size;
        const text = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
        const inside = Math.floor(number(b) / size) * size === base;
        return containsBlock(block(`${text}/${prefix}`), block(b.join("."))) === inside;
      }),
    );
  });
});
