import { type App, personCommand, RefusalError } from "@huimin/http";
import { checkIdNumber, checkName, checkPhone } from "@huimin/identity";
import type { Result } from "@huimin/outcome";
import * as registry from "@huimin/registry";
import type { FastifyRequest } from "fastify";
import type { Static, TObject, TSchema } from "typebox";
import {
  checkHousehold,
  checkMember,
  checkPlainAccount,
  partyPerson,
  sealAccount,
  sealHouseholds,
  sealMember,
  todayOf,
} from "../sealing.ts";
import type { RegistryRoutesOptions } from "./options.ts";
import * as schemas from "./schemas.ts";

const tags = ["registry"];

/** The value, or the refusal thrown. */
function value<T>(result: Result<T>): T {
  if (!result.ok) throw new RefusalError(result.refusal);
  return result.value;
}

type Person<B extends TSchema> = { readonly body: Static<B>; readonly params: Record<string, string> };
const parts = <B extends TSchema>(request: FastifyRequest): Person<B> => ({
  body: request.body as Static<B>,
  params: request.params as Record<string, string>,
});
/** What the path says, added to the body. */
const withPath = (request: FastifyRequest) => ({ ...(request.body as object), ...(request.params as object) });

/** Changes of households. What people type is checked and sealed here, before it is a command. */
export function householdCommandRoutes(app: App, { district, vault, view, clock }: RegistryRoutesOptions): void {
  const today = () => todayOf(clock);
  personCommand(app, {
    url: "/households",
    definition: registry.RegisterHousehold,
    summary: "建档立卡登记 / Register a household",
    tags,
    body: schemas.PlainHousehold,
    commandOf: async (request) => {
      const household = value(checkHousehold(parts<typeof schemas.PlainHousehold>(request).body, today()));
      return (await sealHouseholds(vault, district, [household]))[0];
    },
  });
  personCommand(app, {
    url: "/households/:household/members",
    definition: registry.AddMember,
    summary: "人口增加 / Add a member",
    tags,
    params: schemas.HouseholdPath,
    body: schemas.NewMember,
    commandOf: async (request) => {
      const { body, params } = parts<typeof schemas.NewMember>(request);
      const member = value(checkMember(body.member, today(), "/member")).value;
      return {
        household: params.household,
        member: await sealMember(vault, district, member),
        reason: body.reason,
        valueDate: body.valueDate,
      };
    },
  });
  personCommand(app, {
    url: "/households/:household/members/:personId/correction",
    definition: registry.CorrectPersonIdentity,
    summary: "身份信息更正 / Correct a person's data",
    tags,
    params: schemas.MemberPath,
    body: schemas.Correction,
    commandOf: (request) => correction(request),
  });
  for (const [method, definition, summary] of [
    ["POST", registry.BindBankAccount, "银行卡绑定 / Bind an account"],
    ["PUT", registry.ChangeBankAccount, "银行卡变更 / Change an account"],
  ] as const) {
    personCommand(app, {
      method,
      url: "/households/:household/account",
      definition,
      summary,
      tags,
      params: schemas.HouseholdPath,
      body: schemas.NewAccount,
      commandOf: async (request) => {
        const { body, params } = parts<typeof schemas.NewAccount>(request);
        const account = value(checkPlainAccount(body, ""));
        return { household: params.household, ...(await sealAccount(vault, district, body.holder, account)), valueDate: body.valueDate };
      },
    });
  }
  personCommand(app, {
    url: "/households/:household/return-to-poverty",
    definition: registry.RecordReturnToPoverty,
    summary: "返贫 / Return to poverty",
    tags,
    params: schemas.HouseholdPath,
    body: schemas.Return,
    commandOf: async (request) => {
      const { body, params } = parts<typeof schemas.Return>(request);
      const household = params.household as string;
      const head = (await view.household(district, household))?.head;
      const [cause] =
        body.cause && head ? await vault.seal([{ district, personId: head, field: "cause", keyClass: "K2", text: body.cause }]) : [];
      return { household, valueDate: body.valueDate, ...(cause === undefined ? {} : { cause }) };
    },
  });
  personCommand(app, {
    url: "/parties",
    definition: registry.RegisterParty,
    summary: "参与方备案 / Register a donor, guarantor or insurer; a natural person's name is sealed",
    tags,
    body: registry.RegisterPartyBody,
    commandOf: async (request) => {
      const { body } = parts<typeof registry.RegisterPartyBody>(request);
      if (!body.natural) return body;
      const text = value(checkName(body.name)).name;
      const [name] = await vault.seal([{ district, personId: partyPerson(body.party), field: "name", keyClass: "K1", text }]);
      return { ...body, name };
    },
  });

  /** Another ID number is another person: name and phone are sealed anew under the new person's key. */
  async function correction(request: FastifyRequest): Promise<Static<typeof registry.CorrectIdentityBody>> {
    const { body, params } = parts<typeof schemas.Correction>(request);
    const { household, personId } = params as { household: string; personId: string };
    const { field, valueDate } = body;
    const base = { household, personId, field, valueDate };
    if (field !== "idNumber") {
      const text = field === "name" ? value(checkName(body.value)).name : value(checkPhone(body.value));
      const [sealed] = (await vault.seal([{ district, personId, field, keyClass: field === "name" ? "K1" : "K2", text }])) as [string];
      return { ...base, value: sealed };
    }
    const { number } = value(checkIdNumber(body.value, { today: today() }));
    const member = (await view.household(district, household))?.members.find((one) => one.personId === personId);
    if (!member) throw new RefusalError({ code: registry.registryErrors.MEMBER_UNKNOWN, details: { household }, path: "/personId" });
    const owner = { district, personId };
    const name = await vault.unseal({ ...owner, field: "name", sealed: member.name });
    const phone = member.phone === undefined ? undefined : await vault.unseal({ ...owner, field: "phone", sealed: member.phone });
    const moved = await sealMember(vault, district, {
      name: name ?? "",
      idNumber: number,
      relation: member.relation,
      ...(phone === undefined ? {} : { phone }),
    });
    if (moved.personId === personId) return { ...base, value: moved.idNumber };
    return {
      ...base,
      value: moved.idNumber,
      newPersonId: moved.personId,
      name: moved.name,
      ...(moved.phone === undefined ? {} : { phone: moved.phone }),
    };
  }

  sealedAlready(app);
}

