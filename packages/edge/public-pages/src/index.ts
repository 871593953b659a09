export { createPages, type Page, type Pages, sendPage } from "./pages.ts";
export { pagesOnly } from "./scope.ts";
