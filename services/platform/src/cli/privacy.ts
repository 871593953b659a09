import { parseDate } from "@huimin/calendar";
import { openPool } from "@huimin/database";
import { RefusalError } from "@huimin/http";
import { createAccessLog, expireAccessLog } from "@huimin/service-registry";
import type { Command } from "commander";
import { sweepShreddings } from "../compose/privacy.ts";
import { planFor } from "../privacy/routes.ts";
import { type CliContext, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

/** erasure-plan, access-log, shred-sweep: personal data on this machine. */
export function privacyCommands(program: Command, context: CliContext): void {
  planCommand(program, context);
  accessLogCommand(program, context);
  program
    .command("shred-sweep")
    .description("destroy keys whose shredding the log has decided and no process has carried out yet")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const destroyed = await withPlatform(context, (platform) => sweepShreddings(platform, platform.checkpointFolder), { project: false });
      context.terminal.out(optionsOf<{ json?: boolean }>(command).json ? JSON.stringify({ destroyed }) : `${destroyed} keys destroyed`);
    });
}

function planCommand(program: Command, context: CliContext): void {
  program
    .command("erasure-plan <subject>")
    .description("删除计划: where data of a person (personId) or household lies, how each place is erased or why it stays")
    .option("--json", "print JSON")
    .action(async (subject: string, _options, command: Command) => {
      const plan = await withPlatform(context, (platform) => planFor(platform, subject)).catch((fault: unknown) => {
        throw fault instanceof RefusalError ? new CommandRefused(fault.refusals) : fault;
      });
      const { terminal } = context;
      if (optionsOf<{ json?: boolean }>(command).json) return terminal.out(JSON.stringify(plan));
      terminal.out(`删除计划 erasure plan  ${plan.subject}  ${plan.madeOn}`);
      for (const { person, restriction, K1, K2 } of plan.persons) {
        const kept = K1.keptUntil === null ? "" : `, 保存至 kept until ${K1.keptUntil}`;
        const open = K1.open.length === 0 ? "" : `, 未结 open: ${K1.open.join("; ")}`;
        const limited = restriction ? `, 限制处理 restricted since ${restriction.since}` : "";
        const state = (readable: boolean): string => (readable ? "可读 readable" : "已销毁 destroyed");
        terminal.out(`  ${person}  K1 ${state(K1.readable)}${kept}${open}; K2 ${state(K2.readable)}${limited}`);
      }
      const { streams, loans, dividends } = plan.affected;
      terminal.out(
        `  户 households ${plan.households.join(" ")}; ${streams.length} 流 streams; 贷款 loans ${loans.join(" ") || "-"}; 分红 dividends ${dividends.join(", ") || "-"}`,
      );
      for (const { place, form, found, zh, en, until } of plan.places) {
        terminal.out("");
        terminal.out(`${place}  [${form}]${until === null ? "" : `  至 until ${until}`}`);
        for (const one of found) terminal.out(`  · ${one}`);
        terminal.out(`  ${zh}`);
        terminal.out(`  ${en}`);
      }
    });
}

/** Lines of one answer. */
const LINES_MAX = 1_000;

function accessLogCommand(program: Command, context: CliContext): void {
  const log = program
    .command("access-log")
    .description("who has seen personal data in clear, newest first 个人信息查看记录")
    .option("--household <no>", "looks at this household, and lists in which it was")
    .option("--limit <n>", `lines at most, up to ${LINES_MAX}`, "100")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { household, limit, json } = optionsOf<{ household?: string; limit: string; json?: boolean }>(command);
      const lines = Number(limit);
      if (!(Number.isInteger(lines) && lines >= 1 && lines <= LINES_MAX))
        throw new WrongUsage(`--limit is a number from 1 to ${LINES_MAX}`);
      const found = await withPlatform(
        context,
        ({ pool, district }) => createAccessLog(pool).list(district, { subject: household, limit: lines }),
        { project: false },
      );
      if (json) return context.terminal.out(JSON.stringify({ items: found }));
      printTable(
        context.terminal,
        ["at", "actor", "role", "what", "subject", "fields", "reason", "place"],
        found.map((one) => [
          ...[one.at.slice(0, 19), one.actor, one.role, one.subjectKind, one.subject, one.fields.join(" "), one.reason],
          one.place ?? "",
        ]),
        new Set(),
      );
    });
  log
    .command("expire")
    .description("remove lines older than a day; the database refuses what is younger than three years")
    .requiredOption("--before <date>", "first day that stays, YYYY-MM-DD")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { before, json } = optionsOf<{ before: string; json?: boolean }>(command);
      if (parseDate(before) === undefined) throw new WrongUsage(`--before ${before} is not a date`);
      const removed = await withPlatform(
        context,
        async ({ databaseUrl, district }) => {
          const owner = openPool({ url: databaseUrl, max: 1, applicationName: "huimin access-log" });
          try {
            return await expireAccessLog(owner, district, `${before}T00:00:00+08:00`);
          } catch (fault) {
            if ((fault as { code?: string }).code !== "23001") throw fault;
            context.terminal.err("查看记录至少保存三年 the access log is kept for at least three years: name an earlier day");
            throw new CommandRefused([]);
          } finally {
            await owner.end();
          }
        },
        { project: false },
      );
      context.terminal.out(json ? JSON.stringify({ removed }) : `${removed} lines removed`);
    });
}
