import { randomUUID } from "node:crypto";
import { type CommandSender, RefusalError, type Sent } from "@huimin/http";
import { deliveriesPage, endpointsOf, issueWebhookSecret, type ReplayBody, replayAsAsked } from "@huimin/service-webhooks";
import {
  ChangeWebhookEndpoint,
  PauseWebhookEndpoint,
  RegisterWebhookEndpoint,
  RemoveWebhookEndpoint,
  RequestWebhookTest,
  ResumeWebhookEndpoint,
  WEBHOOK_KINDS,
  webhookErrors,
} from "@huimin/webhook";
import { DELIVERY_STATUSES, type DeliveryStatus } from "@huimin/webhooks";
import { type Command, Option } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

const LIMIT_MAX = 500;

interface Given {
  readonly json?: boolean;
  readonly bank?: string;
  readonly endpoint?: string;
  readonly status?: DeliveryStatus;
  readonly limit?: string;
  readonly kinds: string;
  readonly reason: string;
  readonly delivery?: string;
  readonly since?: string;
  readonly dead?: boolean;
  readonly overlapHours?: string;
}

const sender = (): CommandSender => ({ actor: cliActor(), role: "FOF", channel: "ui", correlationId: randomUUID(), keys: [] });

function kindsOf(text: string): string[] {
  const kinds = text.split(",").filter((one) => one !== "");
  const unknown = kinds.find((kind) => !(WEBHOOK_KINDS as readonly string[]).includes(kind));
  if (kinds.length === 0 || unknown !== undefined) throw new WrongUsage(`--kinds: of ${WEBHOOK_KINDS.join(", ")}`);
  return kinds;
}

/** `huimin webhooks …`: where banks are told of what concerns them, and what became of the messages. */
export function webhookCommands(program: Command, context: CliContext): void {
  const webhooks = program.command("webhooks").description("webhooks 事件通知: endpoints of banks, messages, dead letters, replay");
  const work = <T>(of: (platform: Platform) => Promise<T>): Promise<T> =>
    withPlatform(context, (platform) =>
      of(platform).catch((fault: unknown) => {
        throw fault instanceof RefusalError ? new CommandRefused(fault.refusals) : fault;
      }),
    );
  const print = (command: Command, value: object, text: string): void =>
    context.terminal.out(optionsOf<Given>(command).json ? JSON.stringify(value) : text);
  endpointCommands(webhooks, context, { work, print });
  messageCommands(webhooks, context, { work, print });
}

interface Tools {
  readonly work: <T>(of: (platform: Platform) => Promise<T>) => Promise<T>;
  readonly print: (command: Command, value: object, text: string) => void;
}

