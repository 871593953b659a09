export { publicEquityCommands } from "./commands.ts";
export { publicEquityRoutes } from "./routes.ts";
