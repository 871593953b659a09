import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { backedUpLeaves, openBackup, storedLeaves } from "@huimin/backup";
import {
  type CheckpointFile,
  CheckpointFolder,
  Checkpoints,
  LogAltered,
  LogForked,
  type LogReport,
  storedCheckpoints,
  verifyLog,
} from "@huimin/checkpoints";
import {
  NoteError,
  type NoteVerifier,
  openReceipt,
  parseCheckpointText,
  parseNote,
  parseVerifierKey,
  verifierKey,
} from "@huimin/proof-log";
import { checkCode } from "@huimin/statements";
import type { Command } from "commander";
import { makeCheckpoint } from "../compose/checkpointing.ts";
import { settleCopy } from "../compose/copy.ts";
import { fileLogSigner } from "../compose/log-key.ts";
import type { Platform } from "../types.ts";
import { type CliContext, configOf, fileOf, optionsOf, withPlatform } from "./context.ts";
import { exportedDistrict, exportedKey, exportedLeaves, exportedNotes, exportLog } from "./log-export.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";
import { backedUpCheckpoints, givenCheckpoints } from "./verify-sources.ts";

/** checkpoint, receipt, verify: the proof that nothing was changed. */
export function proofCommands(program: Command, context: CliContext): void {
  checkpointCommand(program, context);
  receiptCommand(program, context);
  verifyCommand(program, context);
}

/** A log that can't be signed is a finding, not a fault of the program. */
async function withCheckpoints<T>(
  context: CliContext,
  work: (checkpoints: Checkpoints, platform: Platform) => Promise<T>,
  options: { readonly unverified?: boolean } = {},
): Promise<T> {
  const { logKeyFile, checkpointFolder } = configOf(context);
  try {
    return await withPlatform(
      context,
      (platform) => {
        const { pool, store, district } = platform;
        const signer = fileLogSigner(logKeyFile, district);
        return work(new Checkpoints({ pool, store, district, signer, folder: new CheckpointFolder(checkpointFolder) }), platform);
      },
      { project: false, ...options },
    );
  } catch (fault) {
    if (!(fault instanceof LogForked || fault instanceof LogAltered)) throw fault;
    context.terminal.err(`日志与签名不符 the log is not what was signed: ${fault.message}`);
    throw new CommandRefused([]);
  }
}

function checkpointCommand(program: Command, context: CliContext): void {
  program
    .command("checkpoint")
    .description("sign size and root of the log 检查点; kept in the database and in HUIMIN_CHECKPOINT_FOLDER")
    .option("--export <folder>", "also write the log with its checkpoints and key as files that verify --export reads")
    .option("--publish", "also to the auditor's outbox and to the witnesses, as every hour")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { json, export: out, publish } = optionsOf<{ json?: boolean; export?: string; publish?: boolean }>(command);
      await withCheckpoints(context, async (checkpoints, platform) => {
        const { store, district } = platform;
        if (publish) {
          const { cosigned, silent } = await makeCheckpoint(platform, configOf(context));
          for (const name of cosigned) context.terminal.err(`已联署 cosigned: ${name}`);
          for (const name of silent) context.terminal.err(`未应答 no answer: ${name}`);
        }
        const { size, root, note, origin } = await checkpoints.sign();
        const key = verifierKey(fileLogSigner(configOf(context).logKeyFile, district).verifier);
        if (out !== undefined) {
          const progress = startProgress("export", !json);
          const notes = (await checkpoints.notes()).map((text) => ({ size: parseCheckpointText(parseNote(text).text).size, note: text }));
          await exportLog(store, district, size, fileOf(context, out), { notes, key }, (events) => progress.update(events, size));
          progress.stop();
        }
        const printed = { origin, size, root: Buffer.from(root).toString("base64"), key, note };
        context.terminal.out(json ? JSON.stringify(printed) : `${note.trimEnd()}\n\n公钥 key: ${key}`);
      });
    });
}

function receiptCommand(program: Command, context: CliContext): void {
  program
    .command("receipt <position>")
    .description("凭据: an event with its path to a signed root, for verify --receipt")
    .action(async (text: string) => {
      const position = Number(text);
      if (!/^[1-9]\d{0,14}$/.test(text)) throw new WrongUsage(`${text} is not a position (1, 2, 3 …)`);
      await withCheckpoints(context, async (checkpoints, { store, district }) => {
        const head = await store.head(district);
        if (position > head) throw new WrongUsage(`the log ends at position ${head}`);
        context.terminal.out((await checkpoints.receipt(position)).trimEnd());
      });
    });
}

interface VerifyOptions {
  readonly export?: string;
  readonly receipt?: string;
  readonly backup?: string;
  readonly checkpoint?: string[];
  readonly key?: string[];
  readonly witnessKey?: string[];
  readonly acceptOlder?: string;
  readonly json?: boolean;
}

