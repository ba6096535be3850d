// What signed files say about the leaves: which leaves lie in a file that differs, and which depend
// on signed files alone.
#pragma once

#include "evidence/file_manifest.h"
#include "plan/scan.h"

namespace leafsum::verify {

// Reports each file that differs from the signature: a finding for each leaf whose bytes lie in it,
// else one for the file (contract §10.22).
void ReportDifferences(plan::Context& context);

// Where the bundle alone is the evidence: a leaf counts as read exactly if its bytes, and all that
// says where these are, lie in files equal to the signed ones. The others are left unread, with a
// finding that says which rule left their files out.
void ProveLeaves(plan::Context& context, const evidence::FileManifest& manifest);

// How many leaves lie in signed files alone, whatever else they are compared with.
uint64_t CountProved(const plan::Context& context);

}  // namespace leafsum::verify
