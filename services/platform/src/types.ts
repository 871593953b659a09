import type { BankPortfolio } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import type { CommandHandler } from "@huimin/command-handler";
import type { EventStore, FoldSources } from "@huimin/event-store";
import type { HouseholdSheets } from "@huimin/household-sheet";
import type { App, PeopleStore, ServerLimits } from "@huimin/http";
import type { Projector } from "@huimin/projector";
import type { RegistryView } from "@huimin/registry-view";
import type { BankClients, SecurityFailures } from "@huimin/service-bank-gateway";
import type { Webhooks } from "@huimin/service-webhooks";
import type { Metrics } from "@huimin/telemetry";
import type { Vault, VaultOptions, VaultSecrets } from "@huimin/vault";
import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import type { BankFiles } from "./compose/bank-files.ts";
import type { ClosingDesk } from "./compose/closing.ts";
import type { CommandTable } from "./compose/commands.ts";
import type { FollowUps } from "./compose/follow-ups.ts";

export interface PlatformOptions {
  readonly district: string;
  /** Directory of what is kept on this machine: embedded database, vault secrets, files. */
  readonly home: string;
  /** PostgreSQL ≥ 16; without it the embedded server starts (or is joined). */
  readonly databaseUrl?: string | undefined;
  /** Database on the embedded server. Default `huimin`. */
  readonly embeddedDatabase?: string | undefined;
  /** Milliseconds since 1970: the instant of recording, of signatures and of sessions. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
  /** Milliseconds since 1970 by which signatures are dated, where business has another day (a sandbox). Default: `clock`. */
  readonly wallClock?: (() => number) | undefined;
  /** Routes beside the product's: those of a sandbox. */
  readonly moreRoutes?: ((app: App, platform: Platform) => Promise<void>) | undefined;
  /** Ids of events and commands; a demo gives seeded ones. */
  readonly newId?: (() => string) | undefined;
  readonly vaultSecrets?: VaultSecrets | undefined;
  /** New data keys of the vault; a demo derives them, so that every run has the same log. Default: random. */
  readonly newVaultKey?: VaultOptions["newKey"] | undefined;
  readonly vaultSecretsFile?: string | undefined;
  readonly logger?: FastifyBaseLogger | undefined;
  readonly logLevel?: string | undefined;
  readonly publicOrigin?: string | undefined;
  /** Origin of the public pages, printed on statements (HUIMIN_VERIFY_ORIGIN). Default: none is printed. */
  readonly verifyOrigin?: string | undefined;
  /** Key that signs the log, and where checkpoints are kept outside the database. Default: in `home`. */
  readonly logKeyFile?: string | undefined;
  readonly checkpointFolder?: string | undefined;
  /** What the auditor of this machine keeps (HUIMIN_AUDIT_FOLDER). Default: `audit` in `home`. */
  readonly auditFolder?: string | undefined;
  readonly trustProxy?: boolean | number | string | undefined;
  /** Font files for rare characters, separated by `:` (HUIMIN_FALLBACK_FONT). */
  readonly fallbackFonts?: string | undefined;
  readonly signatureWindowSeconds?: number | undefined;
  /** Private networks to which webhooks may go (HUIMIN_WEBHOOK_NETWORKS). Default: none. */
  readonly webhookNetworks?: readonly string[] | undefined;
  /** Webhooks to http:// addresses of this machine (HUIMIN_WEBHOOK_HTTP). Default false. */
  readonly webhookHttp?: boolean | undefined;
  /** Webhooks go to those networks only, and not to the Internet: a sandbox. Default false. */
  readonly webhookOnlyThere?: boolean | undefined;
  /** Files of banks and their reports (HUIMIN_BANK_FILES). Default: `bank-files` in `home`. */
  readonly bankFiles?: string | undefined;
  /** Pick-up folder of banks (HUIMIN_BANK_FOLDER). Default: none. */
  readonly bankFolder?: string | undefined;
  /** Folded streams that each service's handler keeps. Default: the handler's own; the demo has less memory. */
  readonly cachedStreamsMax?: number | undefined;
  /** Migrate first. Default true. */
  readonly migrate?: boolean | undefined;
  /** Open a restored copy that was not verified yet: to verify it, never to serve. Default false. */
  readonly unverified?: boolean | undefined;
  /** Follow the log with the read models. Default true. */
  readonly project?: boolean | undefined;
  /** Serve /openapi.json and /docs. Default true. */
  readonly documents?: boolean | undefined;
  /** Bounds of the HTTP server (HUIMIN_CONNECTIONS_MAX, HUIMIN_REQUESTS_MAX). Default: those of @huimin/http. */
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Appends of one service that wait; the next is answered 503 (HUIMIN_APPEND_QUEUE_MAX). */
  readonly appendQueueMax?: number | undefined;
  /** Answer 503 when the event loop is later than this. Default 1 s; 0: never (bulk work in the same process). */
  readonly eventLoopDelayMsMax?: number | undefined;
  /** Called when a broken invariant reached the edge. Default: the process ends with code 70 after its log line. */
  readonly onBroken?: ((fault: Error) => void) | undefined;
}

/** What a process of the product is made of: the same for `npm start`, the command line, the demo and the tests. */
export interface Platform {
  readonly district: string;
  readonly home: string;
  /** Database as its owner. */
  readonly databaseUrl: string;
  readonly clock: () => number;
  readonly fallbackFonts: string | undefined;
  /** Checkpoints outside the database, and the names of keys that were shredded. */
  readonly checkpointFolder: string;
  /** Files of banks as they came, in clear. */
  readonly bankFilesFolder: string;
  /** The vault as screens and lists use it: nothing of a person whose processing is restricted. */
  readonly shown: Pick<Vault, "unsealMany">;
  readonly verifyOrigin: string | undefined;
  /** The whole log, with the platform's rights. */
  readonly store: EventStore;
  /** States that a read model keeps, for whoever asks for thousands of streams. */
  readonly kept: FoldSources["kept"];
  /** Records any command. The routes use a handler per service, each with that service's rights only. */
  readonly handler: CommandHandler;
  readonly table: CommandTable;
  readonly vault: Vault;
  readonly projector: Projector;
  readonly books: Books;
  /** Vouchers, and the close of a month. */
  readonly desk: ClosingDesk;
  readonly portfolio: BankPortfolio;
  readonly sheets: HouseholdSheets;
  readonly registry: RegistryView;
  readonly people: PeopleStore;
  /** Reads, as the role `huimin_platform`. */
  readonly pool: Pool;
  readonly metrics: Metrics;
  /** Jobs that follow from what was recorded. */
  readonly followUps: FollowUps;
  /** Webhooks to banks. */
  readonly webhooks: Webhooks;
  /** Who may connect as a bank: clients, keys, and those that end soon. */
  readonly bankClients: BankClients;
  /** What failed of their authentication and authorisation. */
  readonly bankFailures: SecurityFailures;
  /** Files of banks. */
  readonly bankFiles: BankFiles;
  readonly logger: FastifyBaseLogger;
  /** Ready for `inject` and `listen`. */
  readonly app: App;
  close(): Promise<void>;
}
