import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { File } from "./format.ts";
import { differencesOf } from "./play.ts";

/** Files of ours; `HUIMIN_SCENARIOS` names another folder to be read too. */
const folders = [fileURLToPath(new URL("../../../scenario/data", import.meta.url)), process.env.HUIMIN_SCENARIOS ?? ""].filter(Boolean);

const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "format.json")
    .map((name) => [path.basename(name, ".json"), JSON.parse(readFileSync(path.join(folder, name), "utf8")) as File] as const),
);

describe("the independent reference", () => {
  it.each(files)("agrees with every balance, answer and figure of %s", (_, file) => {
    expect(differencesOf(file)).toEqual([]);
  });
});
