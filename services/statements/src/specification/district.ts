import { createCommandHandler } from "@huimin/command-handler";
import { createMemoryStore, type EventStore } from "@huimin/event-store";
import { IssueStatements } from "@huimin/statement";
import type { FontSet } from "@huimin/statements";
import { createVault, generateVaultSecrets, memoryKeyStore, parseVaultSecrets, type Vault } from "@huimin/vault";
import { noticeOf, type SendIssue, type StatementsOptions } from "../index.ts";

export const DISTRICT = "410803";
export const VILLAGE = "410803010207";
/** 㛃 stands for a character that the font of these specs lacks. */
const LACKING = "㛃";

const specFonts: FontSet = {
  families: ["Spec"],
  fallback: [],
  data: () => [],
  missing: (text) => (text.includes(LACKING) ? [LACKING] : []),
  advance: () => 1,
};

/** A district in memory: its log takes facts as they come, its statements are issued by the real command. */
export interface SpecDistrict {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly options: StatementsOptions;
  readonly send: SendIssue;
  /** Households whose personal data were opened, in order. */
  readonly unmasked: string[];
  clock: string;
  record(type: string, stream: string, payload: object, valueDate: string): Promise<void>;
  register(household: string, name: string, over?: object): Promise<string>;
  lend(loan: string, household: string, amount: string, on: string): Promise<void>;
  repay(loan: string, household: string, principal: string, on: string): Promise<void>;
}

export async function specDistrict(over: Partial<StatementsOptions> = {}): Promise<SpecDistrict> {
  const store = createMemoryStore();
  const vault = createVault({ secrets: parseVaultSecrets(generateVaultSecrets()), keys: memoryKeyStore() });
  const unmasked: string[] = [];
  let facts = 0;
  const district: SpecDistrict = {
    store,
    vault,
    unmasked,
    clock: "2019-01-18T20:00:00.000+08:00",
    options: {
      district: DISTRICT,
      store,
      vault,
      notice: noticeOf({ district: "中站区" }),
      fonts: () => specFonts,
      clock: () => Date.parse(district.clock),
      onUnmask: ({ household }) => unmasked.push(household),
      ...over,
    },
    send: async (command) => {
      const outcome = await handler.execute(IssueStatements, command, { actor: "u1", role: "FIN-R", channel: "ui" });
      return "refusal" in outcome ? { ok: false, refusal: outcome.refusal } : { ok: true, value: outcome.answer };
    },
    async record(type, stream, payload, valueDate) {
      facts += 1;
      const event = {
        eventId: `00000000-0000-7000-8000-${String(facts).padStart(12, "0")}`,
        ...{ type, schemaVersion: 1, valueDate, recordedAt: district.clock, period: district.clock.slice(0, 7) },
        ...{ actor: "spec", role: "SYS", channel: "import" as const, commandId: `c${facts}`, correlationId: `c${facts}`, payload },
      };
      const outcome = await store.append(DISTRICT, {
        writes: [{ stream, expect: { kind: "any" }, events: [event] }],
        asserts: [],
        keys: [],
        answer: null,
      });
      if (outcome.kind !== "appended") throw new Error(outcome.kind);
    },
    async register(household, name, changes = {}) {
      const idNumber = `410899195202290${household.slice(-3)}`;
      const personId = vault.personId(DISTRICT, idNumber);
      const seal = (field: string, text: string) => ({ district: DISTRICT, personId, field, keyClass: "K1" as const, text });
      const [sealedName, sealedId, account] = await vault.seal([
        seal("name", name),
        seal("idNumber", idNumber),
        seal("account", "6299994108990000011"),
      ]);
      const member = { personId, relation: "head", name: sealedName, idNumber: sealedId };
      await district.record(
        "HouseholdRegistered",
        `household/${household}`,
        { household, village: VILLAGE, members: [member], head: personId, ...changes },
        "2016-01-01",
      );
      const bound = { household, holder: personId, bank: "K1", kind: "card", number: account, numberHash: "h", purpose: "all" };
      await district.record("BankAccountBound", `household/${household}`, bound, "2016-01-02");
      return personId;
    },
    lend: (loan, household, amount, on) =>
      district.record(
        "LoanDisbursed",
        `loan/${loan}`,
        { loan, household, bank: "K1", village: VILLAGE, amount, contractDate: on, due: "2020-03-10" },
        on,
      ),
    repay: (loan, household, principal, on) =>
      district.record(
        "RepaymentReceived",
        `loan/${loan}`,
        { loan, household, bank: "K1", village: VILLAGE, principal, interest: "0.00", penalty: "0.00", serial: `S${on}` },
        on,
      ),
  };
  const handler = createCommandHandler({ store, district: DISTRICT, clock: () => district.clock });
  await district.record(
    "VillageRegistered",
    `village/${VILLAGE}`,
    { village: VILLAGE, name: "栗井村", street: "龙翔街道", streetCode: "410803010" },
    "2016-01-01",
  );
  await district.record("BankRegistered", "bank/K1", { bank: "K1", name: "中站农商行" }, "2016-01-01");
  return district;
}
