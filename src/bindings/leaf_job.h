// LeafJob as both modules bind it, with what the module and its host lend to the jobs in it.
#pragma once

#include "content/abilities.h"

namespace leafsum::bindings {

// Of this module. JavaScript sets the host's part by free functions, which have no object to keep
// it in.
content::Abilities& ModuleAbilities();
void BindLeafJob();

}  // namespace leafsum::bindings
