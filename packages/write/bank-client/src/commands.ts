import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Fold, load, type Role } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { bankFold, bankStream } from "@huimin/registry/events";
import { type Static, type TObject, Type } from "typebox";
import * as decide from "./decide.ts";
import { errors } from "./errors.ts";
import { type BankAccess, bankAccessFold } from "./evolve.ts";
import {
  BankClientChanged,
  type BankClientPayload,
  BankClientRegistered,
  BankClientSuspended,
  BankKeyRevoked,
  bankClientStream,
  DateText,
  keyIdStream,
  publicKeyStream,
  Reason,
} from "./schema.ts";

/*
 * Onboarding, keys and everything that gives a bank more takes two persons (制单、审核). What takes something away (停用, 吊销,
 * 收紧) is done by one at once: a stolen key must not stay valid until a second person is found, and the bank's messages
 * can be sent again when it was a mistake. To give back what was taken needs two again.
 */

const closed = { additionalProperties: false } as const;

interface Access {
  readonly name: string;
  /** Gives the bank something: a second person approves it. */
  readonly secondPerson: boolean;
  readonly roles: readonly Role[];
}

const widening = (name: string): Access => ({ name, secondPerson: true, roles: ["FOF"] });
const protecting = (name: string): Access => ({ name, secondPerson: false, roles: ["FOF", "FIN-R"] });

const command = <S extends TObject>(
  { name, secondPerson, roles }: Access,
  schema: S,
  rule: (state: BankAccess, body: Static<S>, today: IsoDate) => Result<readonly DomainEvent[], Refusal>,
): CommandDefinition<Static<S>> => ({
  name,
  schema,
  roles,
  postsInBookG: false,
  ...(secondPerson ? { secondPerson, checkerRoles: ["FOF", "FIN-R"] as const } : {}),
  *run(body, context) {
    const { bank, client } = body as { bank: string; client: string };
    const stream = bankClientStream(bank);
    const registered = yield* load(bankStream(bank), bankFold);
    if (registered.state.bank === undefined) return refuse("BANK_UNKNOWN", { bank }, { path: "/bank" });
    const { state } = yield* load(stream, bankAccessFold);
    const events = rule(state, body, shanghaiDate(context.recordedAt));
    return events.ok ? ok({ writes: [{ stream, events: events.value }], answer: { bank, client } }) : events;
  },
});

const RegisterBody = Type.Object(BankClientRegistered.properties, closed);
const ChangeBody = Type.Object({ ...BankClientChanged.properties, reason: Reason }, closed);
const StatusBody = Type.Object({ ...BankClientSuspended.properties, reason: Reason }, closed);
const RevokeBody = Type.Object({ ...BankKeyRevoked.properties, reason: Reason }, closed);
const Id = Type.String({ minLength: 1, maxLength: 64 });
const AddKeyBody = Type.Object(
  {
    bank: Id,
    client: Id,
    keyId: Id,
    publicKey: Type.String({ maxLength: 100, description: "Ed25519 public key, 32 bytes in base64url" }),
    validFrom: DateText,
    validTo: DateText,
    proof: Type.String({ maxLength: 100, description: "the bank's signature over the registration text, base64" }),
    replaces: Type.Optional(
      Type.Object({ keyId: Id, validTo: DateText }, { ...closed, description: "轮换: the key that ends, and its last day" }),
    ),
  },
  closed,
);

/** 客户端登记 */
export const RegisterBankClient = command(widening("RegisterBankClient"), RegisterBody, decide.registerClient);
/** 客户端变更 */
export const ChangeBankClient = command(widening("ChangeBankClient"), ChangeBody, decide.changeClient);
/** 客户端收紧 */
export const RestrictBankClient = command(protecting("RestrictBankClient"), ChangeBody, decide.restrictClient);
/** 客户端停用 */
export const SuspendBankClient = command(protecting("SuspendBankClient"), StatusBody, (state, body, today) =>
  decide.setStatus(state, "BankClientSuspended", body, today),
);
/** 客户端恢复 */
export const ResumeBankClient = command(widening("ResumeBankClient"), StatusBody, (state, body, today) =>
  decide.setStatus(state, "BankClientResumed", body, today),
);
/** 吊销公钥 */
export const RevokeBankKey = command(protecting("RevokeBankKey"), RevokeBody, decide.revokeKey);

/** Under which id, and whose, a key id or a public key was registered before. */
const reservedFold: Fold<string | undefined> = {
  initialState: undefined,
  evolve: (state, event) => (event.type === "BankKeyReserved" ? (event.payload as BankClientPayload<"BankKeyReserved">).keyId : state),
};

/** 签名公钥登记与轮换. Refuses BANK_KEY_EXISTS and BANK_KEY_USED_BEFORE, whichever bank had it, and as `addKey` does. */
export const AddBankKey: CommandDefinition<Static<typeof AddKeyBody>> = {
  name: "AddBankKey",
  schema: AddKeyBody,
  roles: ["FOF"],
  postsInBookG: false,
  secondPerson: true,
  checkerRoles: ["FOF", "FIN-R"],
  *run(body, context) {
    const { bank, client, keyId, publicKey } = body;
    const stream = bankClientStream(bank);
    const today = shanghaiDate(context.recordedAt);
    const { state } = yield* load(stream, bankAccessFold);
    const decided = decide.addKey(state, { ...body, district: context.district }, today);
    if (!decided.ok) return decided;
    const byId = yield* load(keyIdStream(keyId), reservedFold);
    if (byId.state !== undefined) return refuse(errors.BANK_KEY_EXISTS, { keyId }, { path: "/keyId" });
    const byKey = yield* load(publicKeyStream(publicKey), reservedFold);
    if (byKey.state !== undefined) return refuse(errors.BANK_KEY_USED_BEFORE, { keyId: byKey.state }, { path: "/publicKey" });
    const reserved: DomainEvent = { type: "BankKeyReserved", valueDate: today, payload: { bank, client, keyId } };
    return ok({
      writes: [
        { stream, events: decided.value },
        { stream: byId.stream, events: [reserved], expect: "none" },
        { stream: byKey.stream, events: [reserved], expect: "none" },
      ],
      answer: { bank, client, keyId },
    });
  },
};

export const bankClientCommands: readonly CommandDefinition[] = [
  RegisterBankClient,
  ChangeBankClient,
  RestrictBankClient,
  SuspendBankClient,
  ResumeBankClient,
  AddBankKey,
  RevokeBankKey,
];
