import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { currentVersion, olderVersions, upcast } from "@huimin/decider";
import { Value } from "typebox/value";
import { beforeAll, describe, expect, it } from "vitest";
import { eventCatalogues, root } from "./documents.ts";

/* Every version of every event that a log may hold can be read by this program. */

let catalogues: ReadonlyMap<string, Record<string, object>>;
beforeAll(async () => {
  catalogues = await eventCatalogues();
});

/** Schema of a type as it is recorded now, and the package that has it. */
const schemaOf = (type: string): object | undefined => [...catalogues.values()].map((catalogue) => catalogue[type]).find(Boolean);

describe("versions of event schemas", () => {
  it("given every older version, when its example is brought on, then it has the current schema", () => {
    expect(olderVersions().length).toBeGreaterThan(0);
    for (const { type, version, step } of olderVersions()) {
      const schema = schemaOf(type);
      expect(schema, `${type} is in no catalogue`).toBeDefined();
      expect(Value.Check(step.schema as never, step.example), `the example of ${type} v${version} does not have its schema`).toBe(true);
      const at = { position: 9, valueDate: "2018-01-31", period: "2018-01", recordedAt: "2018-01-31T08:00:00+08:00" };
      const event = upcast({ ...at, type, schemaVersion: version, payload: step.example as unknown });
      expect(event.schemaVersion).toBe(currentVersion(type));
      expect(Value.Check(schema as never, event.payload), `${type} v${version} comes out without the current schema`).toBe(true);
    }
  });

  it("given the schemas in docs/events, then each version that was ever released is known", async () => {
    for (const name of catalogues.keys()) {
      const files = await readdir(path.join(root, "docs/events", name)).catch(() => []);
      for (const file of files) {
        const [, type = "", version] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
        expect(schemaOf(type), `docs/events/${name}/${file}: no event of this type is known any more`).toBeDefined();
        const known =
          olderVersions().some((one) => one.type === type && one.version === Number(version)) || currentVersion(type) === Number(version);
        expect(known, `docs/events/${name}/${file}: no step leads on from this version`).toBe(true);
      }
    }
  });

  it("given the sources, then no event carries a version of its own making", async () => {
    const wrong: string[] = [];
    for (const name of catalogues.keys()) {
      const folder = path.join(root, "packages/write", name, "src");
      for (const file of await readdir(folder, { recursive: true }))
        if (file.endsWith(".ts") && /schemaVersion\s*:/.test(await readFile(path.join(folder, file), "utf8")))
          wrong.push(`${name}/${file}`);
    }
    expect(wrong, "declareVersions raises the version of a type; the command handler writes it").toEqual([]);
  });
});
