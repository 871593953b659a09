import { bankApiDocuments } from "./bank-api.ts";
import { changedSchemas, errorDocument, eventDocuments, writeDocuments } from "./documents.ts";

/*
 * `npm run docs`: writes the documents that are made from the code. A changed event schema is refused: it is frozen.
 * `--thaw` is for schemas that no released version has written yet.
 */
const events = await eventDocuments();
const changed = process.argv.includes("--thaw") ? [] : await changedSchemas(events);
if (changed.length > 0) {
  process.stderr.write(
    `事件格式已冻结，请用新的 schemaVersion / frozen event schemas changed, raise the schemaVersion:\n${changed.map((name) => `  ${name}\n`).join("")}`,
  );
  process.exitCode = 1;
} else {
  await writeDocuments(events);
  await writeDocuments(await errorDocument());
  await writeDocuments(await bankApiDocuments());
  process.stdout.write("docs/events, docs/errors.md, docs/api and the SDK's types are written\n");
}
