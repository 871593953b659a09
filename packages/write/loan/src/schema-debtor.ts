import { type TSchema, Type } from "typebox";

const Id = Type.String({ minLength: 1, maxLength: 64 });

/**
 * 借款人变更 (domain 2.0, death of the head): another member of the household takes the debt over, as contract and bank
 * decide. Loan number, terms and stakes stay. No posting.
 */
export const debtorChanged = <S extends Record<string, TSchema>>(subject: S) =>
  Type.Object({
    ...subject,
    oldBorrower: Id,
    borrower: Id,
    reason: Type.Union([Type.Literal("death"), Type.Literal("moved"), Type.Literal("other")]),
    document: Type.Optional(Id),
  });
