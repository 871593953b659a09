import { bankPortfolioProjection } from "@huimin/bank-portfolio";
import { booksProjection } from "@huimin/books";
import type { Projection } from "@huimin/projector";
import { registryProjection } from "@huimin/registry-view";

/** Every read model of the product. */
export const projections = (): readonly Projection[] => [booksProjection, bankPortfolioProjection, registryProjection];
