import { bodyValidator } from "@huimin/http";
import { describe, expect, it } from "vitest";
import { documentedBodyOf } from "./message-body.ts";
import { bankMessages } from "./messages.ts";

describe("examples of the API document", () => {
  it.each(bankMessages.map((message) => [message.path, message] as const))(
    "%s has an example that its own schema takes",
    (_path, message) => {
      const { examples } = documentedBodyOf(message) as { examples?: readonly unknown[] };
      const [example] = examples ?? [];
      expect(bodyValidator(documentedBodyOf(message))(example), JSON.stringify(example)).toEqual([]);
    },
  );
});
