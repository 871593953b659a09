import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { CommandDefinition } from "@huimin/decider";
import { RecordPublicityBoards, RecordPublicityEvidence } from "@huimin/dividend";
import { readAllVersions } from "@huimin/publicity";
import { findVersion, printedVersion, todayOf, writeBoards } from "@huimin/service-publicity";
import type { Command } from "commander";
import { printingBoards } from "../compose/disclosures.ts";
import { publicityOptionsOf } from "../compose/publicity.ts";
import type { Platform } from "../types.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface ListOptions {
  readonly pool?: string;
  readonly year?: string;
  readonly json?: boolean;
}
interface OfList {
  readonly pool: string;
  readonly year: string;
  readonly draft?: string;
  readonly json?: boolean;
}

const numberOf = (text: string, name: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new WrongUsage(`--${name} ${text} is not a number`);
  return Number(text);
};
const whichOf = ({ pool, year, draft }: OfList) => ({
  pool,
  year: numberOf(year, "year"),
  draft: draft === undefined ? undefined : numberOf(draft, "draft"),
});

/** Records a command as the operating system's user; a refusal is a value. */
const sendAs =
  <C>(platform: Platform, definition: CommandDefinition<C>) =>
  async (command: C) => {
    const outcome = await platform.table
      .handlerOf(definition.name)
      .execute(definition, command, { actor: cliActor(), role: "VIL", channel: "system" });
    if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { ok: false, refusal: outcome.refusal } as const;
    return { ok: true, value: outcome.answer } as const;
  };

/** `huimin publicity …`: lists that hang out in the villages (公示). */
export function publicityCommands(program: Command, context: CliContext): void {
  const publicity = program.command("publicity").description("lists of dividends in the villages 公示");
  listCommand(publicity, context);
  statusCommand(publicity, context);
  pdfCommand(publicity, context);
  evidenceCommand(publicity, context);
}

function listCommand(publicity: Command, context: CliContext): void {
  publicity
    .command("list")
    .description("every list that ever hung out, version by version")
    .option("--pool <pool>", "only this pool")
    .option("--year <year>", "only this year of entitlement")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { pool, year, json } = optionsOf<ListOptions>(command);
      const versions = await withPlatform(context, async (platform) => {
        const options = publicityOptionsOf(platform);
        const all = [...(await readAllVersions(options))].filter(([id]) => pool === undefined || id === pool);
        const wanted = year === undefined ? undefined : numberOf(year, "year");
        return all.flatMap(([, found]) => found.of(wanted)).map((version) => printedVersion(version, todayOf(options)));
      });
      if (json) return context.terminal.out(JSON.stringify({ versions }));
      printTable(
        context.terminal,
        ["分红池", "年度", "版", "状态", "自", "至", "户数", "金额", "异议", "照片", "缺"],
        versions.map((one) => [
          ...[one.pool, String(one.year), String(one.version), one.status, one.from, one.to, String(one.households), one.allocated],
          ...[String(one.objections.length), String(one.evidence.length), one.lacks.join("、")],
        ]),
        new Set([6, 7, 8, 9]),
      );
    });
}

const ofList = (command: Command): Command =>
  command
    .requiredOption("--pool <pool>", "number of the pool")
    .requiredOption("--year <year>", "year of entitlement 所属年度")
    .option("--draft <number>", "version; default: the last that hung out")
    .option("--json", "print JSON");

function statusCommand(publicity: Command, context: CliContext): void {
  ofList(publicity.command("status"))
    .description("one list in full: sheets with their hashes, objections, photographs, what lacks")
    .action(async (_options, command: Command) => {
      const given = optionsOf<OfList>(command);
      const found = await withPlatform(context, async (platform) => {
        const options = publicityOptionsOf(platform);
        const version = await findVersion(whichOf(given), options);
        if (!version.ok) throw new CommandRefused([version.refusal]);
        return printedVersion(version.value.version, todayOf(options));
      });
      context.terminal.out(JSON.stringify(found, null, given.json ? undefined : 2));
    });
}

function pdfCommand(publicity: Command, context: CliContext): void {
  ofList(publicity.command("pdf"))
    .description("the villages' sheets for the board as PDF; made and put into the log when they are not")
    .option("--village <code>", "only this village")
    .option("--out <dir>", "folder of the PDFs and boards.csv", "publicity")
    .option("--mask-names", "hide the middle of names: for a copy that leaves the village")
    .action(async (_options, command: Command) => {
      const given = optionsOf<OfList & { village?: string; out?: string; maskNames?: boolean }>(command);
      const out = fileOf(context, given.out ?? "publicity");
      const progress = startProgress("publicity", !given.json);
      const { pool, year } = given;
      const result = await withPlatform(context, (platform) =>
        printingBoards(platform, { actor: cliActor(), role: "VIL" }, { pool, year: numberOf(year, "year"), place: out }, (onDisclose) =>
          writeBoards(
            { ...whichOf(given), village: given.village, out, rule: given.maskNames ? "masked" : "full" },
            publicityOptionsOf(platform),
            sendAs(platform, RecordPublicityBoards),
            (done, total) => progress.update(done, total),
            onDisclose,
          ),
        ),
      ).finally(() => progress.stop());
      if (!result.ok) throw new CommandRefused([result.refusal]);
      if (given.json) return context.terminal.out(JSON.stringify({ boards: result.value, out }));
      for (const board of result.value) {
        context.terminal.out(
          `${board.village}: ${board.households} 户 ${board.amount}, ${board.pages} 页 ${board.file} ${board.check} ${board.address}`,
        );
        if (board.spelled.length > 0)
          context.terminal.err(`  生僻字以编码印出 rare characters printed by code: ${board.spelled.join(" ")}`);
      }
    });
}

function evidenceCommand(publicity: Command, context: CliContext): void {
  ofList(publicity.command("evidence"))
    .description("record a photograph of the board by its SHA-256; the picture stays where it is")
    .requiredOption("--kind <kind>", "start (first day), end (last day) or other")
    .requiredOption("--file <file>", "the photograph")
    .requiredOption("--title <text>", "what it shows")
    .requiredOption("--taken <date>", "day on which it was taken")
    .option("--village <code>", "which village's board")
    .action(async (_options, command: Command) => {
      const given = optionsOf<OfList & { kind: string; file: string; title: string; taken: string; village?: string }>(command);
      const kind = (["start", "end", "other"] as const).find((one) => one === given.kind);
      if (kind === undefined) throw new WrongUsage(`--kind ${given.kind} is not start, end or other`);
      const picture = await readFile(fileOf(context, given.file)).catch(() => {
        throw new WrongUsage(`${given.file} can't be read`);
      });
      const { pool, year, draft } = whichOf(given);
      const body = {
        ...{ pool, year, kind, title: given.title, takenOn: given.taken },
        ...(draft === undefined ? {} : { draft }),
        ...(given.village === undefined ? {} : { village: given.village }),
        hash: createHash("sha256").update(picture).digest("hex"),
      };
      const sent = await withPlatform(context, (platform) => sendAs(platform, RecordPublicityEvidence)(body));
      if (!sent.ok) throw new CommandRefused([sent.refusal]);
      context.terminal.out(JSON.stringify(sent.value));
    });
}
