# Sourced by the scripts, and by you for work by hand: `. cmake/env.sh`. Puts the Node that cmake/setup.sh installed, if
# the system's is too old, before all others.
leafsum_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -x "$leafsum_root/build/tools/node/bin/node" ]; then
  case ":$PATH:" in
    *":$leafsum_root/build/tools/node/bin:"*) ;;
    *) export PATH="$leafsum_root/build/tools/node/bin:$PATH" ;;
  esac
fi
# What one clone has compiled serves the others.
export CCACHE_BASEDIR="$leafsum_root"
# The distribution's Node programs (npm, em++'s optimiser) keep their modules where only its own Node looks.
if [ -z "${NODE_PATH:-}" ] && command -v dpkg >/dev/null; then
  NODE_PATH=$(dpkg -L node-acorn 2>/dev/null | sed -n 's|/acorn/package.json$||p' | head -n 1)
  [ -z "$NODE_PATH" ] || export NODE_PATH
fi
