export { CONTRACT, effective, type Fact } from "./facts.ts";
export { historyOf, steps } from "./history.ts";
export { Recorder } from "./recorder.ts";
export { type Fraction, rounded, SlowLoan } from "./reference.ts";
