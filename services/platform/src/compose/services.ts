import { bankClientCommands } from "@huimin/bank-client";
import { createBankDesk } from "@huimin/bank-desk";
import { createBankPortfolio } from "@huimin/bank-portfolio";
import type { CommandHandler } from "@huimin/command-handler";
import type { CommandDefinition } from "@huimin/decider";
import { type App, peopleRoutes } from "@huimin/http";
import { noticeCommands } from "@huimin/notice";
import { privacyCommands } from "@huimin/privacy";
import { findBoard } from "@huimin/publicity";
import { registryCommands } from "@huimin/registry";
import { auditRoutes } from "@huimin/service-auditor";
import {
  BulkIntake,
  bankBulkRoutes,
  bankCommands,
  bankDuplicateRoutes,
  bankFileRoutes,
  bankLoanRoutes,
  bankMessageReadRoutes,
  bankMessageRoutes,
  bankOf,
  bankPositionRoutes,
  bankWorkRoutes,
  type FileRouteOptions,
  guardBankApi,
  logOfBank,
  officeBankClientRoutes,
  officeDuplicateRoutes,
  paperFileRoutes,
  paperMessageRoutes,
} from "@huimin/service-bank-gateway";
import { bankPayoutFileRoutes, dividendRoutes, dividendsCommands, payoutFileRoutes } from "@huimin/service-dividends";
import { enterpriseLendingCommands, enterpriseLendingRoutes } from "@huimin/service-enterprise-lending";
import {
  correctionRoutes,
  ledgerCommandRoutes,
  ledgerCommands,
  ledgerRoutes,
  periodRoutes,
  portfolioRoutes,
  sheetRoutes,
  voucherPaperRoutes,
  voucherRoutes,
} from "@huimin/service-ledger";
import { noticeRoutes } from "@huimin/service-notices";
import { pooledLendingCommands, pooledLendingRoutes } from "@huimin/service-pooled-lending";
import { publicEquityCommands, publicEquityRoutes } from "@huimin/service-public-equity";
import { publicityPages, publicityRoutes } from "@huimin/service-publicity";
import {
  bankReconciliationRoutes,
  reconciliationCommandRoutes,
  reconciliationRoutes,
  reconciliationServiceCommands,
} from "@huimin/service-reconciliation";
import { createAccessLog, registryRoutes } from "@huimin/service-registry";
import { riskFundCommands, riskFundRoutes } from "@huimin/service-risk-fund";
import { socialPartnershipCommands, socialPartnershipRoutes } from "@huimin/service-social-partnership";
import { startupLendingCommands, startupLendingRoutes } from "@huimin/service-startup-lending";
import { statementRoutes, verifyRoutes } from "@huimin/service-statements";
import { bankWebhookRoutes, officeWebhookRoutes, webhooksCommands } from "@huimin/service-webhooks";
import { statementCommands } from "@huimin/statement";
import { createNoticeRegister, createStatementRegister } from "@huimin/statement-register";
import { withSuccession } from "@huimin/succession";
import { yearEndRunCommands } from "@huimin/year-end-run";
import type { Pool } from "pg";
import { erasurePlanRoutes } from "../privacy/routes.ts";
import type { Platform } from "../types.ts";
import { yearEndRoutes } from "../year-end/routes.ts";
import { auditRouteOptionsOf } from "./auditor.ts";
import { createBankAccess, foreignAttempts } from "./bank-access.ts";
import { CommandTable } from "./commands.ts";
import { disclosuresTo } from "./disclosures.ts";
import { noticeOptionsOf } from "./notices.ts";
import { proposalRoutes } from "./proposals.ts";
import { publicityOptionsOf } from "./publicity.ts";
import { type ProofPlaces, receiptsOf } from "./receipts.ts";
import { statementOptionsOf } from "./statements.ts";
import { voucherOptionsOf, voucherPaperOptionsOf } from "./vouchers.ts";

/** Each service records its commands with a handler of its own, whose database role may append to its categories only. */
export function commandTable(handlerFor: (role: string) => CommandHandler): CommandTable {
  return new CommandTable([
    {
      definitions: [...withSuccession(registryCommands), ...bankClientCommands, ...privacyCommands],
      handler: handlerFor("huimin_registry"),
    },
    { definitions: startupLendingCommands, handler: handlerFor("huimin_startup_lending") },
    { definitions: pooledLendingCommands, handler: handlerFor("huimin_pooled_lending") },
    { definitions: enterpriseLendingCommands, handler: handlerFor("huimin_enterprise_lending") },
    { definitions: bankCommands, handler: handlerFor("huimin_bank_gateway") },
    { definitions: [...dividendsCommands, ...yearEndRunCommands], handler: handlerFor("huimin_dividends") },
    { definitions: reconciliationServiceCommands, handler: handlerFor("huimin_reconciliation") },
    { definitions: ledgerCommands, handler: handlerFor("huimin_ledger") },
    { definitions: [...statementCommands, ...noticeCommands], handler: handlerFor("huimin_statements") },
    { definitions: webhooksCommands, handler: handlerFor("huimin_webhooks") },
    { definitions: riskFundCommands, handler: handlerFor("huimin_risk_fund") },
    { definitions: socialPartnershipCommands, handler: handlerFor("huimin_social_partnership") },
    { definitions: publicEquityCommands, handler: handlerFor("huimin_public_equity") },
  ]);
}

export interface ServiceOptions extends ProofPlaces {
  readonly poolOf: (role: string, max: number) => Pool;
  readonly publicOrigin?: string | undefined;
  readonly signatureWindowSeconds?: number | undefined;
  readonly wallClock?: (() => number) | undefined;
}

