export { type StormOptions, type StormReport, storm } from "./storm.ts";
