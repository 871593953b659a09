import { type Static, Type } from "typebox";

/** 政策参数生效. Stream `policy/{key}`. Value as text: a percent, an amount, an integer, `true`, or JSON for lists. */
export const PolicyParameterSet = Type.Object({
  key: Type.String(),
  value: Type.String(),
  from: Type.String({ format: "date" }),
  to: Type.Optional(Type.String({ format: "date" })),
  document: Type.String(),
  scope: Type.Optional(Type.String()),
});
export type PolicyParameterSet = Static<typeof PolicyParameterSet>;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const policyEvents = { PolicyParameterSet } as const;

export const policyStream = (key: string): string => `policy/${key}`;
