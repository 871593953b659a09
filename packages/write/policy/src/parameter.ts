/**
 * Every parameter of the district's policy with its type, unit and the values that hold while the finance office has
 * set nothing else. A default is data with the document that set it, not a constant in a rule.
 */
export type ParameterType =
  | "percent"
  | "amount"
  | "integer"
  | "bool"
  | "weights"
  | "method"
  | "residue-rule"
  | "ceiling"
  | "control"
  | "statement-control"
  | "voucher-types"
  | "texts";

export interface ParameterDefault {
  readonly from: string;
  /** Inclusive; open when absent. */
  readonly to?: string;
  readonly value: string;
  readonly document: string;
}

export interface Parameter {
  readonly type: ParameterType;
  readonly unit: string;
  readonly zh: string;
  readonly en: string;
  readonly defaults: readonly ParameterDefault[];
  /** Weights of these parties only, each of them once. */
  readonly parties?: readonly string[];
  /** Values of an integer that may be chosen; any below 1,000,000 when absent. */
  readonly choices?: readonly number[];
}

/** Defaults without a document that dates them hold from here on: before any loan that the books can meet. */
export const ALWAYS = "0000-01-01";
export const DEFAULT_DOCUMENT = "产品默认值";

export const always = (value: string, document = DEFAULT_DOCUMENT): readonly ParameterDefault[] => [{ from: ALWAYS, value, document }];
