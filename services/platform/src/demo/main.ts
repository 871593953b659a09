import "./lean-memory.ts";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { wholeOnboarding } from "@huimin/bank-client";
import { dropDatabase, startEmbedded } from "@huimin/database";
import { importHouseholds } from "@huimin/service-registry";
import { SingleBar } from "cli-progress";
import { createPlatform, type Platform } from "../platform.ts";
import { AccountStory } from "./account-story.ts";
import { DemoBank, demoBankKey } from "./banks.ts";
import { breakerMoments } from "./breaker-story.ts";
import { CardDesk, type Cast } from "./cast.ts";
import { DemoStatements } from "./demo-statements.ts";
import { type DemoDistrict, type DemoHousehold, makeDistrict, SEED } from "./district.ts";
import { DividendStory } from "./dividend-story.ts";
import { enterpriseLoans, enterpriseMoments } from "./enterprise-story.ts";
import { enterpriseRegistration } from "./enterprises.ts";
import { equityLists, equityMoments } from "./equity-story.ts";
import { DEMO_BANKS, type DemoLoan, makeLoans } from "./lending.ts";
import { loanMoments } from "./loans-story.ts";
import { DemoOffice } from "./office.ts";
import { appropriationMoments, closingMoments, exitMoments, subsidyMoments, villageMoments } from "./office-story.ts";
import { engagedOf, makeParticipants, partingHousehold, workersOf } from "./participants.ts";
import { partnershipMoments } from "./partnership-story.ts";
import { declarationMoments, EXTINCT_ON, extinctMember, pooledLists, pooledMoments } from "./pooled-story.ts";
import { printSummary } from "./printed-summary.ts";
import { reconcile } from "./reconciliation.ts";
import { REGISTERED_ON, registerFile } from "./register-file.ts";
import { RegisterStory } from "./register-story.ts";
import { fundMoments } from "./risk-story.ts";
import { solarLists, solarMoments } from "./solar-story.ts";
import { MORNING, type Moment, tell } from "./story.ts";
import { isSound, summarise } from "./summary.ts";
import { DEMO_BEGINS, DEMO_DISTRICT, demoSecrets, demoVaultKey, MemoryWatch, seededIds, settled } from "./world.ts";

/*
 * `npm run demo`: the main job from end to end on the plan's own register, on an empty database, with a fixed seed. Every
 * bank message goes through the HTTP API with the bank's signature.
 */

const DEMO_DATABASE = "huimin_demo";
/** Folded streams that a service keeps: what 600 MB leave room for. */
const CACHED_STREAMS = 200;
const home = path.resolve(process.env.HUIMIN_HOME ?? ".huimin");
const folder = path.join(home, "demo");

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A bar on a terminal, a line every tenth part elsewhere. */
function progress(what: string): { at(done: number, of: number, note?: string): void; done(): void } {
  if (process.stderr.isTTY) {
    const bar = new SingleBar({ format: `${what} {bar} {value}/{total} {note}`, stream: process.stderr, hideCursor: true });
    let started = false;
    return {
      at(done, of, note = "") {
        if (!started) bar.start(of, done, { note });
        else bar.update(done, { note });
        started = true;
      },
      done: () => bar.stop(),
    };
  }
  let tenth = -1;
  return {
    at(done, of, note = "") {
      const now = Math.floor((10 * done) / Math.max(1, of));
      if (now === tenth) return;
      tenth = now;
      say(`${what} ${now * 10} % ${note}`);
    },
    done: () => undefined,
  };
}

