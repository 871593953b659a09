import { Type } from "typebox";
import { Member, PartyKind, Sealed } from "../schema.ts";

/*
 * Bodies of the register's commands. Personal data in them is sealed already: the edge seals what people type before it
 * becomes a command, so that no command, proposal or event carries it in clear.
 */

export const Id = Type.String({ minLength: 1, maxLength: 64 });
export const DateText = Type.String({ minLength: 10, maxLength: 10, description: "业务发生日 value date, YYYY-MM-DD" });
export const Reason = Type.String({ minLength: 1, maxLength: 500 });
export const Document = Type.String({ minLength: 1, maxLength: 200, description: "文件号 document number" });
const Relation = Type.String({ minLength: 1, maxLength: 32, description: "head, spouse, child, parent, grandchild, other" });

/** Members of one household at most: the largest of the register has 6, the longest list of relatives ever seen 23. */
const MEMBERS_MAX = 50;

export const strict = { additionalProperties: false } as const;

export const AccountFields = {
  holder: Id,
  bank: Id,
  kind: Type.Union([Type.Literal("card"), Type.Literal("passbook"), Type.Literal("social-security-card")]),
  number: Sealed,
  numberHash: Id,
  purpose: Type.Union([Type.Literal("all"), Type.Literal("dividend"), Type.Literal("subsidy"), Type.Literal("loan")]),
};

export const RegisterHouseholdBody = Type.Object(
  {
    household: Id,
    village: Id,
    members: Type.Array(Member, { minItems: 1, maxItems: MEMBERS_MAX }),
    head: Id,
    cause: Type.Optional(Sealed),
    kind: Type.Optional(Type.Union([Type.Literal("poor"), Type.Literal("marginal")])),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: "村民小组" })),
    account: Type.Optional(Type.Object(AccountFields, strict)),
    valueDate: DateText,
  },
  strict,
);

/** Households of one atomic registration: with 6 members and an account each it stays below the 10,000 events of a request. */
export const BATCH_HOUSEHOLDS_MAX = 1_200;
/** Events of one registration at most: what a request to the log may carry. */
export const BATCH_EVENTS_MAX = 9_000;
export const RegisterHouseholdsBody = Type.Object(
  { households: Type.Array(RegisterHouseholdBody, { minItems: 1, maxItems: BATCH_HOUSEHOLDS_MAX }) },
  strict,
);

export const DeregisterHouseholdBody = Type.Object({ household: Id, reason: Reason, valueDate: DateText }, strict);
export const AddMemberBody = Type.Object(
  {
    household: Id,
    member: Member,
    reason: Type.Union([Type.Literal("birth"), Type.Literal("marriage"), Type.Literal("moved")]),
    valueDate: DateText,
  },
  strict,
);
export const RemoveMemberBody = Type.Object(
  {
    household: Id,
    personId: Id,
    reason: Type.Union([Type.Literal("death"), Type.Literal("marriage"), Type.Literal("moved")]),
    valueDate: DateText,
  },
  strict,
);
export const ChangeHeadBody = Type.Object({ household: Id, newHead: Id, valueDate: DateText }, strict);
export const CorrectIdentityBody = Type.Object(
  {
    household: Id,
    personId: Id,
    field: Type.Union([Type.Literal("name"), Type.Literal("idNumber"), Type.Literal("phone")]),
    value: Sealed,
    newPersonId: Type.Optional(Id),
    name: Type.Optional(Sealed),
    phone: Type.Optional(Sealed),
    valueDate: DateText,
  },
  strict,
);

export const SplitHouseholdBody = Type.Object(
  {
    household: Id,
    targets: Type.Array(
      Type.Object(
        {
          household: Id,
          head: Id,
          members: Type.Array(Type.Object({ personId: Id, relation: Type.Optional(Relation) }, strict), {
            minItems: 1,
            maxItems: MEMBERS_MAX,
          }),
        },
        strict,
      ),
      { minItems: 2, maxItems: 10 },
    ),
    debtorStays: Id,
    valueDate: DateText,
  },
  strict,
);
export const MergeHouseholdsBody = Type.Object(
  {
    into: Id,
    households: Type.Array(Id, { minItems: 1, maxItems: 10 }),
    relations: Type.Optional(Type.Record(Id, Relation)),
    valueDate: DateText,
  },
  strict,
);

