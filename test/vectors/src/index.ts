export { type CaseResult, casesIn, FORMAT, runCase, WrongUsage } from "./run.ts";
