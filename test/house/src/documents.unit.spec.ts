import { readFile } from "node:fs/promises";
import path from "node:path";
import { errorEntries } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { bankApiDocuments } from "./bank-api.ts";
import { errorDocument, eventDocuments, root } from "./documents.ts";

describe("documents made from the code", () => {
  it("given the event schemas, when compared with docs/events, then each is committed and unchanged", async () => {
    const differing: string[] = [];
    for (const [name, text] of await eventDocuments()) {
      const committed = await readFile(path.join(root, name), "utf8").catch(() => undefined);
      if (committed !== text) differing.push(name);
    }
    expect(differing, "run `npm run docs` for a new event; a released schema changes only as a new schemaVersion").toEqual([]);
  });

  it("given the bank's API, when compared with docs/api and the SDK's types, then the committed ones are those of the code", async () => {
    for (const [name, text] of await bankApiDocuments()) {
      const committed = await readFile(path.join(root, name), "utf8").catch(() => "");
      expect(committed === text, `${name} differs: run \`npm run docs\``).toBe(true);
    }
  });

  it("given every declared refusal, when compared with docs/errors.md, then none is missing and each says what to do", async () => {
    const [[name, text]] = [...(await errorDocument())] as [[string, string]];
    expect(await readFile(path.join(root, name), "utf8"), "run `npm run docs`").toBe(text);
    for (const entry of errorEntries()) {
      expect(entry.remedyZh.length, entry.code).toBeGreaterThan(3);
      expect(entry.remedyEn.length, entry.code).toBeGreaterThan(3);
      expect(/\p{Script=Han}/u.test(entry.zh) && /\p{Script=Han}/u.test(entry.remedyZh), `${entry.code} has no Chinese text`).toBe(true);
    }
  });
});
