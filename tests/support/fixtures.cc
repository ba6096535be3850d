#include "support/fixtures.h"

namespace leafsum::test {

std::string Fixtures() { return LEAFSUM_FIXTURES; }

}  // namespace leafsum::test
