// What Orbax's side files say about leaves, against what is stored: `_METADATA`'s value types,
// `array_metadatas/*`, `_sharding`, `_strings.json`, times. No value depends on any of it, a
// restore may, and a checkpoint whose parts disagree was put together from several. Pure over the
// plan::Context; runs once every array's metadata is known.
#pragma once

#include "plan/scan.h"

namespace leafsum::verify {

void CheckRecords(plan::Context& context, plan::Scan& scan, plan::ItemScan& item);

}  // namespace leafsum::verify
