import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { shanghaiInstant } from "@huimin/calendar";
import { LogAltered, LogForked } from "@huimin/checkpoints";
import { NoteError, verifierKey } from "@huimin/proof-log";
import { AuditBusy, AuditFolderFault, isClean, openFindings, type RoundResult, verifyReport, writeReport } from "@huimin/service-auditor";
import { createLogger } from "@huimin/telemetry";
import { type Command, InvalidArgumentError, Option } from "commander";
import { alarmOf, type OpenAuditor, openAuditor } from "../compose/auditor.ts";
import { openDatabase } from "../compose/database.ts";
import { type CliContext, configOf, fileOf, optionsOf } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";
import { keysOf } from "./proof.ts";

interface AuditOptions {
  readonly watch?: boolean;
  readonly every?: number;
  readonly json?: boolean;
}

interface ReportOptions {
  readonly out?: string;
  readonly period?: string;
  readonly year?: string;
  readonly json?: boolean;
}

const EVERY_SECONDS = 300;

const seconds = (text: string): number => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("a number of seconds from 1 to 99999");
  return Number(text);
};

/** audit, audit report, audit verify, audit key: the auditor, with rights to read only. */
export function auditCommands(program: Command, context: CliContext): void {
  const audit = program
    .command("audit")
    .description("审计: re-verify log, proofs, books and reconciliations with rights to read only; exit 1 when an error is open")
    .option("--watch", "rounds for ever, until it is stopped")
    .addOption(new Option("--every <seconds>", "pause between rounds of --watch").argParser(seconds).default(EVERY_SECONDS))
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<AuditOptions>(command);
      await withAuditor(context, (open) => (options.watch ? watch(context, open, options) : once(context, open, options)));
    });
  audit
    .command("report")
    .description("审计报告: after a whole round, in Chinese and English, signed with the auditor's key")
    .requiredOption("--out <folder>", "folder of the report")
    .addOption(new Option("--period <month>", "only this month, 2018-03").conflicts("year"))
    .option("--year <year>", "only this year, 2018")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<ReportOptions>(command);
      await withAuditor(context, (open) => report(context, open, options));
    });
  audit
    .command("verify <folder>")
    .description("核验审计报告: whether a report is as its auditor signed it; needs no database")
    .option("--key <vkey...>", "the auditor's public key, or a file with it")
    .option("--json", "print JSON")
    .action((folder: string, _options, command: Command) =>
      verify(context, fileOf(context, folder), optionsOf<{ key?: string[]; json?: boolean }>(command)),
    );
  audit
    .command("key")
    .description("the auditor's public key")
    .action(() => withAuditor(context, async ({ auditor }) => context.terminal.out(verifierKey((await auditor.signer()).verifier))));
}

async function withAuditor(context: CliContext, work: (open: OpenAuditor) => Promise<void>): Promise<void> {
  const config = configOf(context);
  const database = context.platform
    ? { url: context.platform.databaseUrl, stop: async () => undefined }
    : await openDatabase({ databaseUrl: config.databaseUrl, home: config.home });
  try {
    await mkdir(config.auditFolder, { recursive: true, mode: 0o700 });
    const logger = createLogger({ level: config.logLevel === "info" ? "warn" : config.logLevel, service: "audit" });
    const open = openAuditor({
      ...config,
      databaseUrl: database.url,
      clock: context.platform?.clock ?? Date.now,
      onFinding: alarmOf(logger),
    });
    await work(open).finally(() => open.close());
  } catch (fault) {
    if (fault instanceof NoteError) throw new WrongUsage(`HUIMIN_AUDIT_LOG_KEY or HUIMIN_WITNESSES: ${fault.message}`);
    if (!(fault instanceof AuditBusy || fault instanceof AuditFolderFault || fault instanceof LogForked || fault instanceof LogAltered))
      throw fault;
    context.terminal.err(fault.message);
    throw new CommandRefused([]);
  } finally {
    await database.stop();
  }
}

async function whole({ auditor }: OpenAuditor, shown: boolean): Promise<RoundResult> {
  const progress = startProgress("audit", shown);
  const result = await auditor.round({ all: true, onProgress: (events, total) => progress.update(events, total) });
  progress.stop();
  return result;
}

