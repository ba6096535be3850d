// Text from a checkpoint made fit for a report: it may hold anything, a JSON document may not.
#pragma once

#include <string>
#include <string_view>

namespace leafsum::report {

// Bytes that are not UTF-8 as "\xff"; all else as it is.
std::string Printable(std::string_view text);

}  // namespace leafsum::report