export const ConfirmPovertyExitBody = Type.Object(
  {
    household: Id,
    year: Type.Integer({ minimum: 2011, maximum: 2100 }),
    document: Document,
    income: Type.Optional(Type.String({ maxLength: 40 })),
    valueDate: DateText,
  },
  strict,
);
export const RevokePovertyExitBody = DeregisterHouseholdBody;
export const RecordReturnToPovertyBody = Type.Object({ household: Id, cause: Type.Optional(Sealed), valueDate: DateText }, strict);
export const StartMonitoringBody = Type.Object(
  {
    household: Id,
    kind: Type.Union([Type.Literal("unstable-exit"), Type.Literal("marginal"), Type.Literal("sudden-hardship")]),
    valueDate: DateText,
  },
  strict,
);
export const EndMonitoringBody = Type.Object({ household: Id, valueDate: DateText }, strict);
export const RecordHouseholdExtinctBody = Type.Object(
  {
    household: Id,
    lastMembers: Type.Array(Id, { minItems: 1, maxItems: MEMBERS_MAX, description: "every remaining member, by id" }),
    valueDate: DateText,
  },
  strict,
);

export const SetAccountBody = Type.Object({ household: Id, ...AccountFields, valueDate: DateText }, strict);
export const CloseAccountBody = Type.Object({ household: Id, purpose: AccountFields.purpose, reason: Reason, valueDate: DateText }, strict);

export const RegisterVillageBody = Type.Object(
  {
    village: Id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    street: Type.String({ minLength: 1, maxLength: 100 }),
    streetCode: Id,
    population: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    plannedExit: Type.Optional(Type.Array(Type.Integer({ minimum: 2011, maximum: 2100 }), { maxItems: 10 })),
    valueDate: DateText,
  },
  strict,
);
export const ExitVillageBody = Type.Object({ village: Id, document: Document, valueDate: DateText }, strict);
export const RevokeVillageExitBody = Type.Object({ village: Id, reason: Reason, valueDate: DateText }, strict);

export const RegisterEnterpriseBody = Type.Object(
  {
    enterprise: Id,
    name: Type.String({ minLength: 2, maxLength: 200 }),
    creditCode: Type.String({ minLength: 1, maxLength: 32 }),
    roles: Type.Array(Type.Union([Type.Literal("carrier"), Type.Literal("partner")]), {
      minItems: 1,
      maxItems: 2,
      description: "带贫企业, 合作企业",
    }),
    category: Type.Optional(Type.String({ maxLength: 100 })),
    valueDate: DateText,
  },
  strict,
);
export const SuspendEnterpriseBody = Type.Object({ enterprise: Id, reason: Reason, valueDate: DateText }, strict);
export const FileBankruptcyBody = Type.Object(
  {
    enterprise: Id,
    court: Type.Optional(Type.String({ maxLength: 200 })),
    claimFiled: Type.Optional(Type.String({ maxLength: 200 })),
    valueDate: DateText,
  },
  strict,
);
export const RegisterPartyBody = Type.Object(
  {
    party: Id,
    kind: PartyKind,
    name: Type.String({ minLength: 1, maxLength: 1_000, description: "of a natural person sealed" }),
    natural: Type.Optional(Type.Boolean({ description: "自然人 a natural person" })),
    creditCode: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: "统一社会信用代码; absent for a person" })),
    valueDate: DateText,
  },
  strict,
);
export const RegisterBankBody = Type.Object(
  {
    bank: Id,
    name: Type.String({ minLength: 2, maxLength: 200 }),
    cnaps: Type.Optional(Type.String({ maxLength: 20 })),
    valueDate: DateText,
  },
  strict,
);
