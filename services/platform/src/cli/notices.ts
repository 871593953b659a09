import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createNoticePress, NOTICE_KINDS, type NoticeKind, noticeHash } from "@huimin/notices";
import { makeNotice } from "@huimin/service-notices";
import { checkCode } from "@huimin/statements";
import type { Command } from "commander";
import { discloseNotice, noticeOptionsOf } from "../compose/notices.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";

interface Options {
  readonly year?: string;
  readonly household?: readonly string[];
  readonly loan?: readonly string[];
  readonly donor?: readonly string[];
  readonly position?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const number = (name: string, text: string | undefined): { readonly [name: string]: number } => {
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new WrongUsage(`--${name} ${text} is not a number`);
  return { [name]: Number(text) };
};

/** `huimin notices KIND`: notices and certificates as PDF (通知与证明). */
export function noticeCommands(program: Command, context: CliContext): void {
  program
    .command("notices <kind>")
    .description(`notices and certificates as PDF 通知与证明: ${NOTICE_KINDS.join(", ")}`)
    .option("--year <year>", "calendar year; year of entitlement for payout-failure")
    .option("--household <no...>", "for subsidy, stake and payout-failure")
    .option("--loan <no...>", "for settlement")
    .option("--donor <no...>", "for donation")
    .option("--position <n>", "cut-off: position of the log; default: the last")
    .option("--out <dir>", "folder of the PDFs", "notices")
    .option("--json", "print JSON")
    .action(async (kind: string, _options, command: Command) => {
      const given = optionsOf<Options>(command);
      if (!(NOTICE_KINDS as readonly string[]).includes(kind)) throw new WrongUsage(`${kind} is not one of ${NOTICE_KINDS.join(", ")}`);
      const common = { kind: kind as NoticeKind, ...number("year", given.year), ...number("position", given.position) };
      const subjects: { readonly [name: string]: string }[] = [
        ...(given.household ?? []).map((household) => ({ household })),
        ...(given.loan ?? []).map((loan) => ({ loan })),
        ...(given.donor ?? []).map((donor) => ({ donor })),
      ];
      const out = fileOf(context, given.out ?? "notices");
      const written = await withPlatform(context, async (platform) => {
        const options = noticeOptionsOf(platform);
        const press = createNoticePress(options.fonts);
        const files: { readonly number: string; readonly file: string; readonly pages: number; readonly check: string }[] = [];
        await mkdir(out, { recursive: true });
        for (const subject of subjects.length === 0 ? [{}] : subjects) {
          const made = await makeNotice({ ...common, ...subject }, options);
          if (!made.ok) throw new CommandRefused([made.refusal]);
          const [of = kind] = Object.values(subject);
          await discloseNotice(platform, { actor: cliActor(), role: "cli", kind, subject: of });
          const pdf = press(made.value);
          const file = `${kind}-${of.replace(/[^A-Za-z0-9_-]/gu, "_")}${given.year === undefined ? "" : `-${given.year}`}.pdf`;
          await writeFile(path.join(out, file), pdf.bytes, { mode: 0o600 });
          files.push({ number: made.value.number, file, pages: pdf.pages, check: checkCode(noticeHash(made.value)) });
        }
        return files;
      });
      if (given.json) return context.terminal.out(JSON.stringify({ notices: written, out }));
      for (const one of written) context.terminal.out(`${one.number}: ${one.pages} 页 ${path.join(out, one.file)} ${one.check}`);
    });
}
