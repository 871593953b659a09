export { type BankAuthentication, bankOf, needsBankSignature } from "./authenticate.ts";
export { BankKeys } from "./bank-keys.ts";
export * from "./files/index.ts";
export { bankLoanRoutes } from "./loans.ts";
export { type BankMessage, bankCommands, bankMessages } from "./messages.ts";
export { paperMessageRoutes } from "./paper.ts";
export { bankMessageRoutes, needsCurrency } from "./routes.ts";
