#!/usr/bin/env bash
# What ratelimit-header-parser 0.1.0 (npm), the reader that belongs to express-rate-limit, makes of the rate limits that SCIM providers
# send. Needs node and npm; uses a temporary folder only. Fails when an answer changes.
#
# Seen: `RateLimit` in the form that drafts of the IETF have had since 2024 is recognised and read as nothing at all. A reset in
# milliseconds since 1970 is read as seconds, so that the wait ends in the year 58884. Retry-After by itself is no rate limit.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > expected.txt <<'EXPECTED'
seconds from now: in 30 s
seconds since 1970: 2027
milliseconds since 1970: 58884
RateLimit of the third draft: in 30 s
RateLimit since the eighth draft: {"limit":null,"used":null,"remaining":null,"reset":null}
Retry-After: undefined
EXPECTED

npm init --yes > npm.log
npm install --silent --no-audit --no-fund ratelimit-header-parser@0.1.0 >> npm.log
cat > read.mjs <<'JAVASCRIPT'
import { parseRateLimit } from "ratelimit-header-parser";

const start = Date.now();
const read = (headers) => parseRateLimit(new Headers(headers));
const soon = (limit) => `in ${Math.round((limit.reset - start) / 1000)} s`;
const year = (limit) => limit.reset.getUTCFullYear();
const rows = {
  "seconds from now": soon(read({ "RateLimit-Limit": "10", "RateLimit-Remaining": "0", "RateLimit-Reset": "30" })),
  "seconds since 1970": year(read({ "X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1800000000" })),
  "milliseconds since 1970": year(read({ "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1796039555000" })),
  "RateLimit of the third draft": soon(read({ RateLimit: "limit=10, remaining=0, reset=30" })),
  "RateLimit since the eighth draft": JSON.stringify(read({ "RateLimit-Policy": '"default";q=10;w=60', RateLimit: '"default";r=0;t=30' })),
  "Retry-After": String(read({ "Retry-After": "30" })),
};
for (const [name, seen] of Object.entries(rows)) console.log(`${name}: ${seen}`);
JAVASCRIPT
node read.mjs > seen.txt
diff expected.txt seen.txt
echo "as expected:"
cat seen.txt