/** Registers villages, banks with their keys, and the register's file. */
async function openRegister(
  platform: Platform,
  office: DemoOffice,
  district: DemoDistrict,
): Promise<{ households: number; people: number }> {
  for (const { code, name, street, population, plannedExit } of district.villages) {
    const years = [...plannedExit.matchAll(/20(?:1[6-9]|20)/g)].map(([year]) => Number(year));
    const planned = /已退出/.test(plannedExit) || years.length === 0 ? {} : { plannedExit: years };
    await office.give(
      "RegisterVillage",
      { village: code, name, street, streetCode: code.slice(0, 9), population, ...planned, valueDate: REGISTERED_ON },
      "POV",
    );
  }
  for (const { bank, name, cnaps } of DEMO_BANKS) {
    await office.give("RegisterBank", { bank, name, cnaps, valueDate: "2016-12-26" }, "FOF");
    const key = { keyId: `${bank}-2016`, ...demoBankKey(bank), validFrom: "2016-12-26", validTo: "2026-12-25" };
    const onboarding = wholeOnboarding(platform.district, bank, [key]);
    await office.give("RegisterBankClient", onboarding.client, "FOF");
    for (const one of onboarding.keys) await office.give("AddBankKey", one, "FOF");
  }
  await settled(platform);
  const bar = progress("导入名册 register");
  const report = await importHouseholds(
    Buffer.from(registerFile(district)),
    {
      today: "2016-12-26",
      valueDate: REGISTERED_ON,
      goodRows: false,
      onProgress: ({ done, of, phase }) => bar.at(done, of, phase),
    },
    {
      district: platform.district,
      vault: platform.vault,
      view: platform.registry,
      record: async (definition, body, key) => {
        const outcome = await platform.handler.execute(definition, body, {
          actor: office.personOf("POV"),
          role: "POV",
          channel: "import",
          keys: [{ client: "demo", key }],
        });
        if (outcome.kind === "recorded" || outcome.kind === "repeated") return { ok: true, value: { position: outcome.lastPosition } };
        return { ok: false, refusal: outcome.refusal };
      },
    },
  );
  bar.done();
  if (report.outcome !== "booked" || report.faultsTotal > 0)
    throw new Error(`the register was not booked: ${JSON.stringify(report.faults.slice(0, 3))}`);
  await settled(platform);
  return report.registered;
}

async function headsOf(platform: Platform): Promise<Map<string, string>> {
  const { rows } = await platform.pool.query<{ household: string; head: string }>(
    "SELECT household, head FROM registry.household WHERE district = $1",
    [platform.district],
  );
  return new Map(rows.map(({ household, head }) => [household, head]));
}

/** Everything that happens, in no order yet. */
function momentsOf(cast: Cast, loans: readonly DemoLoan[]): Moment[] {
  const { platform, office, district, banks } = cast;
  const people = makeParticipants(district, loans, SEED);
  const { batches } = people;
  const extinct = extinctMember(batches);
  const parting = partingHousehold(people);
  const cards = new CardDesk(platform, office);
  const dividends = new DividendStory(cast, cards, parting?.household);
  const borrowers = new Set(loans.map(({ household }) => household.household));
  const planted = new Set([extinct?.household, parting]);
  const register = new RegisterStory(platform, office, cards, {
    households: district.households.filter((one) => !borrowers.has(one.household) && !planted.has(one)),
    engaged: engagedOf(people),
    workers: workersOf(people),
  });
  const lists = [
    ...solarLists(cast),
    ...equityLists(),
    ...pooledLists(batches, batches.find(({ members }) => extinct !== undefined && members.includes(extinct))?.batch),
  ];
  return [
    enterpriseRegistration(cast),
    ...villageMoments(office),
    ...exitMoments(district, office),
    ...appropriationMoments(office),
    ...fundMoments(office),
    ...breakerMoments(cast),
    ...loanMoments(loans, cast),
    ...pooledMoments(batches, cast),
    ...declarationMoments(batches, cast),
    ...enterpriseMoments(people, cast),
    ...equityMoments(people, cast),
    ...solarMoments(cast, register),
    ...partnershipMoments(people, cast),
    ...subsidyMoments(loans, enterpriseLoans, Object.values(banks), office),
    ...register.moments(),
    ...plantedMoments(register, dividends, extinct?.household, parting),
    ...dividends.moments(lists, "2021-01-31"),
    ...closingMoments(office),
  ];
}

