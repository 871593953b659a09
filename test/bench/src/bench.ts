/**
 * A bench measures ours and its peers in turn in one run; the ratio is what counts, absolute figures are of one machine.
 */
export interface Bench {
  /** Name for `--only`, e.g. `append`. */
  readonly name: string;
  run(options: BenchOptions): Promise<readonly BenchResult[]>;
}

export interface BenchOptions {
  /** Stay under 60 seconds, with smaller numbers. */
  readonly quick: boolean;
  /** Tells the reader what is going on. */
  readonly log: (line: string) => void;
}

/** One line of the result file. */
export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** Who or what it is compared with; `target` for an absolute one. */
  readonly peer: string;
  readonly peerValue: number;
  /** Always higher is better: ours / peer for rates, peer / ours for times; 1.0 or more reaches an absolute target. */
  readonly ratio: number;
  /** The ratio that design.md section 9 asks for. */
  readonly target: number;
}

/** A rate against a peer's rate. */
export const rateAgainst = (name: string, unit: string, ours: number, peer: string, peerValue: number, target: number): BenchResult => ({
  name,
  unit,
  ours: round(ours),
  peer,
  peerValue: round(peerValue),
  ratio: round(ours / peerValue),
  target,
});

/** A time against a peer's time: a shorter one is better. */
export const timeAgainst = (name: string, unit: string, ours: number, peer: string, peerValue: number, target: number): BenchResult => ({
  name,
  unit,
  ours: round(ours),
  peer,
  peerValue: round(peerValue),
  ratio: round(peerValue / ours),
  target,
});

const round = (value: number): number => Number(value.toPrecision(5));
