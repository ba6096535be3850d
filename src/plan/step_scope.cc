#include "plan/step_scope.h"

#include "base/path.h"

namespace leafsum::plan {

StepScope::StepScope(const orbax::Layout& layout) {
  for (const std::string& directory : layout.unfinished_steps) others_.insert(TopOf(directory));
  if (!layout.chosen) return;  // not a root, or every step is read
  const orbax::Step& read = *layout.chosen;
  for (const auto* steps : {&layout.steps, &layout.foreign_steps})
    for (const orbax::Step& step : *steps)
      if (step.directory != read.directory || step.file != read.file)
        others_.insert(step.file.empty() ? TopOf(step.directory) : std::string_view(step.file));
}

}  // namespace leafsum::plan
