import { type TObject, type TSchema, Type } from "typebox";

export const Id = Type.String({ minLength: 1, maxLength: 64 });
export const strict = { additionalProperties: false } as const;
const DateText = Type.String({ minLength: 10, maxLength: 10, description: "业务发生日 value date, YYYY-MM-DD" });
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A command's body without what the path says. */
export function without(schema: TObject, ...keys: readonly string[]): TObject {
  return Type.Object(
    Object.fromEntries(Object.entries(schema.properties).filter(([key]) => !keys.includes(key))) as Record<string, TSchema>,
    strict,
  );
}

export const PlainMember = Type.Object(
  {
    name: Type.String({ maxLength: 200, description: "姓名" }),
    idNumber: Type.String({ maxLength: 40, description: "居民身份证号" }),
    relation: Type.String({ minLength: 1, maxLength: 32, description: "head, spouse, child, parent, grandchild, other" }),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
  },
  strict,
);

export const PlainAccount = Type.Object(
  {
    bank: Id,
    kind: Type.Union([Type.Literal("card"), Type.Literal("passbook"), Type.Literal("social-security-card")]),
    number: Type.String({ maxLength: 60 }),
    purpose: Type.Optional(Type.Union([Type.Literal("all"), Type.Literal("dividend"), Type.Literal("subsidy"), Type.Literal("loan")])),
  },
  strict,
);

export const PlainHousehold = Type.Object(
  {
    household: Id,
    village: Id,
    members: Type.Array(PlainMember, { minItems: 1, maxItems: 50 }),
    cause: Type.Optional(Type.String({ maxLength: 200, description: "致贫原因" })),
    kind: Type.Optional(Type.Union([Type.Literal("poor"), Type.Literal("marginal")])),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: "村民小组" })),
    account: Type.Optional(PlainAccount),
    valueDate: DateText,
  },
  strict,
);

export const NewMember = Type.Object(
  {
    member: PlainMember,
    reason: Type.Union([Type.Literal("birth"), Type.Literal("marriage"), Type.Literal("moved")]),
    valueDate: DateText,
  },
  strict,
);
export const NewAccount = Type.Object({ holder: Id, ...PlainAccount.properties, valueDate: DateText }, strict);
export const Correction = Type.Object(
  {
    field: Type.Union([Type.Literal("name"), Type.Literal("idNumber"), Type.Literal("phone")]),
    value: Type.String({ minLength: 1, maxLength: 200 }),
    valueDate: DateText,
  },
  strict,
);
export const Return = Type.Object({ cause: Type.Optional(Type.String({ maxLength: 200 })), valueDate: DateText }, strict);

/** Path parameters by name, each an id. */
export const pathOf = (names: readonly string[]): TObject => Type.Object(Object.fromEntries(names.map((name) => [name, Id])));
export const HouseholdPath = Type.Object({ household: Id });
export const MemberPath = Type.Object({ household: Id, personId: Id });

export const HouseholdLine = Type.Object({
  household: Type.String(),
  village: Type.String(),
  villageName: Type.String(),
  kind: Type.String(),
  status: Type.String(),
  monitored: Type.Boolean(),
  people: Type.Integer(),
  registeredOn: Type.String(),
  creditGroup: Type.String(),
  head: Type.String({ description: "personId" }),
  headName: Nullable(Type.String()),
  headIdNumber: Nullable(Type.String()),
  restricted: Type.Boolean({ description: "限制处理: the head's data is not shown" }),
});

export const Household = Type.Object({
  household: Type.String(),
  village: Type.String(),
  kind: Type.String(),
  status: Type.String(),
  registeredOn: Type.String(),
  endedFrom: Type.Optional(Type.String()),
  creditGroup: Type.String(),
  head: Type.String(),
  cause: Nullable(Type.String()),
  members: Type.Array(
    Type.Object({
      personId: Type.String(),
      relation: Type.String(),
      from: Type.String(),
      restricted: Type.Boolean({ description: "限制处理: this person's data is not shown" }),
      name: Nullable(Type.String()),
      idNumber: Nullable(Type.String()),
      phone: Nullable(Type.String()),
    }),
  ),
  accounts: Type.Array(
    Type.Object({
      purpose: Type.String(),
      holder: Type.String(),
      bank: Type.String(),
      kind: Type.String(),
      from: Type.String(),
      recordedAt: Type.String(),
      isPayoutAccount: Type.Boolean(),
      number: Nullable(Type.String()),
    }),
  ),
});

export const ImportAnswer = Type.Object({
  outcome: Type.Union([Type.Literal("booked"), Type.Literal("refused"), Type.Literal("checked")]),
  sha256: Type.String(),
  rows: Type.Integer(),
  found: Type.Object({ households: Type.Integer(), people: Type.Integer() }),
  registered: Type.Object({ households: Type.Integer(), people: Type.Integer() }),
  faults: Type.Array(
    Type.Object({
      row: Type.Optional(Type.Integer()),
      column: Type.Optional(Type.String()),
      household: Type.Optional(Type.String()),
      code: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      remedyZh: Type.String(),
      remedyEn: Type.String(),
    }),
  ),
  faultsTotal: Type.Integer(),
  ignoredColumns: Type.Array(Type.String()),
  position: Type.Optional(Type.Integer()),
});
