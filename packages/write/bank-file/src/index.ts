export {
  BookBankFile,
  bankFileCommands,
  ReceiveBankFile,
  ReceiveBankStatement,
  ReceiveStatementLines,
  RefuseBankFile,
  STATEMENT_LINES_MAX,
} from "./commands.ts";
export { errors as bankFileErrors } from "./errors.ts";
export * from "./events.ts";
