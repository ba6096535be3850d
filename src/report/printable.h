// Text from a checkpoint made fit for a report: it may hold anything and be of any length.
#pragma once

#include <string>
#include <string_view>

namespace leafsum::report {

// Bytes that are not UTF-8 as "\xff"; all else as it is.
std::string Printable(std::string_view text);

// The same, cut after at most `max_bytes` with "…" where something was cut: for sentences.
std::string Clipped(std::string_view text, size_t max_bytes = 120);

}  // namespace leafsum::report
