// Inputs: what a run begins with, from what was asked and what an earlier run has left.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engram/examples/language_model/checkpoint.hpp"
#include "engram/examples/language_model/command_line.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/lock.hpp"

namespace engram::language_model {

/// Nothing of it for a new run.
struct Earlier {
  std::unique_ptr<FolderLock> lock;
  std::optional<Checkpoint> checkpoint;
};

/// What a run to resume goes on from. The folder is locked before the checkpoint is read: another
/// run could still be writing it.
Earlier earlier_run(const Train& asked);

/// The settings of the run, with paths that hold from anywhere. Throws `BadUsage`.
Settings settings_of(const Train& asked, const std::optional<Checkpoint>& checkpoint);

/// The text in tokens; `notes` are told what was not read. Throws `BadData` when it is not the one
/// that the run began with.
Corpus corpus_of(const Settings& settings, const std::optional<Checkpoint>& checkpoint,
                 std::vector<std::string>& notes);

}  // namespace engram::language_model
