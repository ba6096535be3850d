#!/usr/bin/env bash
# Installs what a fresh Debian 12 or 13 or Ubuntu 24.04 lacks to build and test Leafsum, and nothing else. Run it again
# as often as you like; it asks for root only if a system package is missing.
#   cmake/setup.sh                compilers, Node, pinned C sources, test packages
#   cmake/setup.sh --browser      Chromium too, for the tests of the page
#   cmake/setup.sh --servers      nginx too, for the tests of the package over HTTP
#   cmake/setup.sh --sanitizers   Clang and its sanitizers' runtime, for the tests under them
#   cmake/setup.sh --fuzz         the newest Clang that the distribution has, with libFuzzer, for tests/fuzz
#   cmake/setup.sh --coverage     the same with what counts branches, for tests/campaigns/coverage.sh
#   cmake/setup.sh --lint         formatters, linters and the type checker
set -euo pipefail
cd "$(dirname "$0")/.."

want_browser=no
want_servers=no
want_sanitizers=no
want_fuzz=no
want_coverage=no
want_lint=no
for argument in "$@"; do
  case $argument in
    --browser) want_browser=yes ;;
    --servers) want_servers=yes ;;
    --sanitizers) want_sanitizers=yes ;;
    --fuzz) want_fuzz=yes ;;
    --coverage) want_fuzz=yes want_coverage=yes ;;
    --lint) want_lint=yes ;;
    *) echo "usage: cmake/setup.sh [--browser] [--servers] [--sanitizers] [--fuzz] [--coverage] [--lint]" >&2; exit 2 ;;
  esac
done

say() { echo "setup: $*"; }
have() { command -v "$1" >/dev/null; }

mkdir -p build/deps build/tools
exec 9>build/.setup.lock
flock 9 # two scripts that start at once must not install into the same folder

# System packages.
missing=()
have emcc || missing+=(emscripten)
have cmake || missing+=(cmake)
have ninja || missing+=(ninja-build)
have g++ || missing+=(g++)
have ccache || missing+=(ccache)
have node || missing+=(nodejs)
have git || missing+=(git)
have npm || missing+=(npm)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
unpacked_browser=build/tools/chromium/chromium
if [ $want_browser = yes ] && ! have chromium && ! [ -e $unpacked_browser ]; then missing+=(chromium); fi
have cargo || missing+=(cargo)
[ $want_servers = no ] || [ -x /usr/sbin/nginx ] || missing+=(nginx)
[ $want_sanitizers = no ] || have clang++ || missing+=(clang)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else echo "Run cmake/setup.sh as root: it has to install packages." >&2; return 1
  fi
}
install() { # <package>...
  say "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>build/apt.log
}

