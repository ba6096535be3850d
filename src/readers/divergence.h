// One thing that a reader would take otherwise than it was hashed (contract §11).
#pragma once

#include <string>

namespace leafsum::readers {

struct Divergence {
  std::string reader;  // "v1 load"
  std::string place;   // relative to the source: what the reader would open
  std::string takes;   // in words: what it would restore
  std::string hashed;  // in words: what was hashed instead
  std::string cure;    // what to do, as a sentence without its full stop
};

}  // namespace leafsum::readers
