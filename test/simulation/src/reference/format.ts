/** A scenario file of format `scenario-neutral/1`, as far as the reference reads it. */
export interface File {
  readonly format: string;
  readonly id: string;
  readonly title: string;
  readonly covers: readonly string[];
  readonly parties: Readonly<Record<string, readonly Party[]>>;
  readonly policy: readonly PolicyEntry[];
  readonly facts: readonly Fact[];
  readonly checkpoints: readonly Checkpoint[];
  readonly refused: readonly Refused[];
  readonly orders?: readonly Order[];
  readonly notes?: readonly string[];
}

export interface Party {
  readonly id: string;
  readonly members?: number;
  readonly createdByFact?: number;
}

export interface PolicyEntry {
  readonly key: string;
  readonly value: unknown;
  readonly from: string;
  readonly to?: string;
  readonly document: string;
}

// biome-ignore lint/suspicious/noExplicitAny: data of many shapes, described by the schema of the format
export type Data = Readonly<Record<string, any>>;

export interface Entry {
  readonly event: string;
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly by: string;
  readonly data: Data;
}

export interface Fact extends Entry {
  readonly n: number;
  readonly yields?: Yields;
}

export type Yields = Readonly<Record<string, unknown>>;

export interface Refused extends Entry {
  readonly afterFact: number;
  readonly why: readonly string[];
}

export interface Order {
  readonly order: number;
  readonly recordedAs: readonly Fact[];
}

export type Aux = Readonly<Record<string, string | number>>;

export interface Row {
  readonly book: string;
  readonly account: string;
  readonly aux?: Aux;
  readonly year?: number;
  readonly side: "debit" | "credit" | "zero";
  readonly amount: string;
}

export type Sheet = Readonly<Record<string, string | number>>;

export interface Statement {
  readonly yearly?: readonly Yields[];
  readonly figures?: readonly Data[];
}

export interface Checkpoint {
  readonly afterFact: number;
  readonly knownAt?: number;
  readonly asOf?: string;
  readonly balances: readonly Row[];
  readonly sheet?: Readonly<Record<string, Sheet>>;
  readonly statement?: Statement;
}
