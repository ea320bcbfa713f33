#pragma once

#include <string>

namespace keymill::tools {

/// The text of a seed file ("-": standard input) as the control API takes it: where an object's content is a file,
/// relative to the seed's directory, its octets take the place of the name. Nothing else changes, so that the server
/// names the lines of the file. Throws std::runtime_error for what cannot be read, and for more than a seed may have.
std::string ReadSeedFile(const std::string& name);

}  // namespace keymill::tools
