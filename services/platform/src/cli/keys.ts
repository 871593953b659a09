import { listBackups } from "@huimin/backup";
import { openPool } from "@huimin/database";
import {
  aes256Gcm,
  createVault,
  dropOlderLookups,
  keysByMaster,
  liveVaultSecrets,
  lookupsByPepper,
  postgresKeyStore,
  postgresLookupStore,
  RotationRunning,
  rebuildLookups,
  rewrapKeys,
  type SealedNumber,
  SUITES,
  type VaultSecrets,
  whileRotating,
  withNewMasterKey,
  withNewPepper,
  withoutMasterKey,
  withoutOlderPeppers,
  writeVaultSecrets,
} from "@huimin/vault";
import { type Command, Option } from "commander";
import type { Pool } from "pg";
import type { Platform } from "../types.ts";
import { type CliContext, configOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

/** A process that serves has taken up a changed file of keys after so long, with room to spare. */
const TAKEN_UP_MS = 3_000;

interface KeyWork {
  readonly platform: Platform;
  /** Of the owner. */
  readonly pool: Pool;
  readonly secrets: (again?: boolean) => VaultSecrets;
  readonly file: string;
}

/** keys list, rotate, retire, rotate-pepper: what personal data is sealed and found under. */
export function keyCommands(program: Command, context: CliContext): void {
  const keys = program.command("keys").description("主密钥与检索密钥: master keys and pepper of sealed personal data");
  keys
    .command("list")
    .description("master keys and peppers, and how much is under each")
    .option("--json", "print JSON")
    .action((_options, command: Command) => list(context, optionsOf<{ json?: boolean }>(command).json === true));
  keys
    .command("rotate")
    .description("换主密钥: a new master key wraps every data key; events stay as they are. Begun again, it goes on where it was")
    .addOption(new Option("--suite <suite>", "cipher of the new key").choices(SUITES.map(({ tag }) => tag)).default(aes256Gcm.tag))
    .option("--json", "print JSON")
    .action((_options, command: Command) => rotate(context, optionsOf<{ suite: string; json?: boolean }>(command)));
  keys
    .command("retire <key>")
    .description("remove a master key from the file once nothing is wrapped under it; backups made under it can't be read after that")
    .option("--backups-too", "also while backups made under it exist")
    .option("--json", "print JSON")
    .action((id: string, _options, command: Command) => retire(context, id, optionsOf<{ backupsToo?: boolean; json?: boolean }>(command)));
  keys
    .command("rotate-pepper")
    .description("换检索密钥: the lookups by ID number and account are made anew under a new pepper; begun again, it goes on")
    .option("--json", "print JSON")
    .action((_options, command: Command) => rotatePepper(context, optionsOf<{ json?: boolean }>(command).json === true));
}

async function withKeys<T>(context: CliContext, work: (work: KeyWork) => Promise<T>, project = false): Promise<T> {
  const file = configOf(context).vaultSecretsFile;
  return withPlatform(
    context,
    async (platform) => {
      const pool = openPool({ url: platform.databaseUrl, max: 3, applicationName: "huimin keys" });
      try {
        return await work({ platform, pool, secrets: liveVaultSecrets(file), file });
      } catch (fault) {
        if (!(fault instanceof RotationRunning)) throw fault;
        context.terminal.err("另一个换钥正在进行 another rotation is running: wait for its end");
        throw new CommandRefused([]);
      } finally {
        await pool.end();
      }
    },
    { project },
  );
}

const list = (context: CliContext, json: boolean): Promise<void> =>
  withKeys(context, async ({ pool, secrets }) => {
    const { current, masterKeys, pepperId, olderPeppers } = secrets();
    const [wrapped, found] = [await keysByMaster(pool), await lookupsByPepper(pool)];
    const masters = [...new Set([...masterKeys.keys(), ...wrapped.keys()])].map((id) => ({
      id,
      suite: masterKeys.get(id)?.suite ?? "missing",
      current: id === current,
      dataKeys: wrapped.get(id) ?? 0,
    }));
    const peppers = [pepperId, ...olderPeppers.keys()].map((id) => ({ id, current: id === pepperId, lookups: found.get(id) ?? 0 }));
    if (json) return context.terminal.out(JSON.stringify({ masterKeys: masters, peppers }));
    const mark = (one: { readonly current: boolean }): string => (one.current ? "current" : "");
    printTable(
      context.terminal,
      ["", "suite", "under it", ""],
      [
        ...masters.map((one) => [one.id, one.suite, String(one.dataKeys), mark(one)]),
        ...peppers.map((one) => [one.id, "HMAC-SHA-256", String(one.lookups), mark(one)]),
      ],
      new Set([2]),
    );
  });

/** Goes on with a rotation that was begun; begins one when nothing is under an older key. */
function rotate(context: CliContext, { suite: tag, json }: { readonly suite: string; readonly json?: boolean }): Promise<void> {
  return withKeys(context, ({ pool, secrets, file }) =>
    whileRotating(pool, async () => {
      const before = secrets(true);
      const older = [...(await keysByMaster(pool)).keys()].filter((id) => id !== before.current);
      const suite = SUITES.find((one) => one.tag === tag);
      if (!suite) throw new WrongUsage(`no suite ${tag}`);
      if (older.length === 0) writeVaultSecrets(file, withNewMasterKey(before, suite));
      const progress = startProgress("rotate", !json);
      let rewrapped = await rewrapKeys({ pool, secrets, onBatch: (done, total) => progress.update(done, total) });
      // A process that serves may have made a key under the older one in the moment before it looked at the file again.
      await new Promise((done) => setTimeout(done, TAKEN_UP_MS));
      rewrapped += await rewrapKeys({ pool, secrets });
      progress.stop();
      const { current, masterKeys } = secrets(true);
      const kept = [...masterKeys.keys()].filter((id) => id !== current);
      if (json) return context.terminal.out(JSON.stringify({ current, resumed: older.length > 0, rewrapped, kept }));
      context.terminal.out(`${rewrapped} data keys are under ${current}${older.length > 0 ? " (resumed)" : ""}`);
      context.terminal.out(`  旧密钥保留至所有备份到期 kept until no backup needs them: ${kept.join(" ") || "-"}  (huimin keys retire)`);
    }),
  );
}

function retire(context: CliContext, id: string, options: { readonly backupsToo?: boolean; readonly json?: boolean }): Promise<void> {
  return withKeys(context, ({ pool, secrets, file, platform }) =>
    whileRotating(pool, async () => {
      const known = secrets(true);
      if (!known.masterKeys.has(id) || id === known.current)
        throw new WrongUsage(`${id} is no older master key: ${[...known.masterKeys.keys()].join(", ")}`);
      const under = (await keysByMaster(pool)).get(id) ?? 0;
      if (under > 0) {
        context.terminal.err(`${id}: 尚有 ${under} 个数据密钥 / ${under} data keys are still under it: run huimin keys rotate`);
        throw new CommandRefused([]);
      }
      const needing = (await listBackups(pool, platform.district)).filter((one) => one.removedAt === null && one.masterKeys.includes(id));
      if (needing.length > 0 && !options.backupsToo) {
        for (const { place, madeAt } of needing)
          context.terminal.err(`${id}: 备份需要它 a backup needs it: ${place} (${madeAt.slice(0, 10)})`);
        context.terminal.err("  备份到期删除后再执行,或用 --backups-too / after those are gone, or with --backups-too");
        throw new CommandRefused([]);
      }
      writeVaultSecrets(file, withoutMasterKey(known, id));
      context.terminal.out(
        options.json ? JSON.stringify({ retired: id, current: known.current }) : `retired ${id}; current ${known.current}`,
      );
    }),
  );
}

/** Households read at a time. */
const PAGE = 300;
const HOUSEHOLDS_SQL = "SELECT household, state FROM registry.household WHERE district = $1 AND household > $2 ORDER BY household LIMIT $3";

interface Numbered {
  readonly household: string;
  readonly state: {
    readonly members: readonly { readonly personId: string; readonly idNumber: string }[];
    readonly formerMembers: readonly { readonly personId: string; readonly idNumber: string }[];
    readonly accounts: readonly { readonly sealedFor: string; readonly number: string; readonly numberHash: string }[];
  };
}

/** Every ID number and account that the register has ever had, sealed. */
async function* sealedNumbers(pool: Pool, district: string): AsyncGenerator<readonly SealedNumber[]> {
  let after = "";
  for (;;) {
    const { rows } = await pool.query<Numbered>(HOUSEHOLDS_SQL, [district, after, PAGE]);
    const last = rows.at(-1);
    if (!last) return;
    after = last.household;
    yield rows.flatMap(({ state }): SealedNumber[] => [
      ...[...state.members, ...state.formerMembers].map(
        ({ personId, idNumber }) => ({ purpose: "person", personId, value: personId, sealed: idNumber }) as const,
      ),
      ...state.accounts.map(
        ({ sealedFor, number, numberHash }) => ({ purpose: "account", personId: sealedFor, value: numberHash, sealed: number }) as const,
      ),
    ]);
  }
}

function rotatePepper(context: CliContext, json: boolean): Promise<void> {
  return withKeys(
    context,
    ({ pool, secrets, file, platform }) =>
      whileRotating(pool, async () => {
        const resumed = secrets(true).olderPeppers.size > 0;
        if (!resumed) writeVaultSecrets(file, withNewPepper(secrets(true)));
        secrets(true);
        const { district } = platform;
        const lookups = postgresLookupStore(pool);
        const vault = createVault({ secrets, keys: postgresKeyStore(pool), lookups });
        const total = Number(
          (await pool.query("SELECT count(*) AS n FROM vault_lookup WHERE pepper <> $1", [secrets().pepperId])).rows[0].n,
        );
        const progress = startProgress("rotate-pepper", !json);
        const rebuild = () =>
          rebuildLookups({
            district,
            secrets,
            vault,
            lookups,
            numbers: sealedNumbers(pool, district),
            onBatch: (done) => progress.update(done, Math.max(done, total)),
          });
        await rebuild();
        // What a process that serves has recorded under the older pepper before it looked at the file again.
        await new Promise((done) => setTimeout(done, TAKEN_UP_MS));
        await platform.projector.drain();
        const made = await rebuild();
        progress.stop();
        const dropped = await dropOlderLookups(pool, secrets().pepperId);
        writeVaultSecrets(file, withoutOlderPeppers(secrets(true)));
        const { pepperId } = secrets(true);
        if (json) return context.terminal.out(JSON.stringify({ pepper: pepperId, resumed, lookups: made, dropped }));
        context.terminal.out(`${made} lookups are under ${pepperId}; ${dropped} older ones were removed${resumed ? " (resumed)" : ""}`);
      }),
    true,
  );
}
