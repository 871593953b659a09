export { enterpriseLendingCommands } from "./commands.ts";
export { addressOf, enterpriseLendingRoutes } from "./routes.ts";
