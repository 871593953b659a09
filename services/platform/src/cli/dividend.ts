import { readFile, stat } from "node:fs/promises";
import type { CommandDefinition, Role } from "@huimin/decider";
import { ROLES } from "@huimin/decider";
import {
  AllocateDividend,
  ApproveAllocation,
  DeclareDividend,
  DraftAllocation,
  LIST_HOUSEHOLDS_MAX,
  OrderPoolPayout,
  PostPublicity,
} from "@huimin/dividend";
import { bodyValidator, RefusalError } from "@huimin/http";
import { parseAmount } from "@huimin/money";
import { poolStatus } from "@huimin/service-dividends";
import type { Command } from "commander";
import {
  draftLongList,
  give,
  LIST_FILE_BYTES_MAX,
  ListFile,
  postAllocation,
  type Runner,
  reverseAllocation,
} from "../compose/long-lists.ts";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { payOut } from "./dividend-payout.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface Common {
  readonly pool: string;
  readonly year: string;
  readonly role?: string;
  readonly checker?: string;
  readonly date?: string;
  readonly json?: boolean;
}

const defined = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function yearOf({ year }: Common): number {
  if (!/^\d{4}$/.test(year)) throw new WrongUsage(`--year ${year} is not a year`);
  return Number(year);
}

function runnerOf(platform: Platform, definition: CommandDefinition, options: Common, progress?: Runner["onProgress"]): Runner {
  const role = options.role ?? definition.roles[0];
  if (role === undefined || !(ROLES as readonly string[]).includes(role)) throw new WrongUsage(`--role ${options.role} is no role`);
  const meta = {
    actor: cliActor(),
    role: role as Role,
    channel: "file",
    ...(options.checker === undefined ? {} : { checker: options.checker }),
  } as const;
  return { platform, meta, ...(progress ? { onProgress: progress } : {}) };
}

/** Refusals are printed with code, place and remedy. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof RefusalError) throw new CommandRefused(fault.refusals);
    throw fault;
  }
}

function checked<C>(definition: CommandDefinition<C>, body: Record<string, unknown>): C & Record<string, unknown> {
  const invalid = bodyValidator(definition.schema)(body);
  if (invalid.length > 0) throw new CommandRefused(invalid);
  return body as C & Record<string, unknown>; // its schema has just said so
}

/** One command given on this machine, printed as it answers. */
function action<T extends Common>(
  context: CliContext,
  definition: CommandDefinition,
  bodyOf: (options: T) => Record<string, unknown>,
): (options: unknown, command: Command) => Promise<void> {
  return async (_options, command) => {
    const options = optionsOf<T>(command);
    const body = checked(definition, defined({ pool: options.pool, year: yearOf(options), valueDate: options.date, ...bodyOf(options) }));
    const answer = await withPlatform(context, (platform) =>
      refusing(() => give(runnerOf(platform, definition, options), definition, body)),
    );
    context.terminal.out(JSON.stringify(answer, null, options.json ? undefined : 2));
  };
}

interface DraftOptions extends Common {
  readonly total?: string;
  readonly method?: string;
  readonly residueRule?: string;
  readonly snapshot?: string;
  readonly file?: string;
  readonly advance?: boolean;
}

async function listFileOf(context: CliContext, name: string): Promise<ListFile> {
  const file = fileOf(context, name);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new WrongUsage(`${name} is not a file`);
  if (found.size > LIST_FILE_BYTES_MAX) throw new WrongUsage(`${name} is larger than ${LIST_FILE_BYTES_MAX} bytes`);
  const bytes = await readFile(file);
  return refusing(async () => ListFile.read(bytes));
}

/** A list of weights from a file: at once when it is short, else in parts. */
async function draft(platform: Platform, context: CliContext, options: DraftOptions): Promise<unknown> {
  const { pool, total, method, residueRule, snapshot, advance, date } = options;
  const common = defined({ pool, year: yearOf(options), method, residueRule, snapshot, advance, valueDate: date });
  const file = options.file === undefined ? undefined : await listFileOf(context, options.file);
  if (!file || file.households <= LIST_HOUSEHOLDS_MAX) {
    const weights = file && Array.from({ length: file.households }, (_, index) => file.at(index));
    const body = checked(DraftAllocation, defined({ ...common, total, weights }));
    return give(runnerOf(platform, DraftAllocation, options), DraftAllocation, body);
  }
  const { total: whole = "", ...terms } = checked(DraftAllocation, defined({ ...common, total }));
  const [amount, byMethod, residues] = [parseAmount(whole), terms.method, terms.residueRule];
  if (amount === undefined || byMethod === undefined || residues === undefined)
    throw new WrongUsage("a long list needs --total, --method and --residue-rule");
  const progress = startProgress("draft", !options.json);
  try {
    const runner = runnerOf(platform, DraftAllocation, options, (done, all) => progress.update(done, all));
    return await draftLongList(runner, file, { ...terms, method: byMethod, residueRule: residues, total: amount });
  } finally {
    progress.stop();
  }
}

