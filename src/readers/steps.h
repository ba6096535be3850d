// Models which step of a root the managers of Orbax and Flax take (contract §10.10, §11.2). They
// look only at names: a directory, or a link to one, is a step whatever it contains.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "orbax/listing_index.h"
#include "readers/divergence.h"

namespace leafsum::readers {

struct StepsAnswer {
  // What latest_step() gives, if that is above the step that was read.
  std::optional<std::string> newer;
  std::vector<Divergence> divergences;
};

// `listing` includes the files behind links to steps (`best`), and `links` has the target of each.
// `named_step`: the user named the step, so it is no divergence if a manager would choose another.
// `named_prefix`: the user named the prefix, so names with other prefixes are not steps.
StepsAnswer JudgeSteps(const orbax::ListingIndex& index, const std::vector<FileEntry>& listing,
                       const std::map<std::string, std::string>& links, const orbax::Layout& layout,
                       bool named_step, bool named_prefix);

// What each manager would take in a root, one line each, for people.
std::vector<std::string> DescribeSteps(const orbax::ListingIndex& index,
                                       const orbax::Layout& layout);

}  // namespace leafsum::readers
