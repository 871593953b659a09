import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { AddBankKey, RegisterBankClient, wholeOnboarding } from "@huimin/bank-client";
import type { CommandDefinition } from "@huimin/decider";
import type { NewEvent } from "@huimin/event-store";
import { createPlatform, type Platform } from "@huimin/platform";
import { RegisterBank } from "@huimin/registry";
import { BANKS, bankOfLoan, DRAWN_ON, loanName } from "./messages.ts";

export const DISTRICT = "410803";
const LOANS_AT_ONCE = 200;

export interface StormKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** The keys of both banks, the same in the calm run and in the storm. */
export const makeKeys = (): ReadonlyMap<string, StormKey> =>
  new Map(BANKS.map((bank) => [bank, { id: `storm-${bank}`, privateKey: generateKeyPairSync("ed25519").privateKey }]));

/** A platform on the database that nobody serves, for setting up and for looking afterwards. */
export const openPlatform = (databaseUrl: string, home: string, project = true): Promise<Platform> =>
  createPlatform({ district: DISTRICT, home, databaseUrl, logLevel: "silent", documents: false, eventLoopDelayMsMax: 0, project });

async function give(platform: Platform, definition: CommandDefinition, command: object): Promise<void> {
  const meta = { actor: "storm", checker: "storm-2", role: "FOF", channel: "import" } as const;
  const outcome = await platform.handler.execute(definition, command, meta);
  if (outcome.kind !== "recorded") throw new Error(JSON.stringify(outcome));
}

/** Banks with their keys, and loans of 50,000 yuan over 36 months, each drawn on one day. */
export async function openDistrict(platform: Platform, loans: number, keys: ReadonlyMap<string, StormKey>): Promise<void> {
  for (const [bank, { id, privateKey }] of keys) {
    await give(platform, RegisterBank, { bank, name: `测试银行${bank}`, valueDate: "2016-12-01" });
    const publicKey = String(privateKey.export({ format: "jwk" }).x);
    const today = Temporal.Now.plainDateISO("Asia/Shanghai");
    const [validFrom, validTo] = [today.subtract({ days: 300 }).toString(), today.add({ days: 300 }).toString()];
    const onboarding = wholeOnboarding(DISTRICT, bank, [{ keyId: id, publicKey, privateKey, validFrom, validTo }]);
    await give(platform, RegisterBankClient, onboarding.client);
    for (const key of onboarding.keys) await give(platform, AddBankKey, key);
  }
  for (let from = 0; from < loans; from += LOANS_AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(LOANS_AT_ONCE, loans - from) }, (_, index) => openLoan(platform, from + index)));
}

/** As the bank's drawing records it. */
async function openLoan(platform: Platform, nth: number): Promise<void> {
  const loan = loanName(nth);
  const bank = bankOfLoan(nth);
  const event: NewEvent = {
    ...{
      eventId: `seed-${nth}`,
      type: "LoanDisbursed",
      schemaVersion: 1,
      valueDate: DRAWN_ON,
      recordedAt: `${DRAWN_ON}T10:00:00.000+08:00`,
    },
    ...{
      period: "2017-02",
      actor: `bank:${bank}`,
      role: "BANK",
      channel: "bank-api",
      commandId: `seed-${nth}`,
      correlationId: `seed-${nth}`,
    },
    payload: {
      ...{ loan, household: `H${nth}`, bank, village: "410803009204", amount: "50000.00", annualRate: "4.75", yearBase: 360 },
      ...{ contractDate: DRAWN_ON, due: "2020-02-22", method: "interest-only-then-bullet", creditGroup: `H${nth}`, borrower: `P${nth}` },
      ...{ serial: `D${nth}`, penaltySurcharge: "50" },
    },
  };
  const outcome = await platform.store.append(DISTRICT, {
    writes: [{ stream: `loan/${loan}`, expect: { kind: "none" }, events: [event] }],
    ...{ asserts: [], keys: [], answer: null },
  });
  if (outcome.kind !== "appended") throw new Error(outcome.kind);
}
