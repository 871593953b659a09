#!/usr/bin/env bash
# Signs one request to the ledger and sends it: RFC 9421 (Ed25519) and RFC 9530, with nothing but bash, openssl and curl.
# 对一个请求签名并发送：只用 bash、openssl 和 curl。
#
#   sign.sh GET  /bank/v1/loans
#   sign.sh POST /bank/v1/repayments < message.json
#   sign.sh POST '/bank/v1/files?kind=repayments' < repayments.csv
#
#   HUIMIN_URL    origin of the ledger           系统地址           http://127.0.0.1:8080
#   HUIMIN_KEY    Ed25519 private key, PEM       私钥文件           sandbox-a-1.pem
#   HUIMIN_KEYID  id under which it is known     密钥编号           sandbox-a-1
#   IDEMPOTENCY_KEY  of this message; default: a new one            幂等键
#   CONTENT_TYPE     of the body; default: application/json, or text/csv for files
#   OPENSSL       OpenSSL 3 (macOS: brew install openssl@3, OPENSSL="$(brew --prefix openssl@3)/bin/openssl")
#   DRY_RUN=1     print the signature base and the headers, send nothing
#   CREATED, NONCE   fixed ones, for checking against the handbook's example
#
# The answer's body goes to standard output, its status line to standard error. Exit code 0 for 2xx, 1 for the rest.
set -euo pipefail

method=${1:?method, such as POST} target=${2:?path with query, such as /bank/v1/loans}
url=${HUIMIN_URL:-http://127.0.0.1:8080}
key=${HUIMIN_KEY:-sandbox-a-1.pem}
keyid=${HUIMIN_KEYID:-sandbox-a-1}
openssl=${OPENSSL:-openssl}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The body as it will be sent: what is digested must not change by a byte afterwards.
headers=(-H 'Accept: application/json')
covered='"@method" "@target-uri"'
base="\"@method\": $method
\"@target-uri\": $url$target"
if [ "$method" != GET ]; then
  cat > "$work/body"
  case "$target" in /bank/v1/files*) type=${CONTENT_TYPE:-text/csv} ;; *) type=${CONTENT_TYPE:-application/json} ;; esac
  digest="sha-256=:$("$openssl" dgst -sha256 -binary "$work/body" | "$openssl" base64 -A):"
  idempotency=${IDEMPOTENCY_KEY:-$("$openssl" rand -hex 16)}
  headers+=(-H "Content-Type: $type" -H "Content-Digest: $digest" -H "Idempotency-Key: $idempotency" --data-binary "@$work/body")
  covered="$covered \"content-digest\" \"content-type\" \"idempotency-key\""
  base="$base
\"content-digest\": $digest
\"content-type\": $type
\"idempotency-key\": $idempotency"
fi

created=${CREATED:-$(date +%s)}
nonce=${NONCE:-$("$openssl" rand -hex 16)}
parameters="($covered);created=$created;expires=$((created + 120));nonce=\"$nonce\";keyid=\"$keyid\";alg=\"ed25519\""

# The signature base has no line break at its end. Ed25519 signs it as it is (-rawin), so it has to be a file.
printf '%s\n"@signature-params": %s' "$base" "$parameters" > "$work/base"
"$openssl" pkeyutl -sign -rawin -inkey "$key" -in "$work/base" -out "$work/signature"
signature=$("$openssl" base64 -A -in "$work/signature")

if [ "${DRY_RUN:-0}" = 1 ]; then
  cat "$work/base"
  printf '\n\nSignature-Input: sig1=%s\nSignature: sig1=:%s:\n' "$parameters" "$signature"
  exit 0
fi

status=$(curl --silent --show-error --request "$method" "$url$target" "${headers[@]}" \
  -H "Signature-Input: sig1=$parameters" -H "Signature: sig1=:$signature:" \
  --output "$work/answer" --write-out '%{http_code}')
cat "$work/answer"
printf '\n%s\n' "HTTP $status" >&2
case "$status" in 2??) exit 0 ;; *) exit 1 ;; esac
