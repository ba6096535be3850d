// What Python's int() makes of a text: Orbax takes the indices of lists so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leafsum::orbax {

// The number as str(int(text)) writes it: "0", "10", "-1". Nothing where int() raises. A text that
// is not ASCII, which int() may take too (it knows the digits of every script), is given back as it
// is.
std::optional<std::string> PythonInt(std::string_view text);

}  // namespace leafsum::orbax
