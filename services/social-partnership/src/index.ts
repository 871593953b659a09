export { socialPartnershipCommands } from "./commands.ts";
export { Donations, type DonorLine } from "./donors.ts";
export type { SocialPartnershipReading } from "./reading.ts";
export { socialPartnershipRoutes } from "./routes.ts";
