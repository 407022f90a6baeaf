// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text_file.h"

#include <fstream>

#include <fmt/format.h>

namespace axescope {

// Reads one byte more than allowed instead of asking for the size, which devices and pipes do not know.
Result<std::string> readTextFile(const std::string& path, std::int64_t mostBytes, const std::string& what) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(mostBytes) + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file) return fail(ErrorCode::notFound, path, {}, what + " that can be read", "none");
  if (file.gcount() > mostBytes) {
    return fail(ErrorCode::tooLarge, path, {}, fmt::format("at most {} bytes", mostBytes), "more");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace axescope
