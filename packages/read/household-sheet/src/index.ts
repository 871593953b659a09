export type { HouseholdEntitlement, SheetEntitlement, SheetPayout } from "./entitlements.ts";
export type { SheetFigures } from "./figures.ts";
export { figuresOf, linesOfHousehold, printFigures } from "./figures.ts";
export type { SheetCarrier, SheetHelp, SheetPairing } from "./help.ts";
export type {
  HouseholdSheet,
  HouseholdSheets,
  Reveal,
  SheetAccount,
  SheetInterest,
  SheetLoan,
  SheetMember,
  SheetOptions,
  SheetQuestion,
  SheetSubsidy,
  TimelineEntry,
} from "./sheet.ts";
export { createHouseholdSheets } from "./sheet.ts";
export { EVENT_TITLES } from "./titles.ts";
