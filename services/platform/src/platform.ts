import { randomUUIDv7 } from "node:crypto";
import path from "node:path";
import { writeCsv, writeXlsx } from "@huimin/bank-files";
import { createBankPortfolio } from "@huimin/bank-portfolio";
import { createBooks } from "@huimin/books";
import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type CommandHandler, createCommandHandler, RightOfWay } from "@huimin/command-handler";
import { openPool } from "@huimin/database";
import { createPostgresStore, type EventStore } from "@huimin/event-store";
import { createHouseholdSheets, type Reveal } from "@huimin/household-sheet";
import { buildApp, commandsWith, guardWith, listsAsFiles, PeopleStore, readModelsWith, type ServerLimits } from "@huimin/http";
import { isSandboxDistrict } from "@huimin/identity";
import { createProjector } from "@huimin/projector";
import { createRegistryView, keptHouseholds } from "@huimin/registry-view";
import { BankClients, logOfBank, SecurityFailures } from "@huimin/service-bank-gateway";
import { hidingRestricted } from "@huimin/service-registry";
import { openApiWebhooks } from "@huimin/service-webhooks";
import { createLogger, createMetrics } from "@huimin/telemetry";
import { createVault, liveVaultSecrets, postgresKeyStore, postgresLookupStore } from "@huimin/vault";
import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import { foreignAttempts } from "./compose/bank-access.ts";
import { createBankFiles } from "./compose/bank-files.ts";
import { createClosingDesk, policySettlement } from "./compose/closing.ts";
import { createCommands } from "./compose/commands.ts";
import { migrateDatabase, type OpenDatabase, openDatabase, refuseUnverified } from "./compose/database.ts";
import { FollowUps } from "./compose/follow-ups.ts";
import { projections } from "./compose/projections.ts";
import { bankReconciliation, reconciliationResolvers } from "./compose/reconciliation.ts";
import { resolversOf } from "./compose/resolvers.ts";
import { commandTable, registerServices } from "./compose/services.ts";
import { watchServer } from "./compose/watch.ts";
import { createWebhooks, scrapeWebhooks } from "./compose/webhooks.ts";
import { needSandbox, refuseSandbox } from "./sandbox/database.ts";
import type { Platform, PlatformOptions } from "./types.ts";

export type { Platform, PlatformOptions } from "./types.ts";

/** Connections: the lane of each service holds one while it appends, reads share the rest. */
const LANE_CONNECTIONS = 4;
const READ_CONNECTIONS = 8;
const SMALL = 4;

/**
 * The composition root: configuration → database → log → projector → commands → services in one Fastify. Nothing listens
 * yet; `platform.app.listen` does that. Close it with `close()`, which drains what is in hand.
 */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const clock = options.clock ?? Date.now;
  const logger = options.logger ?? (createLogger({ level: options.logLevel ?? "info", service: "platform" }) as FastifyBaseLogger);
  const database = await openDatabase(options);
  const opened: (() => Promise<unknown>)[] = [() => database.stop()];
  try {
    if (options.migrate ?? true) {
      await (isSandboxDistrict(options.district) ? needSandbox : refuseSandbox)(database.url);
      if (!options.unverified) await refuseUnverified(database.url);
      await migrateDatabase(database.url);
    }
    return await compose(options, { clock, logger, database, opened });
  } catch (fault) {
    await closeAll(opened);
    throw fault;
  }
}

interface Base {
  readonly clock: () => number;
  readonly logger: FastifyBaseLogger;
  readonly database: OpenDatabase;
  /** What was opened, to be closed in reverse order. */
  readonly opened: (() => Promise<unknown>)[];
}

async function closeAll(opened: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of [...opened].reverse()) await close();
}

