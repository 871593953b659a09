import { countOf, runStatements } from "@huimin/service-statements";
import { IssueStatements } from "@huimin/statement";
import type { Command } from "commander";
import { printingStatements } from "../compose/disclosures.ts";
import { statementOptionsOf } from "../compose/statements.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";
import { statementReports } from "./statement-reports.ts";

interface IssueOptions {
  readonly year: string;
  readonly out?: string;
  readonly household?: readonly string[];
  readonly reason?: string;
  readonly largePrint?: boolean;
  readonly twoCopies?: boolean;
  readonly json?: boolean;
}

/** `huimin statements …`: issue, coverage, check. */
export function statementCommands(program: Command, context: CliContext): void {
  const statements = program.command("statements").description("yearly statements 年度告知书");
  issueCommand(statements, context);
  statementReports(statements, context);
}

/** `huimin statements issue --year Y`: issues what is to be issued of a year and prints it as PDF. */
function issueCommand(statements: Command, context: CliContext): void {
  statements
    .command("issue")
    .description("issue the statements of a year and print them; run again, it issues only what changed, as supplements")
    .requiredOption("--year <year>", "calendar year")
    .option("--out <dir>", "folder of the PDFs, the index and the coverage report", "statements")
    .option("--household <no...>", "only these, who asked for it: nil statements too")
    .option("--reason <text>", "a supplement also where no figure changed")
    .option("--large-print", "larger type")
    .option("--two-copies", "one for the household, one to sign")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<IssueOptions>(command);
      if (!/^2\d{3}$/.test(options.year)) throw new WrongUsage(`--year ${options.year} is not a year`);
      const out = fileOf(context, options.out ?? "statements");
      const progress = startProgress("statements", !options.json);
      const { year } = options;
      const result = await withPlatform(context, (platform) =>
        printingStatements(platform, { actor: cliActor(), role: "FIN-R" }, { year: Number(year), place: out }, (onUnmask) =>
          runStatements(
            {
              year: Number(options.year),
              out,
              largePrint: options.largePrint ?? false,
              twoCopies: options.twoCopies ?? false,
              ...(options.household === undefined ? {} : { households: options.household, requested: true }),
              ...(options.reason === undefined ? {} : { reason: options.reason }),
            },
            { ...statementOptionsOf(platform), onUnmask },
            async (body) => {
              const outcome = await platform.table
                .handlerOf(IssueStatements.name)
                .execute(IssueStatements, body, { actor: cliActor(), role: "FIN-R", channel: "system" });
              if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { ok: false, refusal: outcome.refusal };
              return { ok: true, value: outcome.answer };
            },
            ({ done, total }) => progress.update(done, total),
          ),
        ),
      ).finally(() => progress.stop());
      if (!result.ok) throw new CommandRefused([result.refusal]);
      const { report, written } = result.value;
      const counts = Object.fromEntries(
        (["issued", "supplement", "unchanged", "nil", "refused"] as const).map((coverage) => [coverage, countOf(report, coverage)]),
      );
      if (options.json)
        context.terminal.out(
          JSON.stringify({
            year: report.year,
            position: report.cutoff.position,
            issuedOn: report.issuedOn,
            ...counts,
            printFailed: written.failed.length,
            out,
          }),
        );
      else
        context.terminal.out(
          `${report.year}: ${Object.entries(counts)
            .map(([name, count]) => `${name} ${count}`)
            .join(", ")}; ${out}`,
        );
      const refused = report.lines.flatMap((line) => (line.refusal ? [line.refusal] : []));
      for (const { number, why } of written.failed) context.terminal.err(`打印失败 not printed: ${number}: ${why}`);
      if (refused.length > 0 || written.failed.length > 0) throw new CommandRefused(refused);
    });
}
