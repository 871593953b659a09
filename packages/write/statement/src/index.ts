export { IssueStatements, IssueStatementsBody, STATEMENTS_PER_COMMAND_MAX, statementCommands } from "./commands.ts";
export { checkRun, issueStatement, type StatementItem, type StatementRun } from "./decide.ts";
export { errors as statementErrors } from "./errors.ts";
export * from "./events.ts";
