// What Python's int() makes of a text. Orbax reads the indices of lists with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leafsum::orbax {

// The number as str(int(text)) writes it: "0", "10", "-1". Nothing if int() raises. A text that is
// not ASCII is returned unchanged: int() may accept it, because it knows the digits of every
// script.
std::optional<std::string> PythonInt(std::string_view text);

}  // namespace leafsum::orbax
