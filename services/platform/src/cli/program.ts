import { BackupFault } from "@huimin/backup";
import { ConfigFault } from "@huimin/config";
import { EmbeddedServerFault, MigrationChanged } from "@huimin/database";
import { ProjectionStopped } from "@huimin/projector";
import { Command, CommanderError } from "commander";
import { SandboxFault } from "../sandbox/database.ts";
import { auditCommands } from "./audit.ts";
import { backupCommands } from "./backup.ts";
import { bankCommands } from "./bank.ts";
import { bookFileCommand } from "./book-file.ts";
import { bookCommands } from "./books.ts";
import type { CliContext } from "./context.ts";
import { dividendCommands } from "./dividend.ts";
import { exportCommand } from "./export.ts";
import { importCommands } from "./import.ts";
import { keyCommands } from "./keys.ts";
import { loanCommand } from "./loan.ts";
import { noticeCommands } from "./notices.ts";
import { operateCommands } from "./operate.ts";
import { CommandRefused, EXIT, type ExitCode, printRefusals, WrongUsage } from "./output.ts";
import { periodCommands } from "./periods.ts";
import { privacyCommands } from "./privacy.ts";
import { proofCommands } from "./proof.ts";
import { publicityCommands } from "./publicity.ts";
import { reconcileCommands } from "./reconcile.ts";
import { restoreCommand } from "./restore.ts";
import { scheduleCommand } from "./schedule.ts";
import { statementCommands } from "./statements.ts";
import { userCommands } from "./users.ts";
import { voucherCommands } from "./vouchers.ts";
import { webhookCommands } from "./webhooks.ts";
import { yearEndCommands } from "./year-end.ts";

/** The whole command line. `--help` works on every level. */
export function buildProgram(context: CliContext): Command {
  const { terminal } = context;
  const program = new Command("huimin")
    .description(
      "惠民账本 Huimin Ledger: the book of record of a district finance office\n\nexit codes: 0 ok, 1 refused or found wrong, 2 wrong usage",
    )
    .showHelpAfterError("(see --help)")
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text.trimEnd()) })
    .exitOverride();
  operateCommands(program, context);
  bookFileCommand(program, context);
  bankCommands(program, context);
  bookCommands(program, context);
  loanCommand(program, context);
  voucherCommands(program, context);
  periodCommands(program, context);
  yearEndCommands(program, context);
  importCommands(program, context);
  dividendCommands(program, context);
  publicityCommands(program, context);
  statementCommands(program, context);
  noticeCommands(program, context);
  proofCommands(program, context);
  auditCommands(program, context);
  exportCommand(program, context);
  reconcileCommands(program, context);
  scheduleCommand(program, context);
  userCommands(program, context);
  webhookCommands(program, context);
  backupCommands(program, context);
  restoreCommand(program, context);
  keyCommands(program, context);
  privacyCommands(program, context);
  inherit(program);
  return program;
}

/** Sub-commands print and end as the program does, at every level. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

/** Runs a command line; the exit code is its answer. Faults that nobody expects are thrown on. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  const json = args.includes("--json");
  try {
    await buildProgram(context).parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (fault) {
    if (fault instanceof CommandRefused) {
      if (fault.refusals.length > 0) printRefusals(context.terminal, fault.refusals, json);
      return EXIT.refused;
    }
    if (fault instanceof BackupFault) {
      printRefusals(context.terminal, [fault.refusal], json);
      return EXIT.refused;
    }
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (fault instanceof WrongUsage || fault instanceof ConfigFault) {
      context.terminal.err(fault.message);
      return EXIT.usage;
    }
    if (fault instanceof ProjectionStopped) {
      context.terminal.err(`读模型停在第 ${fault.stopped.position} 条事件之前 ${fault.message}`);
      context.terminal.err("  请安装能处理该事件的版本后再启动 start a version of the program that can apply the event; nothing is lost");
      return EXIT.refused;
    }
    if (fault instanceof EmbeddedServerFault || fault instanceof MigrationChanged || fault instanceof SandboxFault) {
      context.terminal.err(fault.message);
      return EXIT.refused;
    }
    throw fault;
  }
}
