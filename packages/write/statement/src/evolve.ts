import type { Fold } from "@huimin/decider";
import type { StatementIssued } from "./schema.ts";

/** A statement as it was issued, with the place of its event in the log. */
export type IssuedStatement = StatementIssued & { readonly position: number; readonly recordedAt: string };

/** What a household was told, in the order of issue. */
export interface StatementState {
  readonly issued: readonly IssuedStatement[];
}

export const statementFold: Fold<StatementState> = {
  initialState: { issued: [] },
  evolve: (state, event) => {
    if (event.type !== "StatementIssued") return state;
    return { issued: [...state.issued, { ...(event.payload as StatementIssued), position: event.position, recordedAt: event.recordedAt }] };
  },
};

/** The statement of a year and its supplements. */
export const issuedFor = (state: StatementState, year: number): readonly IssuedStatement[] =>
  state.issued.filter((one) => one.year === year);
