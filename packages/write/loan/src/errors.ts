import { creditErrors } from "./errors/credit.ts";
import { loanErrors } from "./errors/loan.ts";

/** Refusals of credit files and own loans. Codes of the scenario format are used where it has one. */
export const errors = { ...creditErrors, ...loanErrors };
