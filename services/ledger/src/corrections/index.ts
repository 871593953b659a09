export { type CorrectionRouteOptions, correctionRoutes } from "./reverse.ts";
export { CORRECTIONS, type Correction, type Pattern } from "./table.ts";