function endpointCommands(webhooks: Command, context: CliContext, { work, print }: Tools): void {
  webhooks
    .command("list")
    .description("endpoints and what waits for them")
    .option("--bank <bank>", "of one bank")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { bank, json } = optionsOf<Given>(command);
      const items = await work((platform) => endpointsOf(platform.webhooks, platform, bank));
      if (json) return context.terminal.out(JSON.stringify({ items }));
      const rows = items.map((one) => [
        one.bank,
        one.endpoint,
        one.status,
        String(one.waiting),
        String(one.dead),
        one.url,
        one.kinds.join(" "),
      ]);
      printTable(context.terminal, ["bank", "endpoint", "status", "waiting", "dead", "address", "kinds"], rows, new Set([3, 4]));
    });
  for (const [name, definition, what] of [
    ["add", RegisterWebhookEndpoint, "register an endpoint; a second person approves it (POST /api/v1/proposals/…/approval)"],
    ["change", ChangeWebhookEndpoint, "change address and kinds; a second person approves it"],
  ] as const) {
    webhooks
      .command(`${name} <bank> <endpoint> <url>`)
      .description(what)
      .requiredOption("--kinds <kinds>", `comma-separated, of ${WEBHOOK_KINDS.join(", ")}`)
      .option("--json", "print JSON")
      .action(async (bank: string, endpoint: string, url: string, _options, command: Command) => {
        const kinds = kindsOf(optionsOf<Given>(command).kinds);
        const sent = await work(async ({ app, webhooks: known }) => {
          const fault = known.urlFault(url);
          if (fault) throw new RefusalError({ code: webhookErrors.WEBHOOK_URL_INVALID, details: { ...fault }, path: "/url" });
          return app.commands.send(definition, { bank, endpoint, url, kinds }, sender());
        });
        if (sent.kind !== "proposed") throw new Error("an endpoint needs a second person");
        const { proposal, preview, position } = sent;
        print(command, { proposal, status: "open", preview, position }, `待审 / waits for a second person: proposal ${proposal}`);
      });
  }
  for (const [name, definition, what] of [
    ["pause", PauseWebhookEndpoint, "pause; what happens meanwhile waits"],
    ["remove", RemoveWebhookEndpoint, "remove for good; what waits is not sent"],
  ] as const) {
    webhooks
      .command(`${name} <bank> <endpoint>`)
      .description(what)
      .requiredOption("--reason <reason>", "why")
      .option("--json", "print JSON")
      .action(async (bank: string, endpoint: string, _options, command: Command) => {
        const { reason } = optionsOf<Given>(command);
        const body = { bank, endpoint, reason, ...(name === "pause" ? { cause: "asked" } : {}) };
        const { position } = await work(({ app }) => app.commands.send(definition, body, sender()));
        print(command, { bank, endpoint, position }, `${bank} ${endpoint}: ${name}d, position ${position}`);
      });
  }
  for (const [name, definition, what] of [
    ["resume", ResumeWebhookEndpoint, "resume; what waited is sent"],
    ["test", RequestWebhookTest, "send a test"],
  ] as const) {
    webhooks
      .command(`${name} <bank> <endpoint>`)
      .description(what)
      .option("--json", "print JSON")
      .action(async (bank: string, endpoint: string, _options, command: Command) => {
        const sent: Sent = await work(async (platform) => {
          const answer = await platform.app.commands.send(definition, { bank, endpoint }, sender());
          await platform.webhooks.resumed({ bank, endpoint });
          return answer;
        });
        print(command, { bank, endpoint, position: sent.position }, `${bank} ${endpoint}: ${name}, position ${sent.position}`);
      });
  }
  webhooks
    .command("secret <bank> <endpoint>")
    .description("issue a signing secret, printed once; the one before it signs too for a time")
    .option("--overlap-hours <n>", "hours for which the old one signs too, 0 to 168 (standard 24; 0: it has leaked)")
    .option("--json", "print JSON")
    .action(async (bank: string, endpoint: string, _options, command: Command) => {
      const { overlapHours } = optionsOf<Given>(command);
      if (overlapHours !== undefined && !/^\d{1,3}$/.test(overlapHours)) throw new WrongUsage("--overlap-hours takes 0 to 168");
      const hours = overlapHours === undefined ? undefined : Number(overlapHours);
      const issued = await work((platform) =>
        issueWebhookSecret(platform.app.commands, platform.webhooks, { bank, endpoint }, sender(), hours),
      );
      print(command, issued, `${bank} ${endpoint}: ${issued.value} (shown once)`);
    });
}

function messageCommands(webhooks: Command, context: CliContext, { work, print }: Tools): void {
  for (const [name, what, fixed] of [
    ["deliveries", "messages and what became of them, the newest first", undefined],
    ["dead", "dead letters: every attempt failed", "dead"],
  ] as const) {
    const list = webhooks
      .command(name)
      .description(what)
      .option("--bank <bank>", "of one bank")
      .option("--endpoint <endpoint>", "of one endpoint")
      .option("--limit <n>", `at most so many, up to ${LIMIT_MAX}`, "50")
      .option("--json", "print JSON");
    if (fixed === undefined) list.addOption(new Option("--status <status>", "only these").choices([...DELIVERY_STATUSES]));
    list.action(async (_options, command: Command) => {
      const { bank, endpoint, status = fixed, limit = "", json } = optionsOf<Given>(command);
      if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > LIMIT_MAX) throw new WrongUsage(`--limit takes 1 to ${LIMIT_MAX}`);
      const page = await work((platform) => deliveriesPage(platform.webhooks, { bank, endpoint, status, limit: Number(limit) }));
      if (json) return context.terminal.out(JSON.stringify(page));
      const rows = page.items.map((one) => [
        ...[one.id, one.bank, one.endpoint, one.status, String(one.attempts), String(one.lastStatus ?? one.lastFault ?? ""), one.createdAt],
      ]);
      printTable(context.terminal, ["id", "bank", "endpoint", "status", "attempts", "last", "created"], rows, new Set([4]));
    });
  }
  webhooks
    .command("replay <bank>")
    .description("send again: one message, all since an instant, or every dead letter; the ids stay")
    .option("--endpoint <endpoint>", "to one endpoint")
    .option("--delivery <id>", "one message")
    .option("--since <instant>", "all created since, e.g. 2018-03-01T00:00:00+08:00")
    .option("--dead", "every dead letter")
    .option("--json", "print JSON")
    .action(async (bank: string, _options, command: Command) => {
      const { endpoint, delivery, since, dead } = optionsOf<Given>(command);
      if (since !== undefined && Number.isNaN(Date.parse(since))) throw new WrongUsage("--since takes an instant with offset");
      const wanted: ReplayBody = { ...(delivery ? { delivery } : {}), ...(since ? { since } : {}), ...(dead ? { dead } : {}) };
      const replayed = await work((platform) => replayAsAsked(platform.webhooks, bank, endpoint, wanted));
      print(command, { replayed }, `${replayed} 条重发 / sent again by the next sweep`);
    });
}
