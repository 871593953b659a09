import type { InvariantResult } from "@huimin/books";
import { openPool } from "@huimin/database";
import { rebuild } from "@huimin/projector";
import { broken, checkInvariants } from "@huimin/service-ledger";
import { type Command, Option } from "commander";
import { migrateDatabase, openDatabase } from "../compose/database.ts";
import { projections } from "../compose/projections.ts";
import { type CliContext, configOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable } from "./output.ts";
import { startProgress } from "./progress.ts";

/** migrate, rebuild, check: what keeps the books in order. */
export function operateCommands(program: Command, context: CliContext): void {
  program
    .command("migrate")
    .description("bring the database to this version's schema")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const config = configOf(context);
      const database = await openDatabase({ databaseUrl: config.databaseUrl, home: config.home });
      try {
        const applied = await migrateDatabase(database.url);
        if (optionsOf<{ json?: boolean }>(command).json) context.terminal.out(JSON.stringify({ applied }));
        else context.terminal.out(applied.length === 0 ? "nothing to do" : applied.join("\n"));
      } finally {
        await database.stop();
      }
    });
  rebuildCommand(program, context);
  checkCommand(program, context);
}

function rebuildCommand(program: Command, context: CliContext): void {
  program
    .command("rebuild")
    .description("make the read models anew from the log, beside those that serve")
    .addOption(new Option("--projection <name...>", "only these").choices(projections().map(({ name }) => name)))
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<{ projection?: string[]; json?: boolean }>(command);
      const chosen = projections().filter(({ name }) => options.projection?.includes(name) ?? true);
      const progress = startProgress("rebuild", !options.json);
      const result = await withPlatform(
        context,
        async (platform) => {
          const pool = openPool({ url: platform.databaseUrl, max: 4, applicationName: "huimin rebuild" });
          try {
            return await rebuild({
              pool,
              store: platform.store,
              projections: chosen,
              onProgress: ({ position, head }) => progress.update(position, head),
            });
          } finally {
            await pool.end();
          }
        },
        { project: false },
      );
      progress.stop();
      const rate = Math.round(result.events / Math.max(result.elapsedMs / 1000, 0.001));
      if (options.json) context.terminal.out(JSON.stringify({ projections: chosen.map(({ name }) => name), ...result }));
      else
        context.terminal.out(
          `${chosen.map(({ name }) => name).join(", ")}: ${result.events} events in ${(result.elapsedMs / 1000).toFixed(1)} s (${rate}/s)`,
        );
    });
}

function checkCommand(program: Command, context: CliContext): void {
  program
    .command("check")
    .description("check every invariant of the log and the books; exit 1 when one does not hold")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { json } = optionsOf<{ json?: boolean }>(command);
      const progress = startProgress("check", !json);
      const results = await withPlatform(context, (platform) => checkInvariants(platform, (done, total) => progress.update(done, total)));
      progress.stop();
      const failed = broken(results);
      if (json) context.terminal.out(JSON.stringify({ checked: results.length, failed: failed.length, results }));
      else {
        const found = (result: InvariantResult): string =>
          result.failed === 0 ? "ok" : `${result.failed} ${result.severity === "error" ? "✗" : "!"}`;
        printTable(
          context.terminal,
          ["invariant", "", "checked", "found"],
          results.map((result) => [result.id, result.title.zh, String(result.checked), found(result)]),
          new Set([2]),
        );
        for (const result of results) for (const example of result.examples) context.terminal.err(`${result.id}: ${example}`);
        context.terminal.out(`${results.length} checked, ${failed.length} failed`);
      }
      if (failed.length > 0) throw new CommandRefused([]);
    });
}
