// What the headers of the operations say: functions with their doc blocks and signatures, and the
// structs and enumerations of their options.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace engram::testing {

/// The header of this name in any folder of ops or core; an empty path when there is none.
inline std::filesystem::path header_called(const std::string& name) {
  for (const char* folder : {"/ops", "/core"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(ENGRAM_SOURCE_DIR) + folder)) {
      if (entry.path().filename() == name + ".hpp") return entry.path();
    }
  }
  return {};
}

/// The fields that the doc block of an op has.
inline const std::vector<std::string> kDocFields{"Shapes", "Forward", "Derivative", "Saves",
                                                 "Order",  "Throws",  "Source"};

/// A function of a header: what its doc block says, whole or field by field, and how it is called.
struct DocumentedFunction {
  std::string name, text;
  std::map<std::string, std::string> fields;
  std::vector<std::string> signatures;  ///< of it and its overloads, without the `Site` at the end
};

/// The functions with a doc block of their own that give Vars or arrays: neither SIMD batches nor
/// sums into memory.
std::vector<DocumentedFunction> documented_functions(const std::string& header);

/// What can be set: a field of a struct, or a value of an enumeration.
struct DocumentedOption {
  std::string name, type, preset, text;  ///< no type and preset for a value of an enumeration
};
struct DocumentedOptions {
  std::string name;
  std::vector<DocumentedOption> options;
};

/// The structs that have nothing but data, and the enumerations, of a header's outer namespace.
std::vector<DocumentedOptions> documented_options(const std::string& header);

}  // namespace engram::testing
