import type { DomainEvent } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import type { WebhookEndpoint, WebhookState } from "./evolve.ts";
import type { WebhookEventType, WebhookPayload } from "./schema.ts";

/** Endpoints of a bank that are not removed. */
export const ENDPOINTS_OF_BANK_MAX = 10;

type Decided = Result<DomainEvent, Refusal>;
type Named = { readonly bank: string; readonly endpoint: string };

const eventOf = <T extends WebhookEventType>(type: T, payload: WebhookPayload<T>, valueDate: string): Decided =>
  ok({ type, valueDate, payload });

const standing = (state: WebhookState): readonly WebhookEndpoint[] =>
  [...state.endpoints.values()].filter((one) => one.status !== "removed");

/** An endpoint that is not removed. Refuses WEBHOOK_ENDPOINT_UNKNOWN. */
function known(state: WebhookState, { bank, endpoint }: Named): Result<WebhookEndpoint, Refusal> {
  const found = state.endpoints.get(endpoint);
  return found && found.status !== "removed"
    ? ok(found)
    : refuse(errors.WEBHOOK_ENDPOINT_UNKNOWN, { bank, endpoint }, { path: "/endpoint" });
}

/** What is wrong with an address by its form alone; where it may lead is judged when it is used. */
function urlFault(text: string): { readonly whatZh: string; readonly whatEn: string } | undefined {
  const wrong = (whatZh: string, whatEn: string) => ({ whatZh, whatEn });
  if (!URL.canParse(text)) return wrong("不是网址", "it is not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return wrong("不是 https 地址", "it is not https");
  if (url.username !== "" || url.password !== "") return wrong("带有用户名或密码", "it carries a user or password");
  if (url.hash !== "" || text.includes("#")) return wrong("带有 #", "it has a fragment");
  return undefined;
}

/** The address in the one form in which two can be compared. */
const normalUrl = (text: string): string => new URL(text).href;

function urlRefusal(state: WebhookState, { bank, endpoint, url }: Named & { readonly url: string }): Decided | undefined {
  const fault = urlFault(url);
  if (fault) return refuse(errors.WEBHOOK_URL_INVALID, fault, { path: "/url" });
  const taken = standing(state).find((one) => one.endpoint !== endpoint && one.url === normalUrl(url));
  return taken && refuse(errors.WEBHOOK_URL_TAKEN, { bank, endpoint: taken.endpoint }, { path: "/url" });
}

/** Refuses WEBHOOK_ENDPOINT_EXISTS, WEBHOOK_ENDPOINTS_TOO_MANY, WEBHOOK_URL_INVALID, WEBHOOK_URL_TAKEN. */
export function registerEndpoint(state: WebhookState, command: WebhookPayload<"WebhookEndpointRegistered">, today: string): Decided {
  const { bank, endpoint } = command;
  if (state.endpoints.has(endpoint)) return refuse(errors.WEBHOOK_ENDPOINT_EXISTS, { bank, endpoint }, { path: "/endpoint" });
  if (standing(state).length >= ENDPOINTS_OF_BANK_MAX)
    return refuse(errors.WEBHOOK_ENDPOINTS_TOO_MANY, { bank, limit: ENDPOINTS_OF_BANK_MAX });
  const wrong = urlRefusal(state, command);
  return wrong ?? eventOf("WebhookEndpointRegistered", { ...command, url: normalUrl(command.url) }, today);
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_URL_INVALID, WEBHOOK_URL_TAKEN, WEBHOOK_NOT_CHANGED. */
export function changeEndpoint(state: WebhookState, command: WebhookPayload<"WebhookEndpointChanged">, today: string): Decided {
  const found = known(state, command);
  if (!found.ok) return found;
  const wrong = urlRefusal(state, command);
  if (wrong) return wrong;
  const url = normalUrl(command.url);
  const sameKinds =
    new Set([...found.value.kinds, ...command.kinds]).size === found.value.kinds.length &&
    found.value.kinds.length === command.kinds.length;
  if (found.value.url === url && sameKinds) return refuse(errors.WEBHOOK_NOT_CHANGED, { endpoint: command.endpoint });
  return eventOf("WebhookEndpointChanged", { ...command, url }, today);
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_PAUSED_ALREADY. */
export function pauseEndpoint(state: WebhookState, command: WebhookPayload<"WebhookEndpointPaused">, today: string): Decided {
  const found = known(state, command);
  if (!found.ok) return found;
  if (found.value.status === "paused")
    return refuse(errors.WEBHOOK_PAUSED_ALREADY, { endpoint: command.endpoint, reason: found.value.reason ?? "" });
  return eventOf("WebhookEndpointPaused", command, today);
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN, WEBHOOK_NOT_PAUSED. */
export function resumeEndpoint(state: WebhookState, command: Named, today: string): Decided {
  const found = known(state, command);
  if (!found.ok) return found;
  if (found.value.status !== "paused") return refuse(errors.WEBHOOK_NOT_PAUSED, { endpoint: command.endpoint });
  return eventOf("WebhookEndpointResumed", command, today);
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN. */
export function removeEndpoint(state: WebhookState, command: WebhookPayload<"WebhookEndpointRemoved">, today: string): Decided {
  const found = known(state, command);
  return found.ok ? eventOf("WebhookEndpointRemoved", command, today) : found;
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN. The first secret of an endpoint has none before it that could overlap. */
export function issueSecret(
  state: WebhookState,
  command: Named & { readonly secret: string },
  overlapUntil: string | undefined,
  today: string,
): Decided {
  const found = known(state, command);
  if (!found.ok) return found;
  const overlap = found.value.secrets.length === 0 || overlapUntil === undefined ? {} : { overlapUntil };
  return eventOf("WebhookSecretIssued", { ...command, ...overlap }, today);
}

/** Refuses WEBHOOK_ENDPOINT_UNKNOWN. */
export function testEndpoint(state: WebhookState, command: Named, today: string): Decided {
  const found = known(state, command);
  return found.ok ? eventOf("WebhookTestRequested", command, today) : found;
}
