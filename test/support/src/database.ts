import { randomBytes } from "node:crypto";
import { dropDatabase, ensureDatabase, type Migration, migrate } from "@huimin/database";
import { Client } from "pg";

/** A database of a test's own, gone after it. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

const withDatabase = (serverUrl: string, database: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
};

const serverUrl = (): string => {
  const url = process.env.HUIMIN_TEST_SERVER;
  if (!url) throw new Error("no test server: run this file in the vitest project int or e2e");
  return url;
};

const templates = new Map<string, Promise<string>>();

/**
 * A fresh database with the given migrations applied. The first call with a set of migrations makes a template;
 * every further one clones it in milliseconds.
 */
export async function testDatabase(migrations: readonly Migration[] = []): Promise<TestDatabase> {
  const key = migrations.map((migration) => migration.name).join("\n");
  let template = templates.get(key);
  if (!template) {
    template = makeTemplate(migrations);
    templates.set(key, template);
  }
  const name = `huimin_test_${randomBytes(6).toString("hex")}`;
  await ensureDatabase(serverUrl(), name, await template);
  return { name, url: withDatabase(serverUrl(), name), drop: () => dropDatabase(serverUrl(), name) };
}

async function makeTemplate(migrations: readonly Migration[]): Promise<string> {
  const name = `huimin_template_${randomBytes(6).toString("hex")}`;
  await ensureDatabase(serverUrl(), name);
  const client = new Client({ connectionString: withDatabase(serverUrl(), name) });
  await client.connect();
  try {
    await migrate(client, migrations);
  } finally {
    await client.end();
  }
  return name;
}
