// A name among the options that nothing has: what the caller may have meant is for the host to say.
#pragma once

#include <string>
#include <vector>

namespace leafsum::plan {

constexpr size_t kNamed = 20;  // names in a message

struct Misnamed {
  // "item", "step" or "pattern", or "source" for what is no checkpoint (its name is the side, "A"
  // or "B", "" if there is one); "" if every name fits.
  const char* what = "";
  std::string name;
  std::vector<std::string> known;  // the first kNamed of that kind; none of patterns

  bool any() const { return *what != '\0'; }
};

}  // namespace leafsum::plan
