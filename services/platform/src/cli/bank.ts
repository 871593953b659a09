import { readFileSync } from "node:fs";
import { type KeyClaim, possessionText } from "@huimin/bank-client/events";
import { addMonths, shanghaiDate } from "@huimin/calendar";
import { bodyValidator } from "@huimin/http";
import { DailyQuota, type OfficeAccessOptions, printedClients } from "@huimin/service-bank-gateway";
import type { Command } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

interface Options {
  readonly json?: boolean;
  readonly checker?: string;
  readonly reason: string;
  readonly name: string;
  readonly scopes: string;
  readonly addresses: string;
  readonly perSecond: string;
  readonly burst: string;
  readonly perDay: string;
  readonly publicKey: string;
  readonly proof: string;
  readonly from?: string;
  readonly to?: string;
  readonly overlapTo?: string;
  readonly days: string;
}

const listOf = (text: string): string[] => text.split(",").filter((one) => one !== "");

function whole(text: string, name: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new WrongUsage(`--${name} is a whole number`);
  return Number(text);
}

/** A text, or the contents of the file that `@file` names. */
const textOf = (context: CliContext, text: string): string =>
  (text.startsWith("@") ? readFileSync(fileOf(context, text.slice(1)), "utf8") : text).trim();

const accessOf = (platform: Platform): OfficeAccessOptions => ({
  clients: platform.bankClients,
  quota: new DailyQuota(platform.pool, platform.district, () => undefined),
  failures: platform.bankFailures,
  district: platform.district,
  now: platform.clock,
});

/** `huimin bank …`: clients of banks and their keys. What gives a bank more names its second person (--checker). */
export function bankCommands(program: Command, context: CliContext): void {
  const bank = program.command("bank").description("clients of banks 银行接入: scopes, addresses, limits, keys");
  const say = (command: Command, value: object, text: string): void =>
    context.terminal.out(optionsOf<Options>(command).json ? JSON.stringify(value) : text);
  const give = (command: Command, name: string, body: object, done: string): Promise<void> =>
    withPlatform(context, async ({ table, projector }) => {
      const definition = table.find(name);
      if (!definition) throw new Error(`no service owns the command ${name}`);
      const faults = bodyValidator(definition.schema)(body);
      if (faults.length > 0) throw new CommandRefused(faults);
      const { checker } = optionsOf<Options>(command);
      const outcome = await table.handlerOf(name).execute(definition, body, {
        actor: cliActor(),
        role: "FOF",
        channel: "system",
        ...(checker === undefined ? {} : { checker }),
      });
      if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new CommandRefused([outcome.refusal]);
      projector.wake();
      say(command, { ...(outcome.answer as object), position: outcome.lastPosition }, done);
    });
  const json = (command: Command): Command => command.option("--json", "print JSON");
  const twoPersons = (command: Command): Command => json(command.requiredOption("--checker <person>", "the second person 审核人"));

  json(bank.command("list").description("every client with its keys")).action(async (_options, command: Command) => {
    const items = await withPlatform(context, (platform) => printedClients(accessOf(platform)));
    if (optionsOf<Options>(command).json) return context.terminal.out(JSON.stringify({ clients: items }));
    printTable(
      context.terminal,
      ["bank", "client", "status", "keys", "addresses", "rate", "today"],
      items.map((one) => [
        one.bank,
        one.client,
        one.status,
        one.keys.map(({ keyId, status, validTo }) => `${keyId} ${status}${status === "valid" ? ` → ${validTo}` : ""}`).join(", "),
        one.addresses.join(" "),
        `${one.perSecond}/s`,
        `${one.usedToday}/${one.perDay}`,
      ]),
      new Set(),
    );
  });
  clientCommands(bank, { context, give, json, twoPersons });
  keyCommands(bank, { context, give, json, twoPersons, say });
}

interface Tools {
  readonly context: CliContext;
  readonly give: (command: Command, name: string, body: object, done: string) => Promise<void>;
  readonly json: (command: Command) => Command;
  readonly twoPersons: (command: Command) => Command;
}

