export { STATEMENT_REGISTER_SCHEMA, statementRegisterProjection } from "./projection.ts";
export { createStatementRegister, type RegisteredStatement, type StatementRegister } from "./queries.ts";
