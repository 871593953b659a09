import { writeFile } from "node:fs/promises";
import { accountsUnder, BOOKS, type Book } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import { findVouchers, printVoucher, printVoucherHead, voucherPdf } from "@huimin/service-ledger";
import { createVoucherPress, PAPERS, type Paper, VOUCHERS_PER_FILE_MAX } from "@huimin/voucher-paper";
import { VOUCHER_TYPES, VOUCHERS_MAX, type Voucher, type VoucherHead, type VoucherType, type VoucherTypes } from "@huimin/vouchers";
import { type Command, Option } from "commander";
import { voucherOptionsOf, voucherPaperOptionsOf } from "../compose/vouchers.ts";
import type { Platform } from "../types.ts";
import { type AxesOptions, axesOf, withAxes } from "./axes.ts";
import { type CliContext, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, type Terminal, WrongUsage } from "./output.ts";

interface ListOptions extends AxesOptions {
  readonly period?: string;
  readonly from?: string;
  readonly through?: string;
  readonly book?: Book;
  readonly type?: VoucherType;
  readonly types?: VoucherTypes;
  readonly account?: string;
  readonly maker?: string;
  readonly limit?: string;
  readonly pdf?: string;
  readonly paper?: Paper;
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

interface PdfOptions {
  readonly pdf?: string;
  readonly paper?: Paper;
}

const PAPER_OPTION = new Option("--paper <paper>", "one on an A5 across, or two on an A4 (standard a5)").choices([...PAPERS]);

/** vouchers, voucher: 记账凭证. */
export function voucherCommands(program: Command, context: CliContext): void {
  withAxes(
    program
      .command("vouchers")
      .description("记账凭证: list vouchers by month, book, type, account")
      .option("--period <month>", "of this accounting month (YYYY-MM)")
      .option("--from <month>", "first accounting month")
      .option("--through <month>", "last accounting month")
      .addOption(new Option("--book <book>", "G main, M memorandum, Q shares").choices([...BOOKS]))
      .addOption(new Option("--type <type>", "only this type").choices([...VOUCHER_TYPES]))
      .addOption(
        new Option("--types <types>", "numbering: one type 记, or 收 付 转 (standard: policy voucher.types)").choices(["single", "three"]),
      )
      .option("--account <code>", "with a line on this account")
      .option("--maker <actor>", "made by: user id, bank:K1 …")
      .option("--limit <n>", `at most, up to ${VOUCHERS_MAX}`, "100")
      .option("--pdf <file>", `print them for binding: at most ${VOUCHERS_PER_FILE_MAX} a file, further files get a number`)
      .addOption(PAPER_OPTION),
  ).action(async (_options, command: Command) => {
    const options = optionsOf<ListOptions>(command);
    if (options.pdf !== undefined) return printAll(context, options, options.pdf);
    const { heads, names } = await withPlatform(context, (platform) => list(platform, options));
    if (options.json) context.terminal.out(JSON.stringify({ vouchers: heads.map((head) => printVoucherHead(head, names)) }));
    else printHeads(context.terminal, heads, names);
  });
  program
    .command("voucher <number>")
    .description("one voucher with its lines: 记-2018-06-0012, M:记-2018-06-0003, or a position of the log")
    .option("--pdf <file>", "print it as PDF")
    .addOption(PAPER_OPTION)
    .option("--json", "print JSON")
    .action(async (text: string, _options, command: Command) => {
      const { pdf, paper } = optionsOf<PdfOptions>(command);
      const found = await withPlatform(context, async (platform) => {
        const vouchers = await findVouchers(voucherOptionsOf(platform), text);
        const names = await platform.people.namesOf(peopleOf(vouchers));
        if (pdf !== undefined && vouchers.length > 0) await writePdf(context, platform, pdf, vouchers, paper ?? "a5");
        return { vouchers, names };
      });
      if (found.vouchers.length === 0) throw new CommandRefused([{ code: "VOUCHER_MISSING", details: { voucher: text } }]);
      if (pdf !== undefined) return;
      if (optionsOf<{ json?: boolean }>(command).json)
        context.terminal.out(JSON.stringify({ vouchers: found.vouchers.map((one) => printVoucher(one, found.names)) }));
      else for (const voucher of found.vouchers) printOne(context.terminal, voucher, found.names);
    });
}

const peopleOf = (heads: readonly VoucherHead[]): string[] =>
  heads.flatMap(({ maker, reviewer }) => (reviewer === undefined ? [maker] : [maker, reviewer]));

async function list(platform: Platform, options: ListOptions) {
  for (const month of [options.period, options.from, options.through])
    if (month !== undefined && !MONTH.test(month)) throw new WrongUsage(`${month} is not a month (YYYY-MM)`);
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > VOUCHERS_MAX)
    throw new WrongUsage(`--limit takes a number from 1 to ${VOUCHERS_MAX}`);
  const accounts = options.account === undefined ? undefined : accountsUnder(options.account);
  if (accounts?.length === 0) throw new WrongUsage(`--account ${options.account} is not in the chart`);
  const { district, desk, people } = platform;
  const typed = options.type === undefined ? undefined : options.type === "记" ? "single" : "three";
  const types = typed ?? options.types ?? (await voucherOptionsOf(platform).typesOn(shanghaiDate(platform.clock())));
  const heads = await desk.vouchers.list({
    district,
    book: options.book,
    from: options.period ?? options.from,
    through: options.period ?? options.through,
    type: options.type,
    types,
    accounts,
    maker: options.maker,
    limit,
    ...axesOf(options),
  });
  return { heads, names: await people.namesOf(peopleOf(heads)) };
}

