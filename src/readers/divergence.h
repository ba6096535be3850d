// One case in which a reader would take something other than what was hashed (contract §11).
#pragma once

#include <string>

namespace leafsum::readers {

struct Divergence {
  std::string reader;  // "v1 load"
  std::string place;   // what the reader would open, relative to the source
  std::string takes;   // what it would restore, in words
  std::string hashed;  // what was hashed, in words
  std::string cure;    // what to do: a sentence without the full stop
};

}  // namespace leafsum::readers
