import { bankDeskProjection } from "@huimin/bank-desk";
import { bankPortfolioProjection } from "@huimin/bank-portfolio";
import { booksProjection } from "@huimin/books";
import type { Projection } from "@huimin/projector";
import { publicityProjection } from "@huimin/publicity";
import { reconciliationProjection } from "@huimin/reconciliation-view";
import { registryProjection } from "@huimin/registry-view";
import { statementRegisterProjection } from "@huimin/statement-register";
import { vouchersProjection } from "@huimin/vouchers";

/** Every read model of the product. */
export const projections = (): readonly Projection[] => [
  booksProjection,
  vouchersProjection,
  bankPortfolioProjection,
  bankDeskProjection,
  reconciliationProjection,
  registryProjection,
  statementRegisterProjection,
  publicityProjection,
];