function verifyCommand(program: Command, context: CliContext): void {
  program
    .command("verify")
    .description("核验: hash every event anew and compare with the signed checkpoints; exit 1 and the first position that was altered")
    .option("--export <folder>", "an export (checkpoint --export); needs no database")
    .option("--receipt <file>", "a receipt; needs no database")
    .option("--backup <file>", "the log in a backup, without restoring it; needs no database")
    .option("--checkpoint <file...>", "also compare with these checkpoints: mails, notes, or folders of them")
    .option("--witness-key <vkey...>", "witnesses that must have cosigned; public keys, or files with them")
    .option("--key <vkey...>", "public keys to trust, or files with them; standard: this machine's log key, or the export's own")
    .option("--accept-older <reason>", "let a restored copy serve that is older than a checkpoint; what is lost is recorded")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<VerifyOptions>(command);
      if (options.receipt !== undefined) return verifyReceipt(context, options, options.receipt);
      if (options.backup !== undefined) return verifyBackup(context, options, fileOf(context, options.backup));
      if (options.export !== undefined) return verifyExport(context, options, fileOf(context, options.export));
      return verifyDatabase(context, options);
    });
}

/** Keys as given, or from `standard`. */
export async function keysOf(
  context: CliContext,
  given: readonly string[] | undefined,
  standard: () => Promise<string>,
): Promise<NoteVerifier[]> {
  const readKey = (file: string): Promise<string> =>
    readFile(fileOf(context, file), "utf8").catch(() => {
      throw new WrongUsage(`--key: ${file} is neither a public key (name+keyid+key) nor a file with one`);
    });
  const texts = given ? await Promise.all(given.map((key) => (/\+[0-9a-f]{8}\+/.test(key) ? key : readKey(key)))) : [await standard()];
  try {
    return texts.map(parseVerifierKey);
  } catch (fault) {
    throw fault instanceof NoteError ? new WrongUsage(`--key: ${fault.message}`) : fault;
  }
}

const ownKey = (context: CliContext, district: string): string =>
  verifierKey(fileLogSigner(configOf(context).logKeyFile, district).verifier);

