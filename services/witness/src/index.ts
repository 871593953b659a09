export { buildWitness, type WitnessOptions } from "./app.ts";
export { openWitnessHome, type WitnessHome, WitnessHomeFault } from "./home.ts";
