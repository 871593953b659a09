/* The entry for other packages: the events, and the folds that follow from them. No rules. */
export { type IssuedSecret, secretsAt, subscribed, type WebhookEndpoint, type WebhookState, webhookFold } from "./evolve.ts";
export * from "./schema.ts";
