import type { DemoBank } from "./banks.ts";
import type { DemoOffice } from "./office.ts";

/** Who acts in the stories of own loans. */
export interface LoansCast {
  readonly banks: Readonly<Record<string, DemoBank>>;
  readonly office: DemoOffice;
  /** Person id of the head of a household. */
  readonly headOf: (household: string) => string;
}
