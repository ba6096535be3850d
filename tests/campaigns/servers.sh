#!/usr/bin/env bash
# Every fixture over real servers: nginx, Apache, Caddy and Python's http.server (apt), moto as S3 (PyPI), and our
# stand-in of the Hub held against huggingface_hub, which has to download the same files from it. Some minutes; installs
# the distribution's packages as root and Python's into build/servers.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
for program in nginx:nginx-light apache2:apache2 caddy:caddy; do
  command -v "${program%%:*}" >/dev/null || [ -e "/usr/sbin/${program%%:*}" ] || missing+=("${program##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
if ! [ -e build/servers/bin/moto_server ]; then
  python3 -m venv build/servers
  build/servers/bin/pip install -q 'moto[server,s3]==5.2.1' 'boto3==1.43.11' \
    "huggingface_hub==$(cat tests/campaigns/servers/huggingface_hub.version)"
fi

LEAFSUM_ALL_SERVED=1 node --test --test-reporter=spec tests/node/server_listings.test.js
node tests/campaigns/servers/buckets.mjs build/servers/bin
node tests/campaigns/servers/hub.mjs build/servers/bin
