#!/usr/bin/env bash
# Makes what a release is, and publishes nothing: tools/release.sh [--no-tests]
# Looks whether tree, version and changelog fit, runs every test and the two clean builds, packs into build/release, and
# prints the command that publishes just these bytes. With --no-tests only what a moment takes.
set -euo pipefail
cd "$(dirname "$0")/.."
. cmake/env.sh

tests=yes
case ${1:-} in
  "") ;;
  --no-tests) tests=no ;;
  *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
fail() { echo "release: $*" >&2; exit 1; }
of_package() { node -p "JSON.parse(require('fs').readFileSync('node/package.json', 'utf8'))$1 ?? ''"; }

version=$(of_package .version)
[ -z "$(git status --porcelain)" ] || fail "the tree has changes that no commit has: git status"
newest=$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
[ "$newest" = "$version" ] || fail "node/package.json is $version, the newest section of CHANGELOG.md is $newest"
at=$(git rev-parse -q --verify "refs/tags/v$version^{commit}" || true)
[ -z "$at" ] || [ "$at" = "$(git rev-parse HEAD)" ] || fail "v$version is the tag of another commit: raise the version"

if [ $tests = yes ]; then
  tests/run.sh
  tests/campaigns/reproducible.sh
fi

out=build/release
rm -rf $out
mkdir -p $out
(cd node && npm pack --silent --pack-destination ../$out >/dev/null)
tarball=leafsum-$version.tgz
tar -xzf "$out/$tarball" -C $out --strip-components=1 package/sbom.cdx.json package/NOTICE
(cd $out && sha256sum "$tarball" sbom.cdx.json NOTICE >SHA256SUMS && cat SHA256SUMS)

# npm takes a statement of where the package was built from a CI job alone, and holds it against this address.
[ -n "$(of_package .repository)" ] || echo "release: node/package.json needs \"repository\" before npm takes --provenance"
echo
echo "Nothing was published. In a CI job that may ask for an identity (id-token: write), at the tag v$version:"
echo "  npm publish $out/$tarball --provenance --access public"
