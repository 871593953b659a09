import { shanghaiDate } from "@huimin/calendar";
import { loanAt, printLoan } from "@huimin/service-ledger";
import type { Command } from "commander";
import { type AxesOptions, axesOf, withAxes } from "./axes.ts";
import { type CliContext, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable } from "./output.ts";

/** loan: one loan, as of a value date and as known at a time. */
export function loanCommand(program: Command, context: CliContext): void {
  withAxes(program.command("loan <loan>").description("one loan on both time axes 一笔贷款")).action(
    async (loan: string, _options, command: Command) => {
      const options = optionsOf<AxesOptions>(command);
      const { asOf, knownAt } = axesOf(options);
      const found = await withPlatform(context, ({ store, district, clock }) => {
        const known = knownAt !== undefined && "instant" in knownAt ? shanghaiDate(knownAt.instant) : undefined;
        return loanAt(store, { district, loan, on: asOf ?? known ?? shanghaiDate(clock()), asOf, knownAt });
      });
      if (found === undefined) throw new CommandRefused([{ code: "LOAN_UNKNOWN_HERE", details: { loan } }]);
      const printed = printLoan(found);
      if (options.json) context.terminal.out(JSON.stringify(printed));
      else
        printTable(
          context.terminal,
          ["", ""],
          Object.entries(printed).map(([name, value]) => [name, String(value)]),
          new Set(),
        );
    },
  );
}
