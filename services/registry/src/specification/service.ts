import { shanghaiInstant } from "@huimin/calendar";
import { type CommandHandler, createCommandHandler } from "@huimin/command-handler";
import { openPool } from "@huimin/database";
import type { CommandDefinition, Role } from "@huimin/decider";
import { createPostgresStore, type EventStore, eventStoreMigrations } from "@huimin/event-store";
import {
  type App,
  buildApp,
  type CommandSender,
  commandsWith,
  guardWith,
  PeopleStore,
  peopleMigrations,
  RefusalError,
  readModelsWith,
} from "@huimin/http";
import { createProjector, type Projector, projectionMigrations } from "@huimin/projector";
import { proposeCommand } from "@huimin/proposal";
import { registryCommands } from "@huimin/registry";
import { createRegistryView, type RegistryView, registryProjection } from "@huimin/registry-view";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { createVault, generateVaultSecrets, parseVaultSecrets, postgresKeyStore, type Vault, vaultMigrations } from "@huimin/vault";
import type { Pool } from "pg";
import { pino } from "pino";
import { createAccessLog, hidingRestricted, registryMigrations, registryRoutes } from "../index.ts";

export const DISTRICT = "410803";
export const VILLAGES = ["410803010207", "410803010208", "410803009205"];
const NOW = Date.parse("2018-06-01T09:00:00+08:00");
const PASSWORD = "a-long-enough-phrase";

/** The service on a database of its own, its log and pool with the rights of `huimin_registry` only. */
export interface SpecService {
  readonly app: App;
  readonly database: TestDatabase;
  readonly owner: Pool;
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly projector: Projector;
  readonly view: RegistryView;
  readonly vault: Vault;
  /** Records a command with a role, and projects it. */
  record(definition: CommandDefinition, body: unknown, role: Role): Promise<unknown>;
  /** A session token of a person in these roles. */
  signIn(login: string, ...roles: Role[]): Promise<string>;
  close(): Promise<void>;
}

const migrations = [
  ...eventStoreMigrations,
  ...vaultMigrations,
  ...peopleMigrations,
  ...projectionMigrations([registryProjection]),
  ...registryMigrations,
];

export async function startSpecService(): Promise<SpecService> {
  const database = await testDatabase(migrations);
  const owner = openPool({ url: database.url });
  await owner.query("DO $$ BEGIN EXECUTE format('GRANT huimin_registry, huimin_ledger, huimin_people TO %I', current_user); END $$");
  const pool = openPool({ url: database.url, role: "huimin_registry" });
  const ledger = openPool({ url: database.url, role: "huimin_ledger" });
  const peoplePool = openPool({ url: database.url, role: "huimin_people" });
  const store = createPostgresStore({ connectionString: database.url, role: "huimin_registry" });
  const vault = createVault({ secrets: parseVaultSecrets(generateVaultSecrets()), keys: postgresKeyStore(pool) });
  const projector = createProjector({ pool: ledger, store, projections: [registryProjection], district: DISTRICT });
  const resolvers = {
    birthDate: async ({ personId = "", idNumber = "" }: Readonly<Record<string, string>>) => {
      const number = await vault.unseal({ district: DISTRICT, personId, field: "idNumber", sealed: idNumber });
      return number && `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
    },
  };
  const handler = createCommandHandler({ store, district: DISTRICT, clock: () => shanghaiInstant(NOW), resolvers });
  const view = createRegistryView(pool);
  const people = new PeopleStore(peoplePool, DISTRICT, () => NOW);
  const app = await buildApp({ logger: pino({ level: "silent" }), limits: { eventLoopDelayMs: 0 } });
  guardWith(app, people);
  readModelsWith(app, { waitFor: async () => ({ reached: true, position: await projector.drain() }) });
  commandsWith(app, { send: (definition, body, sender) => send(handler, definition, body, sender) });
  await app.register(
    async (scope) =>
      registryRoutes(scope as App, {
        district: DISTRICT,
        vault,
        shown: hidingRestricted(vault, view),
        view,
        accessLog: createAccessLog(pool),
        store,
        clock: () => NOW,
      }),
    { prefix: "/api/v1" },
  );
  await app.ready();
  return {
    ...{ app, database, owner, store, handler, projector, view, vault },
    async record(definition, body, role) {
      const outcome = await handler.execute(definition, body, { actor: "spec", role, channel: "import" });
      if (outcome.kind !== "recorded") throw new Error(JSON.stringify(outcome));
      await projector.drain();
      return outcome.answer;
    },
    async signIn(login, ...roles) {
      await people.create({ login, displayName: "岗位", roles, password: PASSWORD }, "spec");
      return (await people.signIn(login, PASSWORD)).token;
    },
    async close() {
      await app.close();
      await projector.stop();
      await store.close();
      await Promise.all([pool, ledger, peoplePool, owner].map((one) => one.end()));
      await database.drop();
    },
  };
}

/** As the composition root does it: what needs a second person becomes a proposal. */
async function send(handler: CommandHandler, definition: CommandDefinition, body: unknown, sender: CommandSender) {
  const find = (name: string) => registryCommands.find((one) => one.name === name);
  const outcome = definition.postsInBookG
    ? await handler.execute(
        proposeCommand(find),
        { proposal: `p-${Math.random()}`, command: definition.name, body, summary: definition.name },
        sender,
      )
    : await handler.execute(definition, body, sender);
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new RefusalError(outcome.refusal);
  const answer = outcome.answer as Record<string, unknown>;
  if (definition.postsInBookG)
    return { kind: "proposed" as const, proposal: String(answer.proposal), preview: answer.preview, position: outcome.lastPosition };
  return { kind: outcome.kind, answer, position: outcome.lastPosition };
}
