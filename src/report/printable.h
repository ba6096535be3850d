// Makes text from a checkpoint, which may hold anything and have any length, fit for a report.
#pragma once

#include <string>
#include <string_view>

namespace leafsum::report {

// Replaces bytes that are not UTF-8 by "\xff"; everything else is unchanged.
std::string Printable(std::string_view text);

// The same for use in a sentence: longer text is cut to at most `max_bytes`, and "…" is added.
std::string Clipped(std::string_view text, size_t max_bytes = 120);

}  // namespace leafsum::report
