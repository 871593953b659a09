import type { RecordedEvent } from "@huimin/decider";
import { checkAccount } from "@huimin/identity";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import { BindBankAccount, ChangeBankAccount, CloseBankAccount } from "@huimin/registry";
import { householdFold, householdStream } from "@huimin/registry/events";
import { type Static, Type } from "typebox";
import type { AccountSealing, BankMessage } from "./message.ts";

/*
 * 银行卡绑定、变更、注销 as a bank reports them: the number comes in clear over the signed connection and is sealed before
 * anything else sees it. The account is one of the sending bank's; its holder is the head, unless the bank names a member.
 */

const closed = { additionalProperties: false } as const;
const Household = Type.String({ minLength: 1, maxLength: 64 });
const Purpose = Type.Union([Type.Literal("all"), Type.Literal("dividend"), Type.Literal("subsidy"), Type.Literal("loan")]);
const AccountMessage = Type.Object(
  {
    household: Household,
    holder: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "person id of a member; default: the head" })),
    kind: Type.Union([Type.Literal("card"), Type.Literal("passbook"), Type.Literal("social-security-card")]),
    number: Type.String({ minLength: 8, maxLength: 60, description: "账号 in clear; sealed on arrival, shown masked ever after" }),
    purpose: Type.Optional(Purpose),
    valueDate: Type.String({ format: "date" }),
  },
  closed,
);

async function sealed(
  body: Readonly<Record<string, unknown>>,
  bank: string,
  { district, vault, store }: AccountSealing,
): Promise<Result<Record<string, unknown>, Refusal>> {
  const { household, kind, number, purpose = "all", valueDate, ...given } = body as Static<typeof AccountMessage>;
  const checked = checkAccount(number, kind);
  if (!checked.ok) return { ok: false, refusal: { ...checked.refusal, path: "/number" } };
  const holder = given.holder ?? (await headOf(store, district, household));
  const text = checked.value.number;
  const [sealedNumber] = await vault.seal([{ district, personId: holder, field: "account", keyClass: "K1", text }]);
  const [numberHash] = await vault.accountFingerprints(district, [text]);
  return ok({ household, holder, bank, kind, number: sealedNumber, numberHash, purpose, valueDate });
}

/** The head of the household; of an unknown one nobody, which the command refuses by its own rule. */
async function headOf(store: AccountSealing["store"], district: string, household: string): Promise<string> {
  const { events } = await store.readStream(district, householdStream(household));
  const state = events.reduce((before, event) => householdFold.evolve(before, event as RecordedEvent), householdFold.initialState);
  return state.head ?? "unknown";
}

const plain = { schema: AccountMessage, commandOf: sealed };

export const accountMessages: readonly BankMessage[] = [
  { path: "bank-account-bindings", definition: BindBankAccount, plain, summary: "银行卡绑定 / An account of a household is bound" },
  { path: "bank-account-changes", definition: ChangeBankAccount, plain, summary: "银行卡变更 / An account of a household is changed" },
  { path: "bank-account-closures", definition: CloseBankAccount, summary: "银行卡注销 / An account of a household is closed" },
];
