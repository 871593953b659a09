import { contractErrors } from "./errors-contract.ts";
import { moneyErrors } from "./errors-money.ts";

/** Refusals of batches. Codes of the scenario format are used where it has one that no other package declares. */
export const errors = { ...contractErrors, ...moneyErrors };