/** Looks at personal data are rare. */
const ACCESS_CONNECTIONS = 2;
/** One for nonces, of which one statement is in flight at a time; the others read loans under row-level security. */
const BANK_CONNECTIONS = 4;

/** Every service of the product as plugins of one server. */
export async function registerServices(app: App, platform: Platform, options: ServiceOptions): Promise<void> {
  const { district, store, clock, books, portfolio, sheets, table, handler, projector, vault, registry: view } = platform;
  const accessLog = createAccessLog(options.poolOf("huimin_registry", ACCESS_CONNECTIONS));
  const sealing = { district, vault, store };
  const pool = options.poolOf("huimin_bank_gateway", BANK_CONNECTIONS);
  const access = createBankAccess(platform, pool, options);
  app.addHook("onClose", () => access.close());
  const logOf = logOfBank(pool, district);
  const bulks = new BulkIntake({
    district,
    store,
    sealing,
    wholeHandler: handler,
    handlerOf: (name) => table.handlerOf(name),
    definitionOf: (name) => table.find(name) as CommandDefinition,
    onForeign: foreignAttempts(platform),
    wake: () => projector.wake(),
  });
  const fileOptions: FileRouteOptions = {
    intake: platform.bankFiles.intake,
    onFault: (err, file) => platform.logger.error({ err, ...file }, "a bank's file was not booked: the sweep takes it up"),
  };
  const webhookOptions = { webhooks: platform.webhooks, store, district };
  const disclosures = disclosuresTo(accessLog, district);
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
      await portfolioRoutes(api, { portfolio, store, district, clock });
      await sheetRoutes(api, { sheets, district, clock });
      await ledgerCommandRoutes(api);
      await voucherRoutes(api, voucherOptionsOf(platform));
      await voucherPaperRoutes(api, voucherPaperOptionsOf(platform));
      await correctionRoutes(api, { ...voucherOptionsOf(platform), store, find: table.find });
      await periodRoutes(api, { store, district, clock, ...platform.desk });
      await reconciliationRoutes(api, { db: platform.pool, books, portfolio, store, district, clock });
      await reconciliationCommandRoutes(api);
      await auditRoutes(api, auditRouteOptionsOf(platform, options.auditFolder));
      await startupLendingRoutes(api);
      await paperMessageRoutes(api, sealing);
      await officeDuplicateRoutes(api, { district, desk: createBankDesk(platform.pool), now: clock });
      await paperFileRoutes(api, fileOptions);
      await dividendRoutes(api, { store, district });
      await yearEndRoutes(api, platform);
      await payoutFileRoutes(api, {
        district,
        store,
        kept: platform.kept,
        vault,
        onDisclose: disclosures.payoutFile,
      });
      await socialPartnershipRoutes(api, { store, district });
      await pooledLendingRoutes(api);
      await enterpriseLendingRoutes(api);
      await riskFundRoutes(api, { store, district });
      await publicEquityRoutes(api);
      await registryRoutes(api, { district, vault, shown: platform.shown, view, accessLog, store, clock });
      await erasurePlanRoutes(api, platform);
      await officeWebhookRoutes(api, webhookOptions);
      await officeBankClientRoutes(api, access.office);
      await publicityRoutes(api, {
        ...publicityOptionsOf(platform),
        onDisclose: disclosures.publicity,
      });
      await noticeRoutes(api, {
        ...noticeOptionsOf(platform),
        onDisclose: ({ actor, roles, kind, subject, correlation }) =>
          accessLog.record(district, {
            ...{ actor, role: roles.join(" "), subjectKind: "household", subject, fields: ["name"], reason: `通知 ${kind}`, correlation },
          }),
      });
      await statementRoutes(api, {
        ...statementOptionsOf(platform),
        register: createStatementRegister(platform.pool),
        onDownload: disclosures.statement,
      });
    },
    { prefix: "/api/v1" },
  );
  const receipts = receiptsOf(platform, options);
  const { phones } = statementOptionsOf(platform).notice;
  const register = createStatementRegister(platform.pool);
  const notices = createNoticeRegister(platform.pool);
  const find = (digits: string) => findBoard(platform.pool, district, digits);
  const onUnmask = (board: object): void => platform.logger.info({ ...board }, "names opened for the web page of a publicity");
  const shownVault = { unsealMany: platform.shown.unsealMany, fingerprint: vault.fingerprint };
  await app.register(async (scope) => publicityPages(scope as App, { ...publicityOptionsOf(platform), vault: shownVault, find, onUnmask }));
  await app.register(async (scope) => verifyRoutes(scope as App, { district, register, notices, phones, ...receipts }));
  await app.register(
    async (scope) => {
      const { authentication } = access;
      guardBankApi(scope as App, authentication);
      await bankMessageRoutes(scope as App, { sealing, access: authentication });
      await bankBulkRoutes(scope as App, { ...authentication, bulks });
      await bankFileRoutes(scope as App, fileOptions);
      await bankReconciliationRoutes(scope as App, { pool, books, logOf, district, clock, bankOf });
      await bankLoanRoutes(scope as App, { now: clock, portfolio: createBankPortfolio(pool), district });
      const desk = createBankDesk(pool);
      const deskOptions = { district, desk, logOf, portfolio: createBankPortfolio(pool), now: clock };
      await bankMessageReadRoutes(scope as App, deskOptions);
      await bankPositionRoutes(scope as App, deskOptions);
      await bankWorkRoutes(scope as App, deskOptions);
      await bankDuplicateRoutes(scope as App, deskOptions);
      await bankWebhookRoutes(scope as App, { ...webhookOptions, bankOf });
      await bankPayoutFileRoutes(scope as App, {
        ...{ district, store, vault, bankOf, logOf },
        onDisclose: disclosures.payoutFile,
      });
    },
    { prefix: "/bank/v1" },
  );
}
