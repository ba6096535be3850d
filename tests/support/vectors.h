// JSON files of tests/vectors.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "support/fixtures.h"

namespace leafsum::test {

// `name` is relative to tests/vectors.
inline nlohmann::json LoadVectors(const std::string& name) {
  std::ifstream file(Fixtures() + "/../vectors/" + name, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) std::abort();  // a test without its vectors must not pass
  return json;
}

}  // namespace leafsum::test
