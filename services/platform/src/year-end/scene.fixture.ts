import type { CommandDefinition } from "@huimin/decider";
import {
  AssignBeneficiaries,
  RecordAssetIncome,
  RecordPayoutFailure,
  RecordPayoutReturn,
  RecordPayoutSuccess,
  RegisterAsset,
} from "@huimin/dividend";
import { type EntitlementState, entitlementFold, entitlementStream, openItem, partsAllocated } from "@huimin/dividend/events";
import type { NewEvent } from "@huimin/event-store";
import { RegisterVillage } from "@huimin/registry";
import { householdStream } from "@huimin/registry/events";
import { poolState } from "../compose/pool-payout.ts";
import type { Platform } from "../types.ts";

/*
 * A small district at the end of a year: two villages, two banks, two pools, one household without an account. People and banks
 * act through the platform's own commands, so the same story is told over HTTP and to a process that is killed.
 */

export const YEAR = 2018;
export const VILLAGES = ["410803009204", "410803010207"] as const;
export const POOLS = ["PV", "PW"] as const;
/** Who has no account, whose payment fails, and whose comes back. */
export const WITHOUT_ACCOUNT = 4;
export const FAILS = 3;
export const RETURNS = 7;

export const numberOf = (nth: number): string => `${VILLAGES[nth % 2]}-${String(nth).padStart(4, "0")}`;
export const bankOf = (nth: number): "K1" | "K2" => (nth % 3 === 0 ? "K2" : "K1");

/** Instants of the story, UTC. */
export const DAYS = {
  opened: Date.UTC(2018, 11, 5, 2),
  hangs: Date.UTC(2018, 11, 10, 2),
  approved: Date.UTC(2018, 11, 21, 2),
  paid: Date.UTC(2018, 11, 24, 2),
  results: Date.UTC(2018, 11, 26, 2),
  again: Date.UTC(2019, 0, 4, 2),
  resultsAgain: Date.UTC(2019, 0, 7, 2),
  statements: Date.UTC(2019, 0, 18, 2),
} as const;

/** The plan: K2 takes few rows in a file, and workbooks only. */
export const plan = (rows = 3) => ({
  year: YEAR,
  pools: POOLS.map((pool) => ({ pool, method: "equal" })),
  banks: [{ bank: "K1" }, { bank: "K2", rows, format: "xlsx" }],
});

const registered = (type: string, payload: object, id: string, recordedAt = "2016-12-01T08:00:00.000+08:00"): NewEvent => ({
  ...{ eventId: id, type, schemaVersion: 1, valueDate: recordedAt.slice(0, 10), recordedAt, period: recordedAt.slice(0, 7), actor: "spec" },
  ...{ role: "POV", channel: "import", commandId: "spec", correlationId: "spec", payload },
});

const sealOf = (platform: Platform, nth: number) => (field: string, text: string) => ({
  ...{ district: platform.district, personId: `p${nth}`, keyClass: "K1" as const, field, text },
});

/** A card of a household, bound at an instant. */
async function card(platform: Platform, nth: number, number: string, recordedAt?: string): Promise<NewEvent> {
  const [sealed] = await platform.vault.seal([sealOf(platform, nth)("account", number)]);
  const of = { household: numberOf(nth), holder: `p${nth}`, bank: bankOf(nth), kind: "card", number: sealed, numberHash: `h${number}` };
  return registered("BankAccountBound", { ...of, purpose: "all" }, `card-${number}`, recordedAt);
}