async function once(context: CliContext, open: OpenAuditor, { json }: AuditOptions): Promise<void> {
  const result = await whole(open, !json);
  const { state, hashed, again } = result;
  if (json) context.terminal.out(JSON.stringify({ clean: isClean(state), hashed, again, ...state }));
  else print(context, result);
  if (!isClean(state)) throw new CommandRefused([]);
}

function print({ terminal }: CliContext, { state, hashed, again }: RoundResult): void {
  const { position, root, checkpoints, books } = state;
  terminal.out(
    `${position} events, root ${root}; ${hashed} hashed now, ${again} again; ${checkpoints.good} checkpoints hold, the largest of ${checkpoints.size}`,
  );
  const results = books?.results ?? [];
  const found = ({ failed, severity }: (typeof results)[number]): string =>
    failed === 0 ? "ok" : `${failed} ${severity === "error" ? "✗" : "!"}`;
  printTable(
    terminal,
    ["check", "", "checked", "found"],
    results.map((one) => [one.id, one.zh, String(one.checked), found(one)]),
    new Set([2]),
  );
  const open = openFindings(state.findings);
  for (const { severity, zh, en, examples, firstSeen } of open) {
    terminal.err(`${severity === "error" ? "错误 error" : "提示 warning"}: ${zh} / ${en} (${firstSeen.slice(0, 19)})`);
    for (const example of examples) terminal.err(`  ${example}`);
  }
  terminal.out(open.length === 0 ? "没有发现 nothing was found" : `发现 ${open.length} found`);
}

/** Ends at SIGINT or SIGTERM, between rounds. A round that fails is said and tried again. */
async function watch(context: CliContext, { auditor }: OpenAuditor, { every = EVERY_SECONDS, json }: AuditOptions): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  try {
    while (!stop.signal.aborted) {
      try {
        const { state, hashed, again, fresh } = await auditor.round();
        const open = openFindings(state.findings).length;
        const line = { at: state.lastRound, position: state.position, hashed, again, open, fresh: fresh.map(({ id }) => id) };
        context.terminal.out(
          json ? JSON.stringify(line) : `${line.at?.slice(0, 19)}  ${line.position} events, +${hashed}, ${again} again; ${open} open`,
        );
      } catch (fault) {
        if (fault instanceof AuditFolderFault) throw fault;
        context.terminal.err(`本轮未完成，稍后再试 this round failed and is tried again: ${(fault as Error).message}`);
      }
      await sleep(every * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
}

async function report(context: CliContext, open: OpenAuditor, { out, period, year, json }: ReportOptions): Promise<void> {
  const scope = period ?? year;
  if (period !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) throw new WrongUsage("--period is a month such as 2018-03");
  if (year !== undefined && !/^\d{4}$/.test(year)) throw new WrongUsage("--year is a year such as 2018");
  const { state } = await whole(open, !json);
  const { files, note } = await writeReport(
    fileOf(context, out as string),
    { state, scope, madeAt: shanghaiInstant(Date.now()) },
    await open.auditor.signer(),
  );
  if (json) context.terminal.out(JSON.stringify({ clean: isClean(state), files, note }));
  else {
    for (const file of files) context.terminal.out(file);
    context.terminal.out(isClean(state) ? "没有未了结的错误 no error is open" : "有未了结的错误 errors are open: see the report");
  }
}

async function verify(context: CliContext, folder: string, { key, json }: { key?: string[]; json?: boolean }): Promise<void> {
  const standard = async (): Promise<string> => {
    throw new WrongUsage("--key: name the auditor's public key, which was handed over with the first report");
  };
  const keys = await keysOf(context, key, standard);
  try {
    const found = await verifyReport(folder, keys);
    if (json) context.terminal.out(JSON.stringify({ genuine: found.altered.length === 0, ...found }));
    else if (found.altered.length === 0) context.terminal.out(`属实 genuine: ${found.madeAt}, ${found.events} events, root ${found.root}`);
    for (const name of found.altered) context.terminal.err(`已被更改 altered: ${name}`);
    if (found.altered.length > 0) throw new CommandRefused([]);
  } catch (fault) {
    if (!(fault instanceof NoteError)) throw fault;
    if (json) context.terminal.out(JSON.stringify({ genuine: false, why: fault.message }));
    else context.terminal.err(`不属实 not genuine: ${fault.message}`);
    throw new CommandRefused([]);
  }
}
