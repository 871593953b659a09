export { dividendsCommands, personalCommands } from "./commands.ts";
export { makePayoutFile, type PayoutFile, type PayoutFileSources } from "./payout-file.ts";
export { PAYOUT_EXTENSIONS, PAYOUT_FORMATS, type PayoutFormat } from "./payout-formats.ts";
export { bankPayoutFileRoutes, type PayoutRouteOptions, payoutFileRoutes } from "./payout-routes.ts";
export { type DividendReading, poolStatus } from "./reading.ts";
export { dividendRoutes } from "./routes.ts";
