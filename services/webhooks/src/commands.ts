import { webhookCommands as commands } from "@huimin/webhook";

/** Commands that this service records. */
export const webhooksCommands = commands;
