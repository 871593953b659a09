import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const text = (file: string): string => readFileSync(path.join(root, file), "utf8");
const compose = text("docker-compose.yml");

/** The text of each service of the compose file, by name. */
const services = new Map(
  [...(compose.split(/^services:$/m)[1]?.split(/^volumes:$/m)[0] ?? "").matchAll(/^ {2}(\w+):\n((?: {4}.*\n|\n|^ {2}#.*\n)+)/gm)].map(
    ([, name, body]) => [name as string, body as string],
  ),
);

describe("docker-compose.yml", () => {
  it("runs ledger, database, auditor and witness, with programs and settings that exist", () => {
    expect([...services.keys()].sort()).toEqual(["auditor", "huimin", "postgres", "witness"]);
    for (const [, file] of compose.matchAll(/"(services\/[^"]+\.ts)"/g))
      expect([file, existsSync(path.join(root, file as string))]).toEqual([file, true]);
    const known = new Set([...text("packages/edge/config/src/settings.ts").matchAll(/variable: "(\w+)"/g)].map(([, name]) => name));
    for (const [, name] of compose.matchAll(/^ {6}(HUIMIN_\w+):/gm)) expect([name, known.has(name)]).toEqual([name, true]);
  });

  it("keeps what auditor and witness remember out of the reach of the ledger and its database", () => {
    const mounts = (service: string): string[] =>
      [...(services.get(service) ?? "").matchAll(/^ {6}- (\w+:\S+)$/gm)].map(([, mount]) => mount as string);
    expect(mounts("witness")).toEqual(["witness:/witness"]);
    expect(mounts("auditor")).toEqual(["audit:/audit", "checkpoints:/checkpoints:ro"]);
    for (const other of ["huimin", "postgres"])
      for (const mount of mounts(other))
        expect([other, mount.split(":")[0]]).not.toEqual([other, expect.stringMatching(/^(audit|witness)$/)]);
    expect(services.get("auditor")).toContain("huimin_auditor_login:");
    expect(services.get("auditor")).not.toContain("huimin_owner");
    expect(services.get("witness")).not.toContain("DATABASE_URL");
  });
});

describe("infra/postgres/logins.sql", () => {
  it("has a login for every role that the migrations make", () => {
    const folders = ["packages/log/event-store/sql"].flatMap((folder) =>
      readdirSync(path.join(root, folder)).map((file) => `${folder}/${file}`),
    );
    const roles = new Set(folders.flatMap((file) => [...text(file).matchAll(/'(huimin_\w+)'/g)].map(([, role]) => role as string)));
    const logins = text("infra/postgres/logins.sql");
    expect(roles.size).toBeGreaterThan(10);
    for (const role of roles) expect([role, logins.includes(`CREATE ROLE ${role}_login LOGIN NOINHERIT`)]).toEqual([role, true]);
  });
});
