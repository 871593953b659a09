import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { CommandDefinition } from "@huimin/decider";
import { IssueNotice, RevokeNotice } from "@huimin/notice";
import { createNoticePress, NOTICE_KINDS, type NoticeContent, type NoticeKind, noticeHash } from "@huimin/notices";
import type { Refusal, Result } from "@huimin/outcome";
import { issueNotice, noticeOf, openNotice } from "@huimin/service-notices";
import { checkCode } from "@huimin/statements";
import type { Command } from "commander";
import { discloseNotice, noticeOptionsOf } from "../compose/notices.ts";
import type { Platform } from "../types.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";

interface Options {
  readonly year?: string;
  readonly household?: readonly string[];
  readonly loan?: readonly string[];
  readonly donor?: readonly string[];
  readonly position?: string;
  readonly number?: string;
  readonly revoke?: string;
  readonly reason?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const number = (name: string, text: string | undefined): { readonly [name: string]: number } => {
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new WrongUsage(`--${name} ${text} is not a number`);
  return { [name]: Number(text) };
};

/** Gives a command of a notice in the name of who reviews. */
async function send(platform: Platform, definition: CommandDefinition, body: object): Promise<Result<unknown, Refusal>> {
  const outcome = await platform.table
    .handlerOf(definition.name)
    .execute(definition, body, { actor: cliActor(), role: "FIN-R", channel: "system" });
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { ok: false, refusal: outcome.refusal };
  return { ok: true, value: outcome.answer };
}

interface Written {
  readonly number: string;
  readonly file: string;
  readonly pages: number;
  readonly check: string;
  /** False: it was issued before and says the same. */
  readonly issued: boolean;
}

const fileName = (kind: string, of: string, year: string | undefined): string =>
  `${kind}-${of.replace(/[^A-Za-z0-9_-]/gu, "_")}${year === undefined ? "" : `-${year}`}.pdf`;

/** The subjects that were named; one without, where the kind is of none. */
const subjectsOf = (given: Options): readonly { readonly [name: string]: string }[] => {
  const subjects = [
    ...(given.household ?? []).map((household) => ({ household })),
    ...(given.loan ?? []).map((loan) => ({ loan })),
    ...(given.donor ?? []).map((donor) => ({ donor })),
  ];
  return subjects.length === 0 ? [{}] : subjects;
};

async function issueAll(platform: Platform, kind: NoticeKind, given: Options, out: string): Promise<readonly Written[]> {
  const options = noticeOptionsOf(platform);
  const press = createNoticePress(options.fonts);
  const common = { kind, ...number("year", given.year), ...number("position", given.position) };
  const written: Written[] = [];
  await mkdir(out, { recursive: true });
  for (const subject of subjectsOf(given)) {
    const question = { ...common, ...subject };
    const opened = given.number
      ? withFresh(await openNotice({ ...question, number: given.number }, options))
      : await issueNotice(question, options, (command) => send(platform, IssueNotice, command));
    if (!opened.ok) throw new CommandRefused([opened.refusal]);
    const { content, fresh } = opened.value;
    const [of = kind] = Object.values(subject);
    await discloseNotice(platform, { actor: cliActor(), role: "cli", kind, subject: of });
    const pdf = press(content);
    const file = fileName(kind, of, given.year);
    await writeFile(path.join(out, file), pdf.bytes, { mode: 0o600 });
    written.push({ number: content.number, file, pages: pdf.pages, check: checkCode(noticeHash(content)), issued: fresh });
  }
  return written;
}

const withFresh = (content: Result<NoticeContent, Refusal>) =>
  content.ok ? { ok: true as const, value: { content: content.value, fresh: false } } : content;

async function revoke(platform: Platform, kind: NoticeKind, given: Options): Promise<void> {
  const [subject = {}] = subjectsOf(given);
  const of = noticeOf({ kind, ...number("year", given.year), ...subject });
  if (!of.ok) throw new CommandRefused([of.refusal]);
  const sent = await send(platform, RevokeNotice, { ...of.value, number: given.revoke, reason: given.reason });
  if (!sent.ok) throw new CommandRefused([sent.refusal]);
}

/** `huimin notices KIND`: issues notices and certificates (通知与证明) and prints them as PDF. */
export function noticeCommands(program: Command, context: CliContext): void {
  program
    .command("notices <kind>")
    .description(`notices and certificates as PDF 通知与证明, issued or as they were: ${NOTICE_KINDS.join(", ")}`)
    .option("--year <year>", "calendar year; year of entitlement for payout-failure")
    .option("--household <no...>", "for subsidy, stake and payout-failure")
    .option("--loan <no...>", "for settlement")
    .option("--donor <no...>", "for donation")
    .option("--position <n>", "cut-off: position of the log; default: the last")
    .option("--number <number>", "print this one, which was issued before; issue nothing")
    .option("--revoke <number>", "revoke this one 作废, with --reason; print nothing")
    .option("--reason <text>", "why it is revoked")
    .option("--out <dir>", "folder of the PDFs", "notices")
    .option("--json", "print JSON")
    .action(async (kind: string, _options, command: Command) => {
      const given = optionsOf<Options>(command);
      if (!(NOTICE_KINDS as readonly string[]).includes(kind)) throw new WrongUsage(`${kind} is not one of ${NOTICE_KINDS.join(", ")}`);
      if (given.revoke !== undefined) {
        if (given.reason === undefined) throw new WrongUsage("--revoke needs --reason");
        await withPlatform(context, (platform) => revoke(platform, kind as NoticeKind, given));
        return context.terminal.out(given.json ? JSON.stringify({ revoked: given.revoke }) : `${given.revoke}: 已作废 revoked`);
      }
      const out = fileOf(context, given.out ?? "notices");
      const written = await withPlatform(context, (platform) => issueAll(platform, kind as NoticeKind, given, out));
      if (given.json) return context.terminal.out(JSON.stringify({ notices: written, out }));
      for (const one of written)
        context.terminal.out(
          `${one.number}: ${one.pages} 页 ${path.join(out, one.file)} ${one.check}${one.issued ? "" : " (已出具 as before)"}`,
        );
    });
}
