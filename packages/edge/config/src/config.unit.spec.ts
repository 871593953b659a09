import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ConfigFault, readConfig, settingsTable } from "./index.ts";

const directory = mkdtempSync(path.join(tmpdir(), "huimin-config-"));
mkdirSync(path.join(directory, ".huimin"));
afterAll(() => rmSync(directory, { recursive: true }));
const read = (environment: Record<string, string>, file?: object) => {
  writeFileSync(path.join(directory, ".huimin/config.json"), JSON.stringify(file ?? {}));
  return readConfig({ environment, directory });
};
const faults = (environment: Record<string, string>, file?: object) => {
  try {
    read(environment, file);
    return [];
  } catch (fault) {
    return (fault as ConfigFault).faults;
  }
};

describe("the configuration", () => {
  it("given nothing, then the standard", () => {
    expect(read({})).toMatchObject({
      district: "410803",
      port: 8080,
      host: "127.0.0.1",
      databaseUrl: undefined,
      trustProxy: false,
      home: path.join(directory, ".huimin"),
    });
    expect(read({}).vaultSecretsFile).toBe(path.join(directory, ".huimin/vault-secrets.json"));
  });

  it("given both, then the environment wins over the file; an empty variable does not count", () => {
    expect(read({ HUIMIN_PORT: "0" }, { port: 9000, district: "410804" })).toMatchObject({ port: 0, district: "410804" });
    expect(read({ HUIMIN_PORT: "" }, { port: 9000 }).port).toBe(9000);
  });

  it("given wrong values, unknown keys or a typing error, then each is named", () => {
    expect(faults({ HUIMIN_PORT: "80x", DATABASE_URL: "mysql://x", HUIMIN_PROT: "1" }, { hots: "a", host: {} })).toEqual([
      "hots in config.json is not a setting",
      "host in config.json must be a text, a number or true/false",
      "HUIMIN_PROT is not a setting",
      "DATABASE_URL must be an address postgresql://…",
      "HUIMIN_PORT must be a number from 0 to 65535",
    ]);
    expect(faults({ HUIMIN_PUBLIC_ORIGIN: "https://a.example/path" })).toHaveLength(1);
  });

  it("given a sandbox, then it has a folder and a district of its own, and nothing else has that district", () => {
    expect(read({ HUIMIN_MODE: "sandbox" })).toMatchObject({
      mode: "sandbox",
      district: "410899",
      home: path.join(directory, ".huimin/sandbox"),
    });
    expect(read({}).mode).toBe("production");
    expect(faults({ HUIMIN_MODE: "sandbox", HUIMIN_DISTRICT: "410803" })).toEqual(["HUIMIN_DISTRICT of a sandbox is 410899"]);
    expect(faults({ HUIMIN_DISTRICT: "410899" })).toEqual(["district 410899 is the sandbox's: set HUIMIN_MODE=sandbox"]);
    expect(faults({ HUIMIN_MODE: "test" })).toHaveLength(1);
  });

  it("its README has the table of all settings", () => {
    const cells = (text: string) => text.replace(/ +/g, " ").replace(/-+/g, "-").replace(/\| - /g, "|-");
    expect(cells(readFileSync(new URL("../README.md", import.meta.url), "utf8")).replace(/- \|/g, "-|")).toContain(cells(settingsTable()));
  });
});