function clientCommands(bank: Command, { context, give, json, twoPersons }: Tools): void {
  const client = bank.command("client").description("a client of a bank 接入客户端");
  twoPersons(client.command("add <bank> <client>").description("onboard a client; two persons"))
    .requiredOption("--name <name>", "name of the client")
    .requiredOption("--scopes <scopes>", "comma-separated, e.g. loans:write,loans:read")
    .requiredOption("--addresses <blocks>", "comma-separated addresses or CIDR blocks")
    .option("--per-second <n>", "requests a second", "20")
    .option("--burst <n>", "requests at once", "100")
    .option("--per-day <n>", "messages a day", "100000")
    .action((of: string, id: string, _options, command: Command) => {
      const { name, scopes, addresses, perSecond, burst, perDay } = optionsOf<Options>(command);
      const limits = { perSecond: whole(perSecond, "per-second"), burst: whole(burst, "burst"), perDay: whole(perDay, "per-day") };
      const body = { bank: of, client: id, name, scopes: listOf(scopes), addresses: listOf(addresses), ...limits };
      return give(
        command,
        "RegisterBankClient",
        body,
        `client ${id} of ${of} is registered; add its key: huimin bank key text ${of} ${id} …`,
      );
    });
  json(client.command("show <bank> <client>").description("one client")).action(
    async (of: string, id: string, _options, command: Command) => {
      const items = await withPlatform(context, (platform) => printedClients(accessOf(platform), of));
      const found = items.find((one) => one.client === id);
      if (!found) throw new CommandRefused([{ code: "BANK_CLIENT_UNKNOWN", details: { bank: of, client: id } }]);
      context.terminal.out(JSON.stringify(found, null, optionsOf<Options>(command).json ? 0 : 2));
    },
  );
  json(client.command("suspend <bank> <client>").description("accept none of its keys any more, at once"))
    .requiredOption("--reason <text>", "why")
    .action((of: string, id: string, _options, command: Command) => {
      const body = { bank: of, client: id, reason: optionsOf<Options>(command).reason };
      return give(command, "SuspendBankClient", body, `client ${id} of ${of} is suspended: within two seconds nothing of it is accepted`);
    });
  twoPersons(client.command("resume <bank> <client>").description("accept its keys again; two persons"))
    .requiredOption("--reason <text>", "why")
    .action((of: string, id: string, _options, command: Command) => {
      const body = { bank: of, client: id, reason: optionsOf<Options>(command).reason };
      return give(command, "ResumeBankClient", body, `client ${id} of ${of} is active`);
    });
}

function keyCommands(
  bank: Command,
  { context, give, json, twoPersons, say }: Tools & { readonly say: (command: Command, value: object, text: string) => void },
): void {
  const key = bank.command("key").description("signing keys of a client 签名公钥");
  json(key.command("text <bank> <client> <keyId>").description("the text that the bank signs to prove that it holds the key"))
    .requiredOption("--public-key <key>", "32 bytes in base64url, or @file")
    .action((of: string, id: string, keyId: string, _options, command: Command) =>
      withPlatform(
        context,
        async ({ district }) => {
          const publicKey = textOf(context, optionsOf<Options>(command).publicKey);
          const claim: KeyClaim = { district, bank: of, client: id, keyId, publicKey };
          const text = possessionText(claim);
          say(command, { text }, text.trimEnd());
        },
        { project: false },
      ),
    );
  const withKey = (command: Command): Command =>
    twoPersons(command)
      .requiredOption("--public-key <key>", "32 bytes in base64url, or @file")
      .requiredOption("--proof <signature>", "the bank's signature over the text, base64, or @file")
      .option("--from <date>", "first day; default today")
      .option("--to <date>", "last day; default a year after the first");
  const add = (command: Command, of: string, id: string, keyId: string, replaces: object | undefined, done: string): Promise<void> => {
    const options = optionsOf<Options>(command);
    const validFrom = options.from ?? shanghaiDate(Date.now());
    const validTo = options.to ?? addMonths(validFrom, 12);
    const [publicKey, proof] = [textOf(context, options.publicKey), textOf(context, options.proof)];
    const body = { bank: of, client: id, keyId, publicKey, proof, validFrom, validTo, ...(replaces ? { replaces } : {}) };
    return give(command, "AddBankKey", body, done);
  };
  withKey(key.command("add <bank> <client> <keyId>").description("register a key; two persons")).action(
    (of: string, id: string, keyId: string, _options, command: Command) =>
      add(command, of, id, keyId, undefined, `key ${keyId} of ${id} at ${of} is registered`),
  );
  withKey(key.command("rotate <bank> <client> <oldKeyId> <newKeyId>").description("register a key in place of another; two persons"))
    .requiredOption("--overlap-to <date>", "last day of the old key: until then both are accepted")
    .action((of: string, id: string, oldKeyId: string, newKeyId: string, _options, command: Command) => {
      const replaces = { keyId: oldKeyId, validTo: optionsOf<Options>(command).overlapTo };
      return add(command, of, id, newKeyId, replaces, `key ${newKeyId} follows ${oldKeyId}, which ends on ${replaces.validTo}`);
    });
  json(key.command("revoke <bank> <client> <keyId>").description("accept the key no more, at once"))
    .requiredOption("--reason <text>", "why")
    .action((of: string, id: string, keyId: string, _options, command: Command) => {
      const body = { bank: of, client: id, keyId, reason: optionsOf<Options>(command).reason };
      return give(command, "RevokeBankKey", body, `key ${keyId} is revoked: within two seconds nothing signed with it is accepted`);
    });
  json(key.command("expiring").description("keys that end soon"))
    .option("--days <n>", "within so many days", "30")
    .action(async (_options, command: Command) => {
      const { days, json: asJson } = optionsOf<Options>(command);
      const items = await withPlatform(context, (platform) =>
        accessOf(platform).clients.expiringKeys(platform.clock(), whole(days, "days")),
      );
      if (asJson) return context.terminal.out(JSON.stringify({ keys: items }));
      const rows = items.map((one) => [one.bank, one.client, one.keyId, one.validTo, one.followed ? "" : "no key follows 无后续密钥"]);
      printTable(context.terminal, ["bank", "client", "key", "last day", ""], rows, new Set());
    });
}
