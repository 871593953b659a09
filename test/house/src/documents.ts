import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { currentVersion, olderVersions } from "@huimin/decider";
import { type ErrorEntry, errorEntries } from "@huimin/outcome";

/*
 * Documents that are made from the code: the JSON schema of every event version under docs/events, and the list of
 * refusals in docs/errors.md. A test fails when a committed one differs from what the code says, so a schema that was
 * once released is frozen: a change is a new schemaVersion with an upcaster.
 */

export const root = path.resolve(import.meta.dirname, "../../..");

/** Documents to be: path below the root → text. */
export type Documents = Map<string, string>;

const WRITE = path.join(root, "packages/write");

/** The events of each write package: every `*Events` catalogue that it exports from its `/events` entry. */
export async function eventCatalogues(): Promise<Map<string, Record<string, object>>> {
  const found = new Map<string, Record<string, object>>();
  for (const name of (await readdir(WRITE)).sort()) {
    const module = (await import(`@huimin/${name}/events`)) as Record<string, unknown>;
    const catalogues = Object.entries(module).filter(
      ([key, value]) => key.endsWith("Events") && typeof value === "object" && value !== null,
    );
    if (catalogues.length === 0) throw new Error(`packages/write/${name} exports no event catalogue from its /events entry`);
    // A package with several has all of their events.
    found.set(name, Object.assign({}, ...catalogues.map(([, catalogue]) => catalogue)) as Record<string, object>);
  }
  return found;
}

/** Event schemas, one file per type and schema version. */
export async function eventDocuments(): Promise<Documents> {
  const documents: Documents = new Map();
  for (const [name, catalogue] of await eventCatalogues()) {
    for (const [type, schema] of Object.entries(catalogue)) {
      for (const older of olderVersions().filter((one) => one.type === type))
        documents.set(schemaFile(name, type, older.version), schemaText(type, older.step.schema));
      documents.set(schemaFile(name, type, currentVersion(type)), schemaText(type, schema));
    }
  }
  return documents;
}

const schemaFile = (name: string, type: string, version: number): string => `docs/events/${name}/${type}.v${version}.json`;

const schemaText = (title: string, schema: object): string =>
  `${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", title, ...schema }, null, 2)}\n`;

const KINDS: Readonly<Record<ErrorEntry["kind"], string>> = {
  invalid: "400 the request is malformed",
  unauthenticated: "401 no valid sign-in or signature",
  forbidden: "403 not for this role or bank",
  missing: "404 what it names does not exist",
  conflict: "409 it contradicts what is recorded",
  rule: "422 a rule of the field forbids it",
  busy: "503 try again later",
};

const declaringFiles = (): string[] =>
  execFileSync("git", ["grep", "--untracked", "-l", "declareErrors(", "--", "packages/*.ts", "services/*.ts", ":!*.spec.ts"], {
    cwd: root,
    encoding: "utf8",
  })
    .trim()
    .split("\n");

/** Imports every package and service, so that each has declared its errors, and writes the list. */
export async function errorDocument(): Promise<Documents> {
  for (const layer of ["foundation", "write", "log", "read", "edge"]) {
    for (const name of (await readdir(path.join(root, "packages", layer))).sort()) await import(`@huimin/${name}`);
  }
  for (const name of (await readdir(path.join(root, "services"))).sort()) {
    const description = JSON.parse(await readFile(path.join(root, "services", name, "package.json"), "utf8")) as { name: string };
    await import(description.name);
  }
  // The command line's own are declared where no package's entry leads.
  for (const name of declaringFiles()) await import(path.join(root, name));
  const lines = [
    "# 拒绝代码 / Errors",
    "",
    "Made from the code by `npm run docs`. A refusal books nothing. Answers over HTTP are problem details (RFC 9457) with this `code`, the text and the remedy in both languages, and the place (`pointer` in a body, `row` and `column` in a file).",
    "",
    "| code | status | 说明 / what happened | 处理 / what to do |",
    "|---|---|---|---|",
    ...errorEntries().map(
      (entry) =>
        `| \`${entry.code}\` | ${KINDS[entry.kind]} | ${cell(entry.zh)}<br>${cell(entry.en)} | ${cell(entry.remedyZh)}<br>${cell(entry.remedyEn)} |`,
    ),
    "",
  ];
  return new Map([["docs/errors.md", lines.join("\n")]]);
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/**
 * Event schemas whose text differs from the committed one. A schema that was released is frozen: what it described is in
 * the log for ever. A change is a new type or a new schemaVersion with an upcaster.
 */
export async function changedSchemas(documents: Documents): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, text] of documents) {
    const written = await readFile(path.join(root, name), "utf8").catch(() => undefined);
    if (written !== undefined && written !== text) changed.push(name);
  }
  return changed;
}

/** Writes documents below the root. */
export async function writeDocuments(documents: Documents): Promise<void> {
  for (const [name, text] of documents) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}
