/**
 * What of an HTTP request is signed. The server builds it from what arrived, byte for byte: `path` and `query` are the
 * raw ones of the request line, so no normalisation of ours can differ from the signer's.
 */
export interface SignableMessage {
  /** Upper case, e.g. `POST`. */
  readonly method: string;
  /** `http` or `https`, as the sender sees it. */
  readonly scheme: string;
  /** Host and port as sent in `Host`; lower case, the default port left out. */
  readonly authority: string;
  /** Absolute path, `/` when empty. */
  readonly path: string;
  /** Query with its leading `?`; `?` alone when there is none (RFC 9421 section 2.2.7). */
  readonly query: string;
  /** Header fields by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body's bytes; empty when there is none. */
  readonly body: Uint8Array;
}

/** A message for an address as a client writes it. */
export function messageFor(request: {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: Uint8Array | string;
}): SignableMessage {
  const at = new URL(request.url);
  const headers: Record<string, string | readonly string[] | undefined> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  const body = typeof request.body === "string" ? Buffer.from(request.body) : (request.body ?? new Uint8Array());
  return {
    method: request.method.toUpperCase(),
    scheme: at.protocol.slice(0, -1),
    authority: normaliseAuthority(at.host, at.protocol.slice(0, -1)),
    path: at.pathname,
    query: at.search === "" ? "?" : at.search,
    headers,
    body,
  };
}

/** RFC 9421 section 2.2.3: lower case, and no default port. */
export function normaliseAuthority(host: string, scheme: string): string {
  const lower = host.toLowerCase();
  const port = scheme === "https" ? ":443" : ":80";
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}

/** Path and query of a raw request target such as `/a/b?c=d`. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target === "" ? "/" : target, query: "?" };
  return { path: mark === 0 ? "/" : target.slice(0, mark), query: target.slice(mark) };
}
