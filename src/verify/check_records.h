// Compares what Orbax's side files say about leaves with what is stored: value types of
// `_METADATA`, `array_metadatas/*`, `_sharding`, `_strings.json`, times. No value depends on these,
// but a restore may, and a checkpoint whose parts disagree was assembled from several. Pure over
// the plan::Context; runs once the metadata of every array is known.
#pragma once

#include "plan/scan.h"

namespace leafsum::verify {

void CheckRecords(plan::Context& context, plan::Scan& scan, plan::ItemScan& item);

}  // namespace leafsum::verify