async function compose(options: PlatformOptions, base: Base): Promise<Platform> {
  const { clock, logger, database, opened } = base;
  const { district } = options;
  const newId = options.newId ?? randomUUIDv7;
  const poolOf = (role: string, max: number): Pool => {
    const pool = openPool({ url: database.url, role, max, applicationName: role });
    opened.push(() => pool.end());
    return pool;
  };
  const storeOf = (role: string): EventStore => {
    const store = createPostgresStore({
      connectionString: database.url,
      role,
      connectionsMax: LANE_CONNECTIONS,
      queueRequestsMax: options.appendQueueMax,
    });
    opened.push(() => store.close());
    return store;
  };
  const pool = poolOf("huimin_platform", READ_CONNECTIONS);
  const store = storeOf("huimin_platform");
  const kept = keptHouseholds(pool);
  const books = createBooks(pool);
  const secrets = options.vaultSecrets ?? liveVaultSecrets(options.vaultSecretsFile ?? path.join(options.home, "vault-secrets.json"));
  const lookups = postgresLookupStore(pool);
  const vault = createVault({
    secrets,
    keys: postgresKeyStore(pool),
    lookups,
    ...(options.newVaultKey ? { newKey: options.newVaultKey } : {}),
  });
  const metrics = createMetrics();
  const projector = createProjector({
    pool: poolOf("huimin_platform", SMALL),
    store,
    projections: projections(),
    district,
    onStopped: (stopped) => logger.fatal({ stopped }, "the read models stand still"),
    onFault: (fault) => logger.warn({ err: fault }, "the projector lost its way to the database"),
  });
  const desk = createClosingDesk({ ...options, pool, store, books, projector, logger, reconciliation: bankReconciliation(pool) });
  const portfolio = createBankPortfolio(pool);
  const more = reconciliationResolvers({ pool, books, portfolio, store, district, atHead: desk.atHead });
  const resolvers = resolversOf({ store, kept, vault, books, projector, desk, more });
  const rightOfWay = new RightOfWay();
  const handlerOf = (of: EventStore): CommandHandler =>
    createCommandHandler({
      store: of,
      district,
      clock: () => shanghaiInstant(clock()),
      resolvers,
      kept,
      settlementPeriod: policySettlement,
      rightOfWay,
      newId,
      ...(options.cachedStreamsMax === undefined ? {} : { cachedStreamsMax: options.cachedStreamsMax }),
    });
  const handler = handlerOf(store);
  const table = commandTable((role) => handlerOf(storeOf(role)));
  const people = new PeopleStore(poolOf("huimin_people", SMALL), district, clock, newId);
  const app = await buildApp({
    logger,
    trustProxy: options.trustProxy ?? false,
    documents: options.documents ?? true,
    webhooks: openApiWebhooks(),
    limits: limitsOf(options),
    onBroken: options.onBroken ?? stopProcess(logger),
  });
  listsAsFiles(app, { csv: writeCsv, xlsx: (rows) => writeXlsx("清单", rows) });
  const followUps = new FollowUps((err, { kind, data }) => logger.error({ err, kind, ...data }, "a job was not enqueued: the sweep will"));
  guardWith(app, people);
  readModelsWith(app, projector);
  commandsWith(
    app,
    createCommands(table, {
      newId,
      wake: () => projector.wake(),
      metrics,
      onRecorded: followUps.after.bind(followUps),
      correctedBy: desk.correctedBy,
    }),
  );
  const webhooks = createWebhooks({ ...options, store, pool: poolOf("huimin_webhooks", SMALL), vault, table, clock, metrics, logger });
  watchServer(app, { district, pool, store, projector, metrics, onScrape: () => scrapeWebhooks({ webhooks, metrics }) });
  const registry = createRegistryView(pool);
  const shown = hidingRestricted(vault, registry);
  const reveal: Reveal = async ({ district: of, personId, field, sealed }) =>
    (await shown.unsealMany([{ district: of, personId, field, sealed }]))[0];
  const gatewayPool = poolOf("huimin_bank_gateway", 2);
  const bankFailures = new SecurityFailures(gatewayPool, district, clock, (err) =>
    logger.warn({ err }, "failures of bank clients could not be written"),
  );
  const platform: Platform = {
    district,
    home: options.home,
    databaseUrl: database.url,
    clock,
    fallbackFonts: options.fallbackFonts,
    checkpointFolder: options.checkpointFolder ?? path.join(options.home, "checkpoints"),
    bankFilesFolder: options.bankFiles ?? path.join(options.home, "bank-files"),
    shown,
    verifyOrigin: options.verifyOrigin,
    store,
    kept,
    handler,
    table,
    vault,
    projector,
    books,
    desk,
    bankClients: new BankClients(store, district),
    bankFailures,
    bankFiles: createBankFiles({
      home: options.home,
      folder: options.bankFiles,
      pickUp: options.bankFolder,
      district,
      store,
      table,
      clock,
      wake: () => projector.wake(),
      logger,
      logOf: logOfBank(gatewayPool, district),
      onForeign: foreignAttempts({ bankFailures, metrics, logger }),
      onBooked: ({ kind, bank, sha256 }) => {
        if (kind !== "statement" && kind !== "portfolio") return;
        void followUps.add({ kind: "reconciliation", data: { day: shanghaiDate(clock()), bank, file: sha256 } });
      },
    }),
    portfolio,
    sheets: createHouseholdSheets({ books, store, reveal }),
    registry,
    people,
    pool,
    metrics,
    followUps,
    webhooks,
    logger,
    app,
    close: async () => {
      await app.close();
      await webhooks.close();
      await projector.stop();
      await closeAll(opened);
    },
  };
  await registerServices(app, platform, { ...options, poolOf });
  await options.moreRoutes?.(app, platform);
  await app.ready();
  if (options.project ?? true) await projector.start();
  return platform;
}

const limitsOf = ({ limits, eventLoopDelayMsMax }: PlatformOptions): Partial<ServerLimits> => ({
  ...limits,
  ...(eventLoopDelayMsMax === undefined ? {} : { eventLoopDelayMs: eventLoopDelayMsMax }),
});

/** Sysexits EX_SOFTWARE: what must be true was not; a supervisor starts the process anew on what the log says. */
const EXIT_BROKEN = 70;

const stopProcess = (logger: FastifyBaseLogger) => (fault: Error) => {
  logger.fatal({ err: fault }, "a broken invariant: this process stops");
  setImmediate(() => process.exit(EXIT_BROKEN));
};
