export { personalCommands, pooledLendingCommands } from "./commands.ts";
export { addressOf, pooledLendingRoutes } from "./routes.ts";
