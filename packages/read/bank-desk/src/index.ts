export { bankDeskProjection, DESK_SCHEMA, type ItemKind } from "./projection.ts";
export {
  type BankDesk,
  createBankDesk,
  type DeskItem,
  type DeskPage,
  type HeldDuplicate,
  type ModelPosition,
  PAGE_ITEMS_MAX,
} from "./queries.ts";
