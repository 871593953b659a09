export {
  ChangeWebhookEndpoint,
  ChangeWebhookEndpointBody,
  IssueWebhookSecret,
  OVERLAP_HOURS_DEFAULT,
  OVERLAP_HOURS_MAX,
  PauseWebhookEndpoint,
  RegisterWebhookEndpoint,
  RegisterWebhookEndpointBody,
  RemoveWebhookEndpoint,
  RequestWebhookTest,
  ResumeWebhookEndpoint,
  webhookCommands,
} from "./commands.ts";
export { ENDPOINTS_OF_BANK_MAX } from "./decide.ts";
export { errors as webhookErrors } from "./errors.ts";
export * from "./events.ts";
