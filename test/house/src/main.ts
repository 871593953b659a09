import { errorDocument, eventDocuments, writeDocuments } from "./documents.ts";

// `npm run docs`: writes the documents that are made from the code.
await writeDocuments(await eventDocuments());
await writeDocuments(await errorDocument());
process.stdout.write("docs/events and docs/errors.md are written\n");
