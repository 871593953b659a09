import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type CopyReport, loadBackup, type OpenBackup, openBackup, openFiles, verifyCopy, writeState } from "@huimin/backup";
import { shanghaiInstant } from "@huimin/calendar";
import { CheckpointFolder } from "@huimin/checkpoints";
import type { Config } from "@huimin/config";
import { migrate, openPool } from "@huimin/database";
import { createPostgresStore } from "@huimin/event-store";
import { rebuild } from "@huimin/projector";
import type { Command } from "commander";
import type { Pool } from "pg";
import { KEY_FILES, knownMigrations, olderFault, supersedeCheckpoints } from "../compose/backup.ts";
import { assertRoomForBankFiles, keyOfBankFiles, restoreBankFiles, secretsAt } from "../compose/backup-files.ts";
import { migrateDatabase, openDatabase, platformMigrations } from "../compose/database.ts";
import { projections } from "../compose/projections.ts";
import { shredAgain } from "../compose/shredded.ts";
import { type CliContext, configOf, fileOf, optionsOf } from "./context.ts";
import { keysToTrust } from "./keys-to-trust.ts";
import { WrongUsage } from "./output.ts";
import { passphraseOf } from "./passphrase.ts";
import { startProgress } from "./progress.ts";

interface RestoreOptions {
  readonly home?: string;
  readonly databaseUrl?: string;
  readonly key?: string[];
  readonly checkpoints?: string;
  readonly secrets?: string;
  readonly withoutBankFiles?: boolean;
  readonly passphraseFile?: string;
  readonly acceptOlder?: string;
  readonly json?: boolean;
}

/** restore: an empty database is filled from a backup, verified, and only then may serve. */
export function restoreCommand(program: Command, context: CliContext): void {
  program
    .command("restore <file>")
    .description("恢复: fill an empty database from a backup; it may serve once its log was compared with the signed checkpoints")
    .option("--home <folder>", "home of the copy, with the embedded database; default HUIMIN_HOME")
    .option("--database-url <url>", "an empty PostgreSQL database instead of the embedded one; default DATABASE_URL")
    .option("--key <vkey...>", "public keys of the log to trust, or files with them; default: this home's log key, or the backup's own")
    .option("--checkpoints <folder>", "checkpoints that were kept outside; default HUIMIN_CHECKPOINT_FOLDER")
    .option("--secrets <file>", "keys that backup --with-secrets wrote; they are put into the home")
    .option("--without-bank-files", "restore the books alone; huimin backup files takes the banks' files out later")
    .option("--passphrase-file <file>", "passphrase of --secrets; or HUIMIN_BACKUP_PASSPHRASE")
    .option("--accept-older <reason>", "serve a copy that is older than a checkpoint: what is lost is recorded with the reason")
    .option("--json", "print JSON")
    .action(async (file: string, _options, command: Command) => {
      const options = optionsOf<RestoreOptions>(command);
      const environment = {
        ...context.environment,
        ...(options.home === undefined ? {} : { HUIMIN_HOME: fileOf(context, options.home) }),
        ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      };
      await new Restore({ ...context, environment }, options, fileOf(context, file)).run();
    });
}

class Restore {
  readonly #context: CliContext;
  readonly #options: RestoreOptions;
  readonly #file: string;
  readonly #config: Config;

  constructor(context: CliContext, options: RestoreOptions, file: string) {
    this.#context = context;
    this.#options = options;
    this.#file = file;
    this.#config = configOf(context);
  }

