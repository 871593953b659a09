import { readFile } from "node:fs/promises";
import { storedLeaves } from "@huimin/backup";
import { CheckpointFolder, Checkpoints, LogAltered, LogForked, type LogReport, verifyLog } from "@huimin/checkpoints";
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
import { settleCopy } from "../compose/copy.ts";
import { fileLogSigner } from "../compose/log-key.ts";
import type { Platform } from "../types.ts";
import { type CliContext, configOf, fileOf, optionsOf, withPlatform } from "./context.ts";
import { exportedDistrict, exportedKey, exportedLeaves, exportedNotes, exportLog } from "./log-export.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

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
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { json, export: out } = optionsOf<{ json?: boolean; export?: string }>(command);
      await withCheckpoints(context, async (checkpoints, { store, district }) => {
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
  readonly key?: string[];
  readonly acceptOlder?: string;
  readonly json?: boolean;
}

function verifyCommand(program: Command, context: CliContext): void {
  program
    .command("verify")
    .description("核验: hash every event anew and compare with the signed checkpoints; exit 1 and the first position that was altered")
    .option("--export <folder>", "an export (checkpoint --export); needs no database")
    .option("--receipt <file>", "a receipt; needs no database")
    .option("--key <vkey...>", "public keys to trust, or files with them; standard: this machine's log key, or the export's own")
    .option("--accept-older <reason>", "let a restored copy serve that is older than a checkpoint; what is lost is recorded")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<VerifyOptions>(command);
      if (options.receipt !== undefined) return verifyReceipt(context, options, options.receipt);
      if (options.export !== undefined) return verifyExport(context, options, fileOf(context, options.export));
      return verifyDatabase(context, options);
    });
}

/** Keys as given, or from `standard`. */
async function keysOf(context: CliContext, given: readonly string[] | undefined, standard: () => Promise<string>): Promise<NoteVerifier[]> {
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
  const keys = await keysOf(context, options.key, async () => ownKey(context, configOf(context).district));
  try {
    // A file that went through a mail or an editor may have lost its last line break.
    const { canonical, checkpoint } = openReceipt(text.endsWith("\n") ? text : `${text}\n`, keys);
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
  const files = (await exportedNotes(folder)).map(({ file, note }) => ({ place: file, note }));
  report(context, options, await verifyLog(district, exportedLeaves(folder), files, keys));
}

async function verifyDatabase(context: CliContext, options: VerifyOptions): Promise<void> {
  const { checkpointFolder } = configOf(context);
  const verify = async (checkpoints: Checkpoints, { pool, store, district, databaseUrl }: Platform): Promise<void> => {
    const keys = await keysOf(context, options.key, async () => ownKey(context, district));
    const inside = (await checkpoints.notes()).map((note) => ({ place: "the database", note }));
    const outside = (await new CheckpointFolder(checkpointFolder).notes()).map(({ file, note }) => ({ place: file, note }));
    const head = await store.head(district);
    const progress = startProgress("verify", !options.json);
    const found = await verifyLog(district, storedLeaves(pool, district), [...inside, ...outside], keys, (events) =>
      progress.update(events, head),
    );
    progress.stop();
    const settled = await settleCopy(context, { url: databaseUrl, folder: checkpointFolder, found, outside, reason: options.acceptOlder });
    report(context, options, settled);
  };
  await withCheckpoints(context, verify, { unverified: true });
}

function report({ terminal }: CliContext, { json }: VerifyOptions, found: LogReport): void {
  const { events, root, checkpoints, unsigned, faults } = found;
  const rootText = Buffer.from(root).toString("base64");
  if (json) terminal.out(JSON.stringify({ events, root: rootText, checkpoints, unsigned, faults }));
  else {
    terminal.out(`${events} events, root ${rootText}; ${checkpoints} checkpoints hold, ${unsigned} events after the last`);
    for (const { kind, from, to, what } of faults)
      terminal.err(`${from === to ? `第${from}条 position ${from}` : `第${from}–${to}条 positions ${from}–${to}`} (${kind}): ${what}`);
    terminal.out(faults.length === 0 ? "未发现更改 nothing was changed" : `发现更改 ${faults.length} found`);
  }
  if (faults.length > 0) throw new CommandRefused([]);
}