/** What befalls two households of the pooled loans, apart from chance. */
function plantedMoments(
  register: RegisterStory,
  dividends: DividendStory,
  extinct: DemoHousehold | undefined,
  parting: DemoHousehold | undefined,
): Moment[] {
  const part = async (household: DemoHousehold): Promise<void> =>
    dividends.divided(household.household, await register.part(household, PARTED_ON));
  return [
    ...(extinct ? [{ on: EXTINCT_ON, order: MORNING, what: "持股户整户消亡", run: () => register.extinguish(extinct, EXTINCT_ON) }] : []),
    ...(parting ? [{ on: PARTED_ON, order: MORNING, what: "持股户分户", run: () => part(parting) }] : []),
  ];
}
/** While the dividend of the year before waits to be paid again. */
const PARTED_ON = "2019-01-15";

async function run(platform: Platform, clock: { now: number }, startedAt: number, memory: MemoryWatch): Promise<boolean> {
  const origin = await platform.app.listen({ host: "127.0.0.1", port: 0 });
  const district = makeDistrict(SEED);
  const office = await DemoOffice.open(platform);
  const register = await openRegister(platform, office, district);
  const heads = await headsOf(platform);
  const banks = DEMO_BANKS.map(({ bank }) => new DemoBank(bank, origin, () => clock.now));
  const cast: Cast = {
    platform,
    district,
    office,
    banks: Object.fromEntries(banks.map((bank) => [bank.bank, bank])),
    lead: banks[0] as DemoBank,
    headOf: (household) => heads.get(household) ?? "",
    personOf: ({ idNumber }) => platform.vault.personId(platform.district, idNumber),
  };
  const statements = new DemoStatements(platform, office, { folder: path.join(folder, "statements"), progress, say });
  const bar = progress("业务 the years 2017 to 2020");
  const account = new AccountStory(cast);
  const moments = [...momentsOf(cast, makeLoans(district, SEED)), ...account.moments(), ...statements.moments()];
  await tell(moments, clock, (done, of, on) => bar.at(done, of, on));
  bar.done();
  await statements.print();
  await settled(platform);
  const messages: Record<string, number> = {};
  for (const bank of banks) for (const [kind, count] of bank.answers) messages[kind] = (messages[kind] ?? 0) + count;
  const summary = await summarise({
    platform,
    register: { ...register, villages: district.villages.length },
    statementsByYear: statements.issued(),
    reconciliation: reconcile(district, register.people),
    accounts: [await account.figures()],
    bankMessages: messages,
    proposals: office.proposals,
    memoryMb: () => memory.stop(),
    startedAt,
  });
  await writeFile(path.join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  process.stdout.write(printSummary(summary, path.relative(process.cwd(), folder) || folder));
  return isSound(summary);
}

/** Where `npm start` serves the demo by default: the QR codes of its statements lead to pages that are there. */
const DEMO_ORIGIN = "http://127.0.0.1:8080";

async function main(): Promise<number> {
  const startedAt = performance.now();
  const memory = new MemoryWatch();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const clock = { now: DEMO_BEGINS };
  const server = process.env.DATABASE_URL
    ? undefined
    : await startEmbedded({ dataDirectory: path.join(home, "postgres"), settings: { shared_buffers: "32MB" } });
  try {
    if (server) await dropDatabase(server.url("postgres"), DEMO_DATABASE);
    const platform = await createPlatform({
      district: DEMO_DISTRICT,
      home,
      embeddedDatabase: DEMO_DATABASE,
      databaseUrl: process.env.DATABASE_URL || undefined,
      clock: () => clock.now,
      newId: seededIds(() => clock.now),
      vaultSecrets: demoSecrets(),
      newVaultKey: demoVaultKey,
      fallbackFonts: process.env.HUIMIN_FALLBACK_FONT,
      verifyOrigin: DEMO_ORIGIN,
      documents: false,
      logLevel: "warn",
      eventLoopDelayMsMax: 0,
      cachedStreamsMax: CACHED_STREAMS,
    });
    try {
      return (await run(platform, clock, startedAt, memory)) ? 0 : 1;
    } catch (fault) {
      // Said before anything is closed: closing must not hide why.
      say(`演示失败 / the demo failed: ${(fault as Error).message}`);
      return 1;
    } finally {
      await platform.close();
    }
  } finally {
    await server?.stop();
  }
}

process.exitCode = await main().catch((fault: Error) => {
  say(`演示失败 / the demo failed: ${fault.message}`);
  return 1;
});
