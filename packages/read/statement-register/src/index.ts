export { STATEMENT_REGISTER_SCHEMA, statementRegisterProjection } from "./projection.ts";
export {
  createNoticeRegister,
  createStatementRegister,
  type NoticeRegister,
  type RegisteredNotice,
  type RegisteredStatement,
  type StatementRegister,
} from "./queries.ts";
