import { type IsoDate, shanghaiDate } from "@huimin/calendar";
import { type CommandDefinition, type DomainEvent, type Fold, load, type Role } from "@huimin/decider";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import type { Static, TSchema } from "typebox";
import * as decide from "../decide/parties.ts";
import { bankFold, enterpriseFold, partyFold, villageFold } from "../parties.ts";
import { bankStream, enterpriseStream, partyStream, villageStream } from "../streams.ts";
import * as bodies from "./bodies.ts";

interface PartyKind<S> {
  readonly key: "village" | "enterprise" | "party" | "bank";
  readonly stream: (id: string) => string;
  readonly fold: Fold<S>;
  readonly roles: readonly Role[];
}

/** A command on one party's stream; its answer names the party and what should be looked at again. */
const onParty = <S, B extends TSchema>(
  kind: PartyKind<S>,
  name: string,
  schema: B,
  rule: (state: S, command: Static<B>, today: IsoDate) => Result<readonly DomainEvent[] | decide.WithWarnings, Refusal>,
): CommandDefinition<Static<B>> => ({
  name,
  schema,
  roles: kind.roles,
  postsInBookG: false,
  *run(command, context) {
    const id = (command as Record<string, string>)[kind.key] as string;
    const stream = kind.stream(id);
    const { state } = yield* load(stream, kind.fold);
    const decided = rule(state, command, shanghaiDate(context.recordedAt));
    if (!decided.ok) return decided;
    const { events, warnings } = "events" in decided.value ? decided.value : { events: decided.value, warnings: [] };
    return ok({ writes: [{ stream, events }], answer: { [kind.key]: id, warnings } });
  },
});

const village: PartyKind<Parameters<typeof decide.registerVillage>[0]> = {
  key: "village",
  stream: villageStream,
  fold: villageFold,
  roles: ["POV"],
};
const enterprise: PartyKind<Parameters<typeof decide.registerEnterprise>[0]> = {
  key: "enterprise",
  stream: enterpriseStream,
  fold: enterpriseFold,
  roles: ["FOF"],
};
const party: PartyKind<Parameters<typeof decide.registerParty>[0]> = {
  key: "party",
  stream: partyStream,
  fold: partyFold,
  roles: ["FOF", "POV", "OFFICE"],
};
const bank: PartyKind<Parameters<typeof decide.registerBank>[0]> = { key: "bank", stream: bankStream, fold: bankFold, roles: ["FOF"] };

/** 村登记 */
export const RegisterVillage = onParty(village, "RegisterVillage", bodies.RegisterVillageBody, decide.registerVillage);
/** 贫困村退出 */
export const ExitVillage = onParty(village, "ExitVillage", bodies.ExitVillageBody, decide.exitVillage);
/** 撤销退出 */
export const RevokeVillageExit = onParty(village, "RevokeVillageExit", bodies.RevokeVillageExitBody, decide.revokeVillageExit);
/** 企业备案 */
export const RegisterEnterprise = onParty(enterprise, "RegisterEnterprise", bodies.RegisterEnterpriseBody, decide.registerEnterprise);
/** 企业暂停 */
export const SuspendEnterprise = onParty(enterprise, "SuspendEnterprise", bodies.SuspendEnterpriseBody, (state, command, today) =>
  decide.endEnterprise(state, "EnterpriseSuspended", command, today),
);
/** 企业破产 */
export const FileEnterpriseBankruptcy = onParty(
  enterprise,
  "FileEnterpriseBankruptcy",
  bodies.FileBankruptcyBody,
  (state, command, today) => decide.endEnterprise(state, "EnterpriseBankruptcyFiled", command, today),
);
/** 参与方备案: 捐赠人、担保方、保险人 */
export const RegisterParty = onParty(party, "RegisterParty", bodies.RegisterPartyBody, decide.registerParty);
/** 银行登记 */
export const RegisterBank = onParty(bank, "RegisterBank", bodies.RegisterBankBody, decide.registerBank);

export const partyCommands: readonly CommandDefinition[] = [
  RegisterVillage,
  ExitVillage,
  RevokeVillageExit,
  RegisterEnterprise,
  SuspendEnterprise,
  FileEnterpriseBankruptcy,
  RegisterParty,
  RegisterBank,
];
