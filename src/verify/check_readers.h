// Turns what the readers of src/readers would take from a source into findings: `reader-divergence`
// and what goes with it (contract §11).
#pragma once

#include "plan/scan.h"

namespace leafsum::verify {

// Judges the whole source, whatever --item, --include and --exclude leave out.
void CheckReaders(plan::Context& context, plan::Scan& scan);

// The rows of `check --readers`, as a JSON array.
std::string ReadersJson(const plan::Context& context, const plan::Scan& scan);

// {"orbax_0_11_37":"state","orbax_0_12_8":null}: the item that AUTO takes, "" for the directory
// itself, null if AUTO raises.
std::string AutoJson(const plan::Scan& scan);

}  // namespace leafsum::verify