/** Commands without personal data: body and path are the command. */
function sealedAlready(app: App): void {
  const byPath = [
    [
      "/households/:household/members/:personId/removal",
      registry.RemoveMember,
      registry.RemoveMemberBody,
      schemas.MemberPath,
      "人口减少 / Remove a member",
    ],
    ["/households/:household/head", registry.ChangeHead, registry.ChangeHeadBody, schemas.HouseholdPath, "户主变更 / Change the head"],
    [
      "/households/:household/split",
      registry.SplitHousehold,
      registry.SplitHouseholdBody,
      schemas.HouseholdPath,
      "分户 / Split a household",
    ],
    ["/households/:into/merge", registry.MergeHouseholds, registry.MergeHouseholdsBody, undefined, "并户 / Merge households into this one"],
    [
      "/households/:household/poverty-exit",
      registry.ConfirmPovertyExit,
      registry.ConfirmPovertyExitBody,
      schemas.HouseholdPath,
      "脱贫退出 / Exit from poverty",
    ],
    [
      "/households/:household/poverty-exit-revocation",
      registry.RevokePovertyExit,
      registry.RevokePovertyExitBody,
      schemas.HouseholdPath,
      "撤销脱贫 / Revoke the exit",
    ],
    [
      "/households/:household/monitoring",
      registry.StartMonitoring,
      registry.StartMonitoringBody,
      schemas.HouseholdPath,
      "纳入监测 / Start monitoring",
    ],
    [
      "/households/:household/monitoring-end",
      registry.EndMonitoring,
      registry.EndMonitoringBody,
      schemas.HouseholdPath,
      "解除监测 / End monitoring",
    ],
    [
      "/households/:household/extinction",
      registry.RecordHouseholdExtinct,
      registry.RecordHouseholdExtinctBody,
      schemas.HouseholdPath,
      "整户消亡 / Household extinct",
    ],
    [
      "/households/:household/deregistration",
      registry.DeregisterHousehold,
      registry.DeregisterHouseholdBody,
      schemas.HouseholdPath,
      "注销登记 / Deregister",
    ],
    [
      "/households/:household/account-closure",
      registry.CloseBankAccount,
      registry.CloseAccountBody,
      schemas.HouseholdPath,
      "银行卡注销 / Close an account",
    ],
    ["/villages", registry.RegisterVillage, registry.RegisterVillageBody, undefined, "村登记 / Register a village"],
    ["/villages/:village/exit", registry.ExitVillage, registry.ExitVillageBody, undefined, "贫困村退出 / Village leaves the list"],
    [
      "/villages/:village/exit-revocation",
      registry.RevokeVillageExit,
      registry.RevokeVillageExitBody,
      undefined,
      "撤销退出 / Revoke the exit of a village",
    ],
    ["/enterprises", registry.RegisterEnterprise, registry.RegisterEnterpriseBody, undefined, "企业备案 / Register an enterprise"],
    [
      "/enterprises/:enterprise/suspension",
      registry.SuspendEnterprise,
      registry.SuspendEnterpriseBody,
      undefined,
      "企业暂停 / Suspend an enterprise",
    ],
    [
      "/enterprises/:enterprise/bankruptcy",
      registry.FileEnterpriseBankruptcy,
      registry.FileBankruptcyBody,
      undefined,
      "企业破产 / File a bankruptcy",
    ],
    ["/banks", registry.RegisterBank, registry.RegisterBankBody, undefined, "银行登记 / Register a bank"],
  ] as const satisfies readonly (readonly [string, unknown, TObject, TObject | undefined, string])[];
  for (const [url, definition, body, params, summary] of byPath) {
    const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    const path = params ?? schemas.pathOf(inPath);
    personCommand(app, {
      url,
      definition,
      summary,
      tags,
      ...(inPath.length > 0 ? { params: path } : {}),
      body: schemas.without(body, ...inPath),
      commandOf: withPath,
    });
  }
}