  async run(): Promise<void> {
    const { terminal } = this.#context;
    const { district, home } = this.#config;
    const secrets = await this.#secrets();
    const keys = await keysToTrust(this.#context, this.#options.key, secrets);
    if (!keys)
      terminal.err("公钥取自备份本身,请与另存的公钥核对 the key comes with the backup: compare it with one kept elsewhere (--key)");
    const backup = await this.#timed("check", (update) => openBackup(this.#file, keys, update));
    try {
      const fileKey = this.#options.withoutBankFiles
        ? undefined
        : keyOfBankFiles(backup, await secretsAt(this.#config, secrets?.[KEY_FILES.vaultSecretsFile]));
      if (fileKey) await assertRoomForBankFiles(backup, this.#config.bankFiles);
      const databaseUrl = this.#config.databaseUrl;
      const database = await openDatabase({ databaseUrl, home });
      const pool = openPool({ url: database.url, max: 4, applicationName: "huimin restore" });
      try {
        const { report, superseded, bankFiles } = await this.#copy(pool, database.url, backup, fileKey);
        for (const [name, text] of Object.entries(secrets ?? {})) await this.#writeKey(name, text);
        const rebuilt = await this.#rebuild(pool, database.url);
        const { madeAt, id } = backup.manifest;
        const result = {
          backup: id,
          madeAt,
          district,
          position: report.events,
          checkpoints: report.checkpoints,
          rebuilt,
          superseded,
          bankFiles,
        };
        if (this.#options.json) terminal.out(JSON.stringify({ ...result, root: Buffer.from(report.root).toString("base64") }));
        else
          terminal.out(
            `恢复并核验完毕 restored and verified: position ${report.events}, ${report.checkpoints} checkpoints hold, ${bankFiles} files of banks; it may serve`,
          );
      } finally {
        await pool.end();
        await database.stop();
      }
    } finally {
      await backup.close();
    }
  }

  /** Rows, files, proof, erasures: in this order, and only then the mark is lifted. */
  async #copy(
    pool: Pool,
    url: string,
    backup: OpenBackup,
    fileKey: Uint8Array | undefined,
  ): Promise<{ report: CopyReport; superseded: readonly string[]; bankFiles: number }> {
    const { district } = this.#config;
    const folder =
      this.#options.checkpoints === undefined ? this.#config.checkpointFolder : fileOf(this.#context, this.#options.checkpoints);
    const outside = (await new CheckpointFolder(folder).notes()).map(({ file, note }) => ({ place: file, note }));
    if (outside.length === 0)
      this.#context.terminal.err(
        `${folder} 没有检查点,无法判断备份是否过时 no checkpoint outside: nobody can tell whether the backup is an old one`,
      );
    const client = await pool.connect();
    client.on("error", () => undefined); // a connection that breaks fails the query in hand, which says so
    try {
      const migrateTo = async (names: ReadonlySet<string> | "all"): Promise<void> => {
        if (names === "all") await migrateDatabase(url);
        else
          await migrate(
            client,
            platformMigrations().filter(({ name }) => names.has(name)),
          );
      };
      await this.#timed("restore", (onProgress) =>
        loadBackup({ client, backup, district, migrations: knownMigrations(), migrate: migrateTo, onProgress }),
      );
      const bankFiles = await restoreBankFiles(backup, fileKey, this.#config.bankFiles);
      const { manifest, verifiers } = backup;
      const total = manifest.logs.find((log) => log.district === district)?.position ?? 0;
      const report = await this.#timed("verify", (update) =>
        verifyCopy({ client, district, outside, manifest, verifiers, onProgress: (events) => update(events, total) }),
      );
      const reason = this.#options.acceptOlder;
      if (report.older && reason === undefined) throw olderFault(report.older);
      await shredAgain(client, folder);
      const superseded = report.older ? await supersedeCheckpoints(folder, report.events, shanghaiInstant(Date.now())) : [];
      const accepted = report.older ? `${report.older.missing} events lost after ${report.events}: ${reason}` : null;
      await writeState(client, { state: "verified", backup: manifest.id, why: `restored from ${manifest.id} and verified`, accepted });
      return { report, superseded, bankFiles };
    } finally {
      client.release();
    }
  }

  async #rebuild(pool: Pool, url: string): Promise<number> {
    const store = createPostgresStore({ connectionString: url });
    try {
      return await this.#timed("rebuild", async (update) => {
        const { events } = await rebuild({
          pool,
          store,
          projections: projections(),
          districts: [this.#config.district],
          onProgress: ({ position, head }) => update(position, head),
        });
        return events;
      });
    } finally {
      await store.close();
    }
  }

  async #timed<T>(what: string, work: (update: (done: number, total: number) => void) => Promise<T>): Promise<T> {
    const progress = startProgress(what, !this.#options.json);
    try {
      return await work((done, total) => progress.update(done, total));
    } finally {
      progress.stop();
    }
  }

  /** Keys that were backed up under a passphrase; checked against those that are there before anything is touched. */
  async #secrets(): Promise<Record<string, string> | undefined> {
    if (this.#options.secrets === undefined) return undefined;
    const file = fileOf(this.#context, this.#options.secrets);
    const bytes = await readFile(file).catch(() => {
      throw new WrongUsage(`--secrets: ${file} can't be read`);
    });
    const files = await openFiles(bytes, await passphraseOf(this.#context, this.#options.passphraseFile), file);
    for (const [name, text] of Object.entries(files)) {
      const there = await readFile(this.#placeOf(name), "utf8").catch(() => undefined);
      if (there !== undefined && there !== text)
        throw new WrongUsage(`${this.#placeOf(name)} exists and is another key than the one of ${file}: move it away first`);
    }
    return files;
  }

  #placeOf(name: string): string {
    const [setting] = Object.entries(KEY_FILES).find(([, file]) => file === name) ?? [];
    if (setting === undefined) throw new WrongUsage(`--secrets: ${name} is no file of keys`);
    return this.#config[setting as keyof typeof KEY_FILES];
  }

  async #writeKey(name: string, text: string): Promise<void> {
    const place = this.#placeOf(name);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, text, { mode: 0o600 });
  }
}