interface ReceiptEvent {
  readonly position: number;
  readonly type: string;
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a receipt of a paper says of it: number and check code, to be compared with those that are printed. */
function paperOf({ payload }: ReceiptEvent): string[] {
  const { number, contentHash, issuedOn } = payload;
  if (typeof number !== "string" || typeof contentHash !== "string") return [];
  return [`  编号 number ${number}, 出具 issued ${issuedOn}, 校验码 check code ${checkCode(contentHash)}`, `  ${contentHash}`];
}

async function verifyReceipt(context: CliContext, options: VerifyOptions, file: string): Promise<void> {
  const text = await readFile(fileOf(context, file), "utf8").catch(() => {
    throw new WrongUsage(`${file} can't be read`);
  });
  const keys = await keysOf(context, options.key, async () => {
    const { district, logKeyFile } = configOf(context);
    // Who verifies has no log: a key made now would be nobody's.
    if (!existsSync(logKeyFile))
      throw new WrongUsage(
        "--key: 请给出另存的日志公钥 give the public key of the log that was handed over (name+keyid+key, or a file with it); this machine has none",
      );
    return ownKey(context, district);
  });
  try {
    // A file that went through a mail or an editor may have lost its last line break.
    const witnesses = await witnessKeysOf(context, options);
    const { canonical, checkpoint } = openReceipt(text.endsWith("\n") ? text : `${text}\n`, [...keys, ...witnesses]);
    const by = checkpoint.by.map(({ verifier }) => verifier);
    if (!by.some((key) => keys.includes(key))) throw new NoteError("the log's key has not signed this checkpoint");
    for (const witness of witnesses)
      if (!by.includes(witness)) throw new NoteError(`witness ${witness.name} has not cosigned this checkpoint`);
    const event = JSON.parse(canonical) as ReceiptEvent;
    const { origin, size } = checkpoint;
    if (options.json) return context.terminal.out(JSON.stringify({ genuine: true, origin, size, event }));
    context.terminal.out(
      `属实 genuine: 第${event.position}条 ${event.type}, 业务日 ${event.valueDate}, 入账 ${event.recordedAt}; ${origin}, ${size} events signed`,
    );
    for (const line of paperOf(event)) context.terminal.out(line);
  } catch (fault) {
    if (!(fault instanceof NoteError)) throw fault;
    if (options.json) context.terminal.out(JSON.stringify({ genuine: false, why: fault.message }));
    else context.terminal.err(`不属实 not genuine: ${fault.message}`);
    throw new CommandRefused([]);
  }
}

async function verifyExport(context: CliContext, options: VerifyOptions, folder: string): Promise<void> {
  const district = await exportedDistrict(folder).catch(() => {
    throw new WrongUsage(`${folder} is no export of a log (it has no readable events.jsonl)`);
  });
  const keys = await keysOf(context, options.key, () => exportedKey(folder));
  if (!options.key)
    context.terminal.err("公钥取自导出本身,请与另存的公钥核对 the key comes with the export: compare it with one kept elsewhere (--key)");
  const files: CheckpointFile[] = (await exportedNotes(folder)).map(({ file, note, size }) => ({ place: file, note, size }));
  files.push(...(await givenCheckpoints(context, options.checkpoint)));
  const witnesses = await witnessKeysOf(context, options);
  report(context, options, await verifyLog(district, exportedLeaves(folder), files, keys, undefined, { witnesses }));
}

/** The log in a backup: its list of contents is signed, and its events are compared with what was signed at each size. */
async function verifyBackup(context: CliContext, options: VerifyOptions, file: string): Promise<void> {
  const keys = options.key ? await keysOf(context, options.key, async () => "") : undefined;
  const backup = await openBackup(file, keys);
  try {
    const { district, logs } = backup.manifest;
    if (!keys)
      context.terminal.err("公钥取自备份本身,请与另存的公钥核对 the key comes with the backup: compare it with one kept elsewhere (--key)");
    const own = logs
      .filter((log) => log.district === district)
      .map(({ position, checkpoint }) => ({ place: file, note: checkpoint, size: position }));
    const witnesses = await witnessKeysOf(context, options);
    const files = [...own, ...(await backedUpCheckpoints(backup, district)), ...(await givenCheckpoints(context, options.checkpoint))];
    const head = logs.find((log) => log.district === district)?.position;
    const progress = startProgress("verify", !options.json);
    const found = await verifyLog(
      district,
      backedUpLeaves(backup, district),
      files,
      backup.verifiers,
      (events) => progress.update(events, head ?? events),
      { witnesses, head },
    );
    progress.stop();
    report(context, options, found);
  } finally {
    await backup.close();
  }
}

const witnessKeysOf = async (context: CliContext, { witnessKey }: VerifyOptions): Promise<NoteVerifier[]> =>
  witnessKey === undefined ? [] : keysOf(context, witnessKey, async () => "");

async function verifyDatabase(context: CliContext, options: VerifyOptions): Promise<void> {
  const { checkpointFolder } = configOf(context);
  const verify = async (_checkpoints: Checkpoints, { pool, store, district, databaseUrl }: Platform): Promise<void> => {
    const keys = await keysOf(context, options.key, async () => ownKey(context, district));
    const witnesses = await witnessKeysOf(context, options);
    const inside = (await storedCheckpoints(pool, district)).map((one) => ({ ...one, place: "the database" }));
    const outside: CheckpointFile[] = (await new CheckpointFolder(checkpointFolder).notes()).map(({ file, note, size }) => ({
      place: file,
      note,
      size,
    }));
    outside.push(...(await givenCheckpoints(context, options.checkpoint)));
    const head = await store.head(district);
    const progress = startProgress("verify", !options.json);
    const files = [...inside, ...outside];
    const show = (events: number): void => progress.update(events, head);
    const found = await verifyLog(district, storedLeaves(pool, district), files, keys, show, { witnesses, head });
    progress.stop();
    const settled = await settleCopy(context, { url: databaseUrl, folder: checkpointFolder, found, outside, reason: options.acceptOlder });
    report(context, options, settled);
  };
  await withCheckpoints(context, verify, { unverified: true });
}

function report({ terminal }: CliContext, { json }: VerifyOptions, found: LogReport): void {
  const { events, root, checkpoints, unsigned, witnessed, faults } = found;
  const rootText = Buffer.from(root).toString("base64");
  if (json) terminal.out(JSON.stringify({ events, root: rootText, checkpoints, unsigned, witnessed, faults }));
  else {
    terminal.out(`${events} events, root ${rootText}; ${checkpoints} checkpoints hold, ${unsigned} events after the last`);
    for (const { name, size } of witnessed) if (size > 0) terminal.out(`见证 ${name}: ${size} events cosigned`);
    for (const { kind, from, to, what } of faults)
      terminal.err(`${from === to ? `第${from}条 position ${from}` : `第${from}–${to}条 positions ${from}–${to}`} (${kind}): ${what}`);
    terminal.out(faults.length === 0 ? "未发现更改 nothing was changed" : `发现更改 ${faults.length} found`);
  }
  if (faults.length > 0) throw new CommandRefused([]);
}
