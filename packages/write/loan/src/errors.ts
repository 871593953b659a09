import { breakerErrors } from "./errors/breaker.ts";
import { creditErrors } from "./errors/credit.ts";
import { enterpriseLoanErrors } from "./errors/enterprise.ts";
import { loanErrors } from "./errors/loan.ts";
import { pooledLoanErrors } from "./errors/pooled.ts";

/** Refusals of credit files and loans. Codes of the scenario format are used where it has one. */
export const errors = { ...creditErrors, ...loanErrors, ...pooledLoanErrors, ...enterpriseLoanErrors, ...breakerErrors };
