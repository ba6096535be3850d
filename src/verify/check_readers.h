// What the readers of src/readers would take of a source, as findings: `reader-divergence` and what goes with it (design.md §11).
#pragma once

#include "verify/scan.h"

namespace leafsum::verify {

// Of the whole source, whatever --item, --include and --exclude leave of it.
void CheckReaders(Context& context, Scan& scan);

// The rows of `check --readers`, as a JSON array.
std::string ReadersJson(const Context& context, const Scan& scan);

}  // namespace leafsum::verify