if [ ${#missing[@]} -gt 0 ]; then
  as_root apt-get update -qq
  packages=()
  for package in "${missing[@]}"; do
    case $package in
      # Debian 12's plain cargo is too old for today's registry; the current one has another name there.
      cargo) apt-cache show cargo-web >/dev/null 2>&1 && package=cargo-web ;;
      # Ubuntu has but a stub that asks for a snap. What is unpacked below needs these.
      chromium)
        if [ -z "$(apt-cache show --no-all-versions chromium 2>/dev/null)" ]; then
          packages+=(libnss3 fontconfig-config fonts-dejavu-core)
          continue
        fi ;;
    esac
    packages+=("$package")
  done
  [ ${#packages[@]} = 0 ] || install "${packages[@]}"
fi

# The sanitizers' runtime, which Clang's package only recommends, by the name of the Clang that `clang` is.
if [ $want_sanitizers = yes ] && ! compgen -G "$(clang -print-runtime-dir)/libclang_rt.asan*.a" >/dev/null; then
  install "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
fi

# Which one cmake/newest_clang.cmake takes: it looks for names with a number first.
if [ $want_fuzz = yes ]; then
  newest=$(apt-cache search --names-only '^clang-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
  if [ -z "$newest" ]; then
    as_root apt-get update -qq
    newest=$(apt-cache search --names-only '^clang-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
  fi
  if ! have "$newest" || ! compgen -G "$("$newest" -print-resource-dir)/lib/*/libclang_rt.fuzzer*.a" >/dev/null; then
    install "$newest" "libclang-rt-${newest#clang-}-dev"
  fi
  [ $want_coverage = no ] || have "llvm-cov-${newest#clang-}" || install "llvm-${newest#clang-}"
fi

# Node: what the product supports is 20.19 and later.
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' &&
   ! cmp -s cmake/deps/package-lock.json build/tools/package-lock.json; then
  say "installing Node into build/tools ($(node --version) is too old)"
  cp cmake/deps/package.json cmake/deps/.npmrc build/tools/
  cp cmake/deps/package-lock.json build/tools/package-lock.json.new
  (cd build/tools && mv package-lock.json.new package-lock.json && npm ci --silent) || { rm -f build/tools/package-lock.json; exit 1; }
  ln -sfn "$(cd build/tools && echo node_modules/node-linux-*)" build/tools/node
fi

if [ $want_browser = yes ] && ! have chromium && ! [ -e $unpacked_browser ]; then
  say "unpacking Chromium into build/tools/chromium (this distribution packages it as a snap alone)"
  # Under another name until all of it is there: what an interrupted run leaves must not pass for it.
  rm -rf build/tools/chromium build/tools/chromium.new
  mkdir build/tools/chromium.new
  cp cmake/deps/chromium/{package.json,package-lock.json,.npmrc} build/tools/chromium.new/
  (
    . cmake/env.sh
    cd build/tools/chromium.new && npm ci --silent &&
      TMPDIR=$PWD node --input-type=module -e "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
  )
  mv build/tools/chromium.new build/tools/chromium
fi

# Packages of the tests.
if ! cmp -s tests/package-lock.json tests/node_modules/.leafsum-lock.json; then
  say "installing the tests' packages into tests/node_modules"
  (cd tests && npm ci --silent)
  cp tests/package-lock.json tests/node_modules/.leafsum-lock.json
fi

# Packages that go into the product: node/pack_sigstore.js makes modules of them, here those of a clone.
sigstore=$(cat cmake/deps/sigstore/package-lock.json node/pack_sigstore.js | sha256sum)
if [ "$sigstore" != "$(cat build/deps/sigstore/.made 2>/dev/null)" ]; then
  say "installing Sigstore's packages into build/deps/sigstore"
  rm -rf build/deps/sigstore
  mkdir build/deps/sigstore
  cp cmake/deps/sigstore/{package.json,package-lock.json,.npmrc} build/deps/sigstore/
  (. cmake/env.sh && cd build/deps/sigstore && npm ci --ignore-scripts --silent && node ../../../node/pack_sigstore.js modules)
  echo "$sigstore" >build/deps/sigstore/.made
fi

# What tools/format and tools/lint run.
if [ $want_lint = yes ]; then
  if ! cmp -s tools/package-lock.json tools/node_modules/.leafsum-lock.json; then
    say "installing formatter, linter and type checker into tools/node_modules"
    (. cmake/env.sh && cd tools && npm ci --silent)
    cp tools/package-lock.json tools/node_modules/.leafsum-lock.json
  fi
  if ! cmp -s tools/requirements.txt build/tools/python/.requirements; then
    say "installing clang-format, clang-tidy and Ruff into build/tools/python"
    rm -rf build/tools/python
    python3 -m venv build/tools/python
    build/tools/python/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tools/requirements.txt
    cp tools/requirements.txt build/tools/python/.requirements
  fi
fi

# Sources, as cmake/deps/dependencies.json pins them: crates, checked by cargo against Cargo.lock (which tools/lint holds
# against the table), and wheels that carry headers alone, checked by pip against the table.
if ! cmp -s cmake/deps/Cargo.lock build/deps/vendor/.leafsum-lock; then
  say "unpacking the pinned C sources into build/deps/vendor"
  cargo vendor --quiet --locked --manifest-path cmake/deps/Cargo.toml build/deps/vendor >/dev/null
  cp cmake/deps/Cargo.lock build/deps/vendor/.leafsum-lock
fi
wheels=$(python3 -c '
import json
for row in json.load(open("cmake/deps/dependencies.json")).values():
    if row["client"] == "pip":
        print("{}=={}".format(*row["package"].split()), "--hash=sha256:" + row["package_sha256"])')
if [ "$wheels" != "$(cat build/deps/wheels/.requirements 2>/dev/null)" ]; then
  say "unpacking the pinned headers into build/deps/wheels"
  rm -rf build/deps/wheels build/deps/wheels.new
  mkdir build/deps/wheels.new
  python3 -m venv build/deps/wheels.new/venv
  echo "$wheels" >build/deps/wheels.new/.requirements
  # A Python that is newer than the machine's: the packages say what they were built with, and nothing of it is run.
  build/deps/wheels.new/venv/bin/pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --python-version 3.13 -d build/deps/wheels.new -r build/deps/wheels.new/.requirements
  for wheel in build/deps/wheels.new/*.whl; do
    name=${wheel##*/}
    python3 -m zipfile -e "$wheel" "build/deps/wheels.new/${name%%-*}"
  done
  rm -rf build/deps/wheels.new/venv build/deps/wheels.new/*.whl
  mv build/deps/wheels.new build/deps/wheels
fi
