import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { CommandDefinition, Role } from "@huimin/decider";
import { ROLES } from "@huimin/decider";
import { bodyValidator } from "@huimin/http";
import { idempotencyKeysOf } from "@huimin/loan";
import { declareErrors, type Refusal } from "@huimin/outcome";
import { personalDataInClear, proposalErrors } from "@huimin/proposal";
import type { Command } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

const errors = declareErrors({
  LINE_NOT_A_COMMAND: {
    zh: "第 {row} 行不是命令：{whyZh}。",
    en: "Line {row} is not a command: {whyEn}.",
    remedyZh: '每行一个 JSON 对象：{"command":…,"body":{…},"actor":…,"role":…}。',
    remedyEn: 'One JSON object a line: {"command":…,"body":{…},"actor":…,"role":…}.',
    kind: "invalid",
  },
});

interface BookOptions {
  readonly keepGoing?: boolean;
  readonly json?: boolean;
}

/** One line of a command file. */
interface CommandLine {
  readonly command: string;
  readonly body: Record<string, unknown>;
  /** Default: the user of this machine. A bank's message has `bank:K1`. */
  readonly actor?: string;
  /** Default: the first role that may give the command. */
  readonly role?: Role;
  /** The second person, for what posts in book G. */
  readonly checker?: string;
  /** Default: the file's hash and the line's number, so the same file is never booked twice. */
  readonly key?: string;
  readonly sourceDocument?: string;
}

/** `huimin book FILE.jsonl`: records commands from a file in its order. */
export function bookFileCommand(program: Command, context: CliContext): void {
  program
    .command("book <file>")
    .description("record commands from a file, one JSON object a line, in its order; a second run books nothing twice")
    .option("--keep-going", "go on after a refused line")
    .option("--json", "print JSON")
    .action(async (name: string, _options, command: Command) => {
      const file = fileOf(context, name);
      const options = optionsOf<BookOptions>(command);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) throw new WrongUsage(`${name} is not a file`);
      const result = await withPlatform(context, (platform) => bookFile(platform, file, options), { project: true });
      if (options.json)
        context.terminal.out(
          JSON.stringify({
            recorded: result.recorded,
            repeated: result.repeated,
            refused: result.refusals.length,
            position: result.position,
          }),
        );
      else
        context.terminal.out(
          `recorded ${result.recorded}, repeated ${result.repeated}, refused ${result.refusals.length}; position ${result.position}`,
        );
      if (result.refusals.length > 0) throw new CommandRefused(result.refusals);
    });
}

interface BookResult {
  recorded: number;
  repeated: number;
  position: number;
  readonly refusals: Refusal[];
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Records every line; stops at the first refusal unless told otherwise. Holds one line in memory. */
async function bookFile(platform: Platform, file: string, options: BookOptions): Promise<BookResult> {
  const fileKey = `file:${(await hashOf(file)).slice(0, 32)}`;
  const { size } = await stat(file);
  const progress = startProgress("book", !options.json);
  const result: BookResult = { recorded: 0, repeated: 0, position: 0, refusals: [] };
  const validators = new Map<string, (body: unknown) => Refusal[]>();
  let row = 0;
  let bytes = 0;
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    row += 1;
    bytes += Buffer.byteLength(text) + 1;
    progress.update(Math.min(bytes, size), size);
    if (text.trim() === "") continue;
    const refused = await bookLine(platform, text.replace(/^\uFEFF/, ""), { row, fileKey, validators, result });
    result.refusals.push(...refused.map((refusal) => ({ ...refusal, row })));
    if (refused.length > 0 && !options.keepGoing) break;
  }
  lines.close();
  progress.stop();
  return result;
}

interface LineContext {
  readonly row: number;
  readonly fileKey: string;
  readonly validators: Map<string, (body: unknown) => Refusal[]>;
  readonly result: BookResult;
}

async function bookLine(platform: Platform, text: string, { row, fileKey, validators, result }: LineContext): Promise<readonly Refusal[]> {
  const wrong = (whyZh: string, whyEn: string): Refusal[] => [{ code: errors.LINE_NOT_A_COMMAND, details: { row, whyZh, whyEn } }];
  const line = parseLine(text);
  if (!line) return wrong("不是带有 command 和 body 的 JSON 对象", "it is no JSON object with command and body");
  const definition = platform.table.find(line.command);
  if (!definition) return wrong("没有这个命令", "there is no such command");
  const role = line.role ?? definition.roles[0];
  if (role === undefined || !ROLES.includes(role)) return wrong("role 不是岗位", "role is no role");
  let validate = validators.get(definition.name);
  if (!validate) {
    validate = bodyValidator(definition.schema);
    validators.set(definition.name, validate);
  }
  const invalid = validate(line.body);
  if (invalid.length > 0) return invalid;
  const clear = personalDataInClear(line.body);
  if (clear !== undefined) return [{ code: proposalErrors.PERSONAL_DATA_IN_CLEAR, details: { path: clear }, path: clear }];
  const outcome = await platform.table
    .handlerOf(definition.name)
    .execute(definition, line.body, metaOf(line, definition, role, `${fileKey}:${row}`));
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") return [outcome.refusal];
  result[outcome.kind] += 1;
  result.position = Math.max(result.position, outcome.lastPosition);
  return [];
}

function parseLine(text: string): CommandLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<CommandLine> | null;
    return typeof line?.command === "string" && typeof line.body === "object" && line.body !== null ? (line as CommandLine) : undefined;
  } catch {
    return undefined;
  }
}

function metaOf(line: CommandLine, definition: CommandDefinition, role: Role, fileKey: string) {
  const actor = line.actor ?? cliActor();
  const bank = actor.startsWith("bank:") ? actor.slice("bank:".length) : undefined;
  return {
    actor,
    role,
    channel: "file" as const,
    ...(line.checker === undefined ? {} : { checker: line.checker }),
    ...(line.sourceDocument === undefined ? {} : { sourceDocument: line.sourceDocument }),
    keys: [{ client: actor, key: line.key ?? fileKey }, ...(bank === undefined ? [] : idempotencyKeysOf(definition.name, line.body, bank))],
  };
}
