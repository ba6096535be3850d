// What the readers of src/readers would take of a source, as findings: `reader-divergence` and what
// goes with it (contract §11).
#pragma once

#include "plan/scan.h"

namespace leafsum::verify {

// Of the whole source, whatever --item, --include and --exclude leave of it.
void CheckReaders(plan::Context& context, plan::Scan& scan);

// The rows of `check --readers`, as a JSON array.
std::string ReadersJson(const plan::Context& context, const plan::Scan& scan);

// {"orbax_0_11_37":"state","orbax_0_12_8":null}: the item that AUTO takes, "" for the directory
// itself, null where it raises.
std::string AutoJson(const plan::Scan& scan);

}  // namespace leafsum::verify
