export { personalCommands, startupLendingCommands } from "./commands.ts";
export { addressOf, startupLendingRoutes } from "./routes.ts";
