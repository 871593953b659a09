import { createBankPortfolio } from "@huimin/bank-portfolio";
import type { CommandHandler } from "@huimin/command-handler";
import { type App, peopleRoutes } from "@huimin/http";
import { registryCommands } from "@huimin/registry";
import {
  BankKeys,
  bankCommands,
  bankFileRoutes,
  bankLoanRoutes,
  bankMessageRoutes,
  type FileRouteOptions,
  paperFileRoutes,
  paperMessageRoutes,
} from "@huimin/service-bank-gateway";
import { dividendRoutes, dividendsCommands, payoutFileRoutes } from "@huimin/service-dividends";
import { enterpriseLendingCommands, enterpriseLendingRoutes } from "@huimin/service-enterprise-lending";
import { ledgerCommandRoutes, ledgerCommands, ledgerRoutes, portfolioRoutes, sheetRoutes } from "@huimin/service-ledger";
import { pooledLendingCommands, pooledLendingRoutes } from "@huimin/service-pooled-lending";
import { publicEquityCommands, publicEquityRoutes } from "@huimin/service-public-equity";
import { createAccessLog, registryRoutes } from "@huimin/service-registry";
import { riskFundCommands, riskFundRoutes } from "@huimin/service-risk-fund";
import { socialPartnershipCommands, socialPartnershipRoutes } from "@huimin/service-social-partnership";
import { startupLendingCommands, startupLendingRoutes } from "@huimin/service-startup-lending";
import { statementRoutes } from "@huimin/service-statements";
import { PostgresNonceStore } from "@huimin/signing";
import { statementCommands } from "@huimin/statement";
import { withSuccession } from "@huimin/succession";
import type { Pool } from "pg";
import type { Platform } from "../types.ts";
import { CommandTable } from "./commands.ts";
import { proposalRoutes } from "./proposals.ts";
import { statementOptionsOf } from "./statements.ts";

/** Each service records its commands with a handler of its own, whose database role may append to its categories only. */
export function commandTable(handlerFor: (role: string) => CommandHandler): CommandTable {
  return new CommandTable([
    { definitions: withSuccession(registryCommands), handler: handlerFor("huimin_registry") },
    { definitions: startupLendingCommands, handler: handlerFor("huimin_startup_lending") },
    { definitions: pooledLendingCommands, handler: handlerFor("huimin_pooled_lending") },
    { definitions: enterpriseLendingCommands, handler: handlerFor("huimin_enterprise_lending") },
    { definitions: bankCommands, handler: handlerFor("huimin_bank_gateway") },
    { definitions: dividendsCommands, handler: handlerFor("huimin_dividends") },
    { definitions: ledgerCommands, handler: handlerFor("huimin_ledger") },
    { definitions: statementCommands, handler: handlerFor("huimin_statements") },
    { definitions: riskFundCommands, handler: handlerFor("huimin_risk_fund") },
    { definitions: socialPartnershipCommands, handler: handlerFor("huimin_social_partnership") },
    { definitions: publicEquityCommands, handler: handlerFor("huimin_public_equity") },
  ]);
}

export interface ServiceOptions {
  readonly poolOf: (role: string, max: number) => Pool;
  readonly publicOrigin?: string | undefined;
  readonly signatureWindowSeconds?: number | undefined;
}

/** Looks at personal data are rare. */
const ACCESS_CONNECTIONS = 2;
/** One for nonces, of which one statement is in flight at a time; the others read loans under row-level security. */
const BANK_CONNECTIONS = 4;

/** Every service of the product as plugins of one server. */
export async function registerServices(app: App, platform: Platform, options: ServiceOptions): Promise<void> {
  const { district, store, clock, books, portfolio, sheets, table, handler, projector, vault, registry: view } = platform;
  const accessLog = createAccessLog(options.poolOf("huimin_registry", ACCESS_CONNECTIONS));
  const fileOptions: FileRouteOptions = {
    intake: platform.bankFiles.intake,
    onFault: (err, file) => platform.logger.error({ err, ...file }, "a bank's file was not booked: the sweep takes it up"),
  };
  await app.register(
    async (scope) => {
      const api = scope as App;
      await peopleRoutes(api);
      await proposalRoutes(api, {
        store,
        district,
        table,
        handler,
        wake: () => projector.wake(),
        onRecorded: platform.followUps.after.bind(platform.followUps),
      });
      await ledgerRoutes(api, { books, district, clock });
      await portfolioRoutes(api, { portfolio, district, clock });
      await sheetRoutes(api, { sheets, district, clock });
      await ledgerCommandRoutes(api);
      await startupLendingRoutes(api);
      await paperMessageRoutes(api);
      await paperFileRoutes(api, fileOptions);
      await dividendRoutes(api, { store, district });
      await payoutFileRoutes(api, {
        district,
        store,
        vault,
        onDisclose: ({ actor, roles, payoutBatch, households, correlation }) =>
          accessLog.record(district, {
            actor,
            role: roles.join(" "),
            subjectKind: "household",
            subject: payoutBatch,
            fields: ["name", "account"],
            reason: `代发文件 ${households}户`,
            correlation,
          }),
      });
      await socialPartnershipRoutes(api, { store, district });
      await pooledLendingRoutes(api);
      await enterpriseLendingRoutes(api);
      await riskFundRoutes(api, { store, district });
      await publicEquityRoutes(api);
      await registryRoutes(api, { district, vault, view, accessLog, store, clock });
      await statementRoutes(api, {
        ...statementOptionsOf(platform),
        onDownload: ({ actor, roles, household, year, correlation }) =>
          accessLog.record(district, {
            actor,
            role: roles.join(" "),
            subjectKind: "household",
            subject: household,
            fields: ["name"],
            reason: `告知书 ${year}`,
            correlation,
          }),
      });
    },
    { prefix: "/api/v1" },
  );
  await app.register(
    async (scope) => {
      const pool = options.poolOf("huimin_bank_gateway", BANK_CONNECTIONS);
      const { signatureWindowSeconds: windowSeconds, publicOrigin } = options;
      const authentication = {
        keys: new BankKeys(store, district),
        nonces: new PostgresNonceStore(pool, district, clock),
        now: clock,
        windowSeconds,
        publicOrigin,
      };
      await bankMessageRoutes(scope as App, authentication);
      await bankFileRoutes(scope as App, { ...authentication, ...fileOptions });
      await bankLoanRoutes(scope as App, { ...authentication, portfolio: createBankPortfolio(pool), district });
    },
    { prefix: "/bank/v1" },
  );
}