async function allocate(platform: Platform, options: Common): Promise<unknown> {
  const body = defined({ pool: options.pool, year: yearOf(options), valueDate: options.date });
  const progress = startProgress("allocate", !options.json);
  try {
    const runner = runnerOf(platform, AllocateDividend, options, (done, all) => progress.update(done, all));
    // An allocation that was broken off is taken up again before anything new is decided.
    const back = await reverseAllocation(runner, options.pool, yearOf(options));
    if (back > 0) return { pool: options.pool, year: yearOf(options), resumed: true, reversedParts: back, pendingParts: 0 };
    const left = await postAllocation(runner, options.pool, yearOf(options));
    if (left > 0) return { pool: options.pool, year: yearOf(options), resumed: true, postedParts: left, pendingParts: 0 };
    const answer = await give(runner, AllocateDividend, checked(AllocateDividend, body));
    const posted = await postAllocation(runner, options.pool, yearOf(options));
    return { ...answer, ...(posted > 0 ? { postedParts: posted, pendingParts: 0 } : {}) };
  } finally {
    progress.stop();
  }
}

async function payOutAction(
  platform: Platform,
  context: CliContext,
  options: Common & { bank?: string; files?: string },
): Promise<unknown> {
  const progress = startProgress("pay out", !options.json);
  try {
    const runner = runnerOf(platform, OrderPoolPayout, options, (done, all) => progress.update(done, all));
    const folder = options.files === undefined ? undefined : fileOf(context, options.files);
    return await payOut(runner, { pool: options.pool, year: yearOf(options), bank: options.bank, valueDate: options.date, folder });
  } finally {
    progress.stop();
  }
}

/** `huimin dividend …`: declaration, list, publicity, approval, allocation and payout of a pool (分红). */
export function dividendCommands(program: Command, context: CliContext): void {
  const dividend = program.command("dividend").description("dividends and asset income of a pool 分红");
  const sub = (name: string, description: string): Command =>
    dividend
      .command(name)
      .description(description)
      .requiredOption("--pool <pool>", "number of the pool")
      .requiredOption("--year <year>", "year of entitlement 所属年度")
      .option("--date <date>", "value date 业务发生日; default: today")
      .option("--role <role>", "in which role; default: the first that may")
      .option("--checker <user>", "the second person, for what posts in book G")
      .option("--json", "print JSON in one line");
  sub("declare", "declare a dividend 分红宣告")
    .requiredOption("--enterprise <enterprise>")
    .option("--batch <batch>", "the batch whose stakes count")
    .option("--total <yuan>", "the total; or")
    .option("--rate <percent>", "a fixed rate, percent a year")
    .option("--due <date>", "day on which it is due")
    .action(
      action<Common & { enterprise: string; batch?: string; total?: string; rate?: string; due?: string }>(
        context,
        DeclareDividend,
        ({ enterprise, batch, total, rate, due }) => ({ enterprise, batch, total, fixedRate: rate, dueOn: due }),
      ),
    );
  sub("draft", "draw up the list 分配方案拟定")
    .option("--total <yuan>", "what is distributed; default: the money in the pool")
    .option("--method <method>", "by-stake, by-stake-days, equal, by-heads, fixed-rate, by-need, by-post")
    .option("--residue-rule <rule>", "LARGEST_REMAINDER or FLOOR_CARRY")
    .option("--snapshot <date>", "day on which households must be eligible")
    .option("--file <file>", "weights: household,weight a line, households ascending, of any length")
    .option("--advance", "垫付: more than was received")
    .action(async (_options, command: Command) => {
      const options = optionsOf<DraftOptions>(command);
      const answer = await withPlatform(context, (platform) => refusing(() => draft(platform, context, options)));
      context.terminal.out(JSON.stringify(answer, null, options.json ? undefined : 2));
    });
  sub("publish", "post the list for publicity 公示")
    .requiredOption("--from <date>", "first day")
    .requiredOption("--to <date>", "last day")
    .option("--place <text>")
    .option("--evidence <hash...>", "hashes of photographs")
    .action(
      action<Common & { from: string; to: string; place?: string; evidence?: string[] }>(
        context,
        PostPublicity,
        ({ from, to, place, evidence }) => ({ from, to, place, evidence }),
      ),
    );
  sub("approve", "approve the publicised list 审批")
    .option("--list-hash <hash>", "the hash of the list that is approved")
    .action(action<Common & { listHash?: string }>(context, ApproveAllocation, ({ listHash }) => ({ listHash })));
  sub("allocate", "post the approved list to the households 分配到户; run again, it goes on where it was").action(
    async (_options, command: Command) => {
      const options = optionsOf<Common>(command);
      const answer = await withPlatform(context, (platform) => refusing(() => allocate(platform, options)));
      context.terminal.out(JSON.stringify(answer, null, options.json ? undefined : 2));
    },
  );
  sub("pay-out", "pay out everything that is open 整池发放; run again, it goes on where it was")
    .option("--bank <bank>", "the bank that pays; for a new order")
    .option("--files <folder>", "write the bank's files, with account numbers and names, into a folder")
    .action(async (_options, command: Command) => {
      const options = optionsOf<Common & { bank?: string; files?: string }>(command);
      const answer = await withPlatform(context, (platform) => refusing(() => payOutAction(platform, context, options)));
      context.terminal.out(JSON.stringify(answer, null, options.json ? undefined : 2));
    });
  dividend
    .command("status <pool>")
    .description("claims, money and lists of a pool")
    .option("--json", "print JSON in one line")
    .action(async (pool: string, _options, command: Command) => {
      const status = await withPlatform(context, ({ store, district }) => poolStatus({ store, district }, pool));
      if (!status) throw new CommandRefused([{ code: "POOL_UNKNOWN", details: { pool } }]);
      context.terminal.out(JSON.stringify(status, null, optionsOf<Common>(command).json ? undefined : 2));
    });
}
