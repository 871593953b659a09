import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import { type CommandContext, type CommandDefinition, type DomainEvent, load } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { bankFold, bankStream } from "@huimin/registry/events";
import { type Static, type TObject, Type } from "typebox";
import { changeEndpoint, issueSecret, pauseEndpoint, registerEndpoint, removeEndpoint, resumeEndpoint, testEndpoint } from "./decide.ts";
import { errors } from "./errors.ts";
import { type WebhookState, webhookFold } from "./evolve.ts";
import {
  WebhookEndpointPaused,
  WebhookEndpointRegistered,
  WebhookEndpointRemoved,
  WebhookEndpointResumed,
  WebhookSecretIssued,
  WebhookTestRequested,
  webhookStream,
} from "./schema.ts";

const closed = { additionalProperties: false } as const;
/** Hours for which an old secret signs beside the new one: a bank's receivers are changed one by one. */
export const OVERLAP_HOURS_DEFAULT = 24;
export const OVERLAP_HOURS_MAX = 168;

export const RegisterWebhookEndpointBody = Type.Object(WebhookEndpointRegistered.properties, closed);
export const ChangeWebhookEndpointBody = RegisterWebhookEndpointBody;
export const PauseWebhookEndpointBody = Type.Object(WebhookEndpointPaused.properties, closed);
export const ResumeWebhookEndpointBody = Type.Object(WebhookEndpointResumed.properties, closed);
export const RemoveWebhookEndpointBody = Type.Object(WebhookEndpointRemoved.properties, closed);
export const IssueWebhookSecretBody = Type.Object(
  {
    bank: WebhookSecretIssued.properties.bank,
    endpoint: WebhookSecretIssued.properties.endpoint,
    secret: WebhookSecretIssued.properties.secret,
    overlapHours: Type.Optional(
      Type.Integer({ minimum: 0, maximum: OVERLAP_HOURS_MAX, default: OVERLAP_HOURS_DEFAULT, description: "0: the old one ends at once" }),
    ),
  },
  closed,
);
export const RequestWebhookTestBody = Type.Object(WebhookTestRequested.properties, closed);

interface BankCommand {
  readonly bank: string;
}

type Terms = Pick<CommandDefinition, "name" | "roles" | "secondPerson" | "checkerRoles">;

/** A command on the endpoints of one bank. Refuses WEBHOOK_BANK_UNKNOWN, and WEBHOOK_OTHER_BANK for a bank that is not this one. */
const onEndpoints = <S extends TObject>(
  terms: Terms,
  schema: S,
  decide: (state: WebhookState, command: Static<S>, context: CommandContext) => Result<DomainEvent, Refusal>,
): CommandDefinition<Static<S> & BankCommand> => ({
  ...terms,
  postsInBookG: false,
  schema,
  *run(command, context) {
    const { bank } = command;
    if (context.role === "BANK" && context.actor !== `bank:${bank}`)
      return refuse(errors.WEBHOOK_OTHER_BANK, { actor: context.actor, bank });
    const { state: registered } = yield* load(bankStream(bank), bankFold);
    if (registered.bank === undefined) return refuse(errors.WEBHOOK_BANK_UNKNOWN, { bank }, { path: "/bank" });
    const { stream, state } = yield* load(webhookStream(bank), webhookFold);
    const decided = decide(state, command, context);
    if (!decided.ok) return decided;
    const { endpoint } = decided.value.payload as { endpoint: string };
    return ok({ writes: [{ stream, events: [decided.value] }], answer: { bank, endpoint } });
  },
});

const today = ({ recordedAt }: CommandContext): string => shanghaiDate(recordedAt);

/** The second person may be of the same office. */
const byTwo = { roles: ["FOF"], secondPerson: true, checkerRoles: ["FIN-R", "FOF"] } as const;

/** 登记通知地址. Refuses as {@link registerEndpoint}. */
export const RegisterWebhookEndpoint = onEndpoints(
  { name: "RegisterWebhookEndpoint", ...byTwo },
  RegisterWebhookEndpointBody,
  (state, command, context) => registerEndpoint(state, command, today(context)),
);
/** 变更通知地址. Refuses as {@link changeEndpoint}. */
export const ChangeWebhookEndpoint = onEndpoints(
  { name: "ChangeWebhookEndpoint", ...byTwo },
  ChangeWebhookEndpointBody,
  (state, command, context) => changeEndpoint(state, command, today(context)),
);
/** 暂停, also by the bank itself and, after 410 Gone, by the system. Refuses as {@link pauseEndpoint}. */
export const PauseWebhookEndpoint = onEndpoints(
  { name: "PauseWebhookEndpoint", roles: ["FOF", "FIN-R", "BANK", "SYS"] },
  PauseWebhookEndpointBody,
  (state, command, context) => pauseEndpoint(state, command, today(context)),
);
/** 恢复. The address was approved by two; refuses as {@link resumeEndpoint}. */
export const ResumeWebhookEndpoint = onEndpoints(
  { name: "ResumeWebhookEndpoint", roles: ["FOF", "BANK"] },
  ResumeWebhookEndpointBody,
  (state, command, context) => resumeEndpoint(state, command, today(context)),
);
/** 注销. Refuses as {@link removeEndpoint}. */
export const RemoveWebhookEndpoint = onEndpoints(
  { name: "RemoveWebhookEndpoint", roles: ["FOF"] },
  RemoveWebhookEndpointBody,
  (state, command, context) => removeEndpoint(state, command, today(context)),
);
/** 签发签名密钥; the secret itself is sealed elsewhere. Refuses as {@link issueSecret}. */
export const IssueWebhookSecret = onEndpoints(
  { name: "IssueWebhookSecret", roles: ["FOF", "BANK"] },
  IssueWebhookSecretBody,
  (state, { overlapHours = OVERLAP_HOURS_DEFAULT, ...command }, context) => {
    const now = Temporal.Instant.from(context.recordedAt);
    const until = overlapHours === 0 ? undefined : shanghaiInstant(now.add({ hours: overlapHours }).epochMilliseconds);
    return issueSecret(state, command, until, today(context));
  },
);
/** 测试通知. Refuses as {@link testEndpoint}. */
export const RequestWebhookTest = onEndpoints(
  { name: "RequestWebhookTest", roles: ["FOF", "BANK"] },
  RequestWebhookTestBody,
  (state, command, context) => testEndpoint(state, command, today(context)),
);

/** Every command of this package. */
export const webhookCommands: readonly CommandDefinition[] = [
  RegisterWebhookEndpoint,
  ChangeWebhookEndpoint,
  PauseWebhookEndpoint,
  ResumeWebhookEndpoint,
  RemoveWebhookEndpoint,
  IssueWebhookSecret,
  RequestWebhookTest,
];
