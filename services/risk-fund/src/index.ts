export { personalCommands, riskFundCommands } from "./commands.ts";
export { riskFundRoutes } from "./routes.ts";
