// What the headers of the operations say: functions with their doc blocks and signatures, and the
// structs and enumerations of their options.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace engram::testing {

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
