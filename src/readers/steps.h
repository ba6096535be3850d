// Which step of a root the managers of Orbax and Flax would take, given the root (contract §10.10,
// §11.2). They look at names alone: a directory, or a link to one, is a step whatever is in it.
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
  // The name above the step that was read which latest_step() gives.
  std::optional<std::string> newer;
  std::vector<Divergence> divergences;
};

// `listing`: with what is behind links to steps (`best`); `links`: where each leads.
// `named_step`: the user said which step is meant; then another one that a manager would choose is
// no divergence. `named_prefix`: the user said which steps are meant, and those of another prefix
// are none.
StepsAnswer JudgeSteps(const orbax::ListingIndex& index, const std::vector<FileEntry>& listing,
                       const std::map<std::string, std::string>& links, const orbax::Layout& layout,
                       bool named_step, bool named_prefix);

// What the managers would take of a root, a line each: for people.
std::vector<std::string> DescribeSteps(const orbax::ListingIndex& index,
                                       const orbax::Layout& layout);

}  // namespace leafsum::readers