async function writePdf(context: CliContext, platform: Platform, file: string, vouchers: readonly Voucher[], paper: Paper): Promise<void> {
  const { unit, fonts, namesOf } = voucherPaperOptionsOf(platform);
  const bytes = voucherPdf(createVoucherPress(fonts), vouchers, await namesOf(peopleOf(vouchers)), unit, paper);
  await writeFile(fileOf(context, file), bytes);
  context.terminal.out(`${fileOf(context, file)}  ${vouchers.length} 张凭证 vouchers`);
}

/** Every voucher of the list on paper; with more than a file holds, `name-2.pdf` and so on. */
async function printAll(context: CliContext, options: ListOptions, file: string): Promise<void> {
  await withPlatform(context, async (platform) => {
    const { heads } = await list(platform, options);
    if (heads.length === 0) throw new WrongUsage("there is no such voucher to print");
    for (let from = 0; from < heads.length; from += VOUCHERS_PER_FILE_MAX) {
      const vouchers: Voucher[] = [];
      for (const head of heads.slice(from, from + VOUCHERS_PER_FILE_MAX)) {
        const voucher = await platform.desk.vouchers.find(platform.district, head);
        if (voucher) vouchers.push(voucher);
      }
      const part = from / VOUCHERS_PER_FILE_MAX + 1;
      const name = part === 1 ? file : file.replace(/(\.pdf)?$/i, `-${part}.pdf`);
      await writePdf(context, platform, name, vouchers, options.paper ?? "a5");
    }
  });
}

type Names = Parameters<typeof printVoucherHead>[1];

function printHeads(terminal: Terminal, heads: readonly VoucherHead[], names: Names): void {
  printTable(
    terminal,
    ["凭证号/number", "日期/date", "摘要/summary", "金额/total", "附件", "制单", "审核", "#"],
    heads.map((head) => {
      const printed = printVoucherHead(head, names);
      const reviewer = printed.reviewerName ?? printed.reviewer ?? "";
      const summary = printed.note === undefined ? printed.summary : `${printed.note} ${printed.summary}`;
      return [
        printed.voucher,
        printed.date,
        summary,
        printed.total,
        String(printed.attachments),
        printed.makerName ?? printed.maker,
        reviewer,
        String(printed.position),
      ];
    }),
    new Set([3, 4, 7]),
  );
  terminal.out(`${heads.length} 张 vouchers`);
}

function printOne(terminal: Terminal, voucher: Voucher, names: Names): void {
  const printed = printVoucher(voucher, names);
  terminal.out(`${printed.voucher}  (${printed.alsoNumbered})  ${printed.date}  ${printed.note ?? ""}`.trimEnd());
  printTable(
    terminal,
    ["摘要/summary", "科目/account", "", "辅助/dims", "借方/debit", "贷方/credit"],
    printed.entries.map((line) => [
      line.text,
      line.account.code,
      line.account.zh,
      Object.entries(line.dims)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
      line.debit,
      line.credit,
    ]),
    new Set([4, 5]),
  );
  terminal.out(`合计 total ${printed.total}  附件 attachments ${printed.attachments}`);
  for (const { title, sha256 } of printed.evidence) terminal.out(`  ${title}  sha256 ${sha256}`);
  for (const link of printed.correctedBy) terminal.out(`  ${link.kind}: ${link.voucher} (${link.date})`);
  const reviewer = printed.reviewerName ?? printed.reviewer ?? "—";
  terminal.out(`制单 ${printed.makerName ?? printed.maker}  审核 ${reviewer}  记账 ${printed.poster}`);
  terminal.out(
    `业务日 ${printed.valueDate}  入账 ${printed.recordedAt}  #${printed.position} ${printed.eventType}${printed.sourceDocument === undefined ? "" : `  凭据 ${printed.sourceDocument}`}`,
  );
}
