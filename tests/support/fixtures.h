// Where the real checkpoints lie (tests/fixtures).
#pragma once

#include <string>

namespace leafsum::test {

std::string Fixtures();  // the folder's path, without a "/" at the end

}  // namespace leafsum::test
