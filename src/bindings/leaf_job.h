// LeafJob as both modules bind it, with the abilities that the module and its host give to its
// jobs.
#pragma once

#include "content/abilities.h"

namespace leafsum::bindings {

// The abilities of this module. JavaScript sets the host's part through free functions, which have
// no object to keep it in.
content::Abilities& ModuleAbilities();
void BindLeafJob();

}  // namespace leafsum::bindings
