/**
 * 辅助核算, the auxiliary dimensions of a journal line. A line carries a dimension only where every event that moves
 * the account knows it; otherwise what one event opens under it, another could not close.
 */
export const DIMENSIONS = [
  "model",
  "household",
  "enterprise",
  "bank",
  "village",
  "batch",
  "loan",
  "tranche",
  "source",
  "year",
  "payee",
  "obligor",
  "party",
  "bearer",
  "ref",
  "donation",
  "purpose",
  "pool",
  "payoutBatch",
  "insurer",
  "fund",
] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** Dimension values of a line. `tranche` is `unsubsidised` (非贴息) or absent; `model` is `1` … `6`. */
export type Dims = { readonly [K in Dimension]?: string | undefined };

/** A partial match: every named dimension must have this value; null asks for lines that do not carry it. */
export type DimsFilter = { readonly [K in Dimension]?: string | null | undefined };

/** No identifier of the product contains it (a unit separator is refused at the edge by every id pattern). */
const SEPARATOR = "\u001f";

/** One text per set of dimensions, the same for the same set whatever the order of its keys. */
export function dimsKey(dims: Dims): string {
  let key = "";
  for (const name of DIMENSIONS) key += (dims[name] ?? "") + SEPARATOR;
  return key;
}

export function dimsOfKey(key: string): Dims {
  const dims: { [K in Dimension]?: string } = {};
  const values = key.split(SEPARATOR);
  DIMENSIONS.forEach((name, index) => {
    const value = values[index];
    if (value) dims[name] = value;
  });
  return dims;
}

export function matchesDims(dims: Dims, filter: DimsFilter): boolean {
  for (const name of DIMENSIONS) {
    const wanted = filter[name];
    if (wanted !== undefined && (dims[name] ?? null) !== wanted) return false;
  }
  return true;
}

/** True when the filter names nothing: the total of an account. */
export const isTotal = (filter: DimsFilter | undefined): boolean =>
  filter === undefined || DIMENSIONS.every((name) => filter[name] === undefined);