/** Registers `households` households and brings money into the pools. */
export async function furnish(platform: Platform, households: number): Promise<void> {
  const person = { actor: "spec", checker: "spec-2", channel: "import" } as const;
  const valueDate = "2018-01-05";
  const village = { village: VILLAGES[1], name: "栗井村", street: "龙翔街道", streetCode: "410803010", valueDate };
  await must(platform, RegisterVillage, village, { ...person, role: "POV" });
  for (let nth = 0; nth < households; nth++) {
    const seal = sealOf(platform, nth);
    const id = `4108991970010${String(1000 + nth).padStart(5, "0")}`.slice(0, 18);
    const [name, idNumber] = await platform.vault.seal([seal("name", `户主${"甲乙丙丁戊己庚辛壬癸"[nth % 10]}`), seal("idNumber", id)]);
    const household = numberOf(nth);
    const members = [{ personId: `p${nth}`, relation: "head", name, idNumber }];
    const events = [registered("HouseholdRegistered", { household, village: VILLAGES[nth % 2], head: `p${nth}`, members }, `r${nth}`)];
    if (nth !== WITHOUT_ACCOUNT) events.push(await card(platform, nth, `62170000${nth}`));
    await platform.store.append(platform.district, {
      ...{ writes: [{ stream: householdStream(household), expect: { kind: "none" }, events }], asserts: [], keys: [], answer: {} },
    });
  }
  for (const [index, pool] of POOLS.entries()) {
    const asset = {
      asset: `S${index}`,
      village: VILLAGES[index],
      kind: "光伏",
      name: "村电站",
      cost: "1.00",
      source: "财政",
      document: "示例1号",
    };
    await must(platform, RegisterAsset, { ...asset, pool, valueDate }, { ...person, role: "VIL" });
    const shares = Array.from({ length: households }, (_, nth) => nth)
      .filter((nth) => index === 0 || nth % 2 === 1)
      .map((nth) => ({ household: numberOf(nth), shares: "1" }));
    await must(
      platform,
      AssignBeneficiaries,
      { pool, year: YEAR, shares, minutes: "会议1号", valueDate: "2018-11-20" },
      { ...person, role: "VIL" },
    );
    const income = { pool, amount: index === 0 ? "10000.01" : "5555.55", serial: `I-${pool}`, valueDate: "2018-11-25" };
    await must(platform, RecordAssetIncome, income, { actor: "bank:K1", role: "BANK", channel: "bank-api" });
  }
}

export async function must(
  platform: Platform,
  definition: CommandDefinition,
  body: object,
  meta: object,
): Promise<Record<string, unknown>> {
  const outcome = await platform.handler.execute(definition, body, meta as never);
  if (outcome.kind !== "recorded" && outcome.kind !== "repeated") throw new Error(`${definition.name}: ${JSON.stringify(outcome)}`);
  platform.projector.wake();
  return outcome.answer as Record<string, unknown>;
}

async function linesOf(platform: Platform, pool: string) {
  const parts = partsAllocated(await poolState(platform, pool), YEAR);
  const states: EntitlementState[] = [];
  for (let part = 0; part < parts; part++) {
    const { events } = await platform.store.readStream(platform.district, entitlementStream(pool, YEAR, part));
    states.push(events.reduce((state, event) => entitlementFold.evolve(state, event as never), entitlementFold.initialState));
  }
  return states.flatMap(({ lines }) => [...lines.values()]).sort((a, b) => (a.household < b.household ? -1 : 1));
}

/**
 * The banks answer every open item, batch by batch: `FAILS` does not go out, `RETURNS` comes back, where `first`; all others are
 * paid.
 */
export async function banksAnswer(platform: Platform, round: number): Promise<void> {
  for (const pool of POOLS) {
    const open = (await linesOf(platform, pool)).flatMap((line) => {
      const item = openItem(line);
      return item ? [{ household: line.household, bank: item.bank, payoutBatch: item.payoutBatch }] : [];
    });
    for (const [payoutBatch, items] of [...Map.groupBy(open, (one) => one.payoutBatch)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { bank } = items[0] as { bank: string };
      const meta = { actor: `bank:${bank}`, role: "BANK", channel: "bank-api" };
      const fails = round === 1 ? items.filter(({ household }) => household === numberOf(FAILS)) : [];
      const pays = items.filter((one) => !fails.includes(one));
      const message = (some: typeof items, kind: string) => ({
        ...{ payoutBatch, items: some.map(({ household }) => ({ household, year: YEAR, pool })), serial: `${kind}-${payoutBatch}` },
      });
      if (fails.length > 0) await must(platform, RecordPayoutFailure, { ...message(fails, "F"), reason: "AC04" }, meta);
      if (pays.length > 0) await must(platform, RecordPayoutSuccess, message(pays, "S"), meta);
      const back = round === 1 ? pays.filter(({ household }) => household === numberOf(RETURNS)) : [];
      if (back.length > 0) await must(platform, RecordPayoutReturn, { ...message(back, "R"), reason: "AC06" }, meta);
    }
  }
}

/** New cards for whom it did not work, and for who had none. */
export async function correctAccounts(platform: Platform, at: string): Promise<void> {
  for (const nth of [WITHOUT_ACCOUNT, FAILS, RETURNS]) {
    const events = [await card(platform, nth, `62179999${nth}`, at)];
    await platform.store.append(platform.district, {
      ...{ writes: [{ stream: householdStream(numberOf(nth)), expect: { kind: "any" }, events }], asserts: [], keys: [], answer: {} },
    });
  }
}
