// Standard streams: what a program writes for a person, whose reader may be slow or gone.
#pragma once

#include <functional>
#include <string_view>

namespace engram::language_model {

/// To be called first. A standard stream that the program was started without would be the number
/// of the next file that is opened, and a message would end up in a checkpoint. After this, what is
/// written there fails.
void reserve_standard_streams();

/// Flushes std::cout. Throws `Error` when not all of what was written there has got there: it was a
/// result.
void flush_results();

/// Writes to standard error. When that is closed or full, the text is lost: no reason to end the
/// work that it tells about. A reader that does not read is waited for until `give_up` says so.
void write_to_standard_error(std::string_view text, const std::function<bool()>& give_up);

}  // namespace engram::language_model
