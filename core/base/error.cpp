// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

namespace axescope {

const char* name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalidArgument:
      return "invalid-argument";
    case ErrorCode::notFound:
      return "not-found";
    case ErrorCode::notHdf5:
      return "not-hdf5";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::wrongType:
      return "wrong-type";
    case ErrorCode::wrongShape:
      return "wrong-shape";
    case ErrorCode::notFinite:
      return "not-finite";
    case ErrorCode::empty:
      return "empty";
    case ErrorCode::tooLarge:
      return "too-large";
    case ErrorCode::writeFailed:
      return "write-failed";
    case ErrorCode::inUse:
      return "in-use";
    case ErrorCode::numerical:
      return "numerical";
    case ErrorCode::cancelled:
      return "cancelled";
  }
  return "unknown";
}

int exitStatus(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalidArgument:
      return 2;
    case ErrorCode::numerical:
      return 4;
    case ErrorCode::cancelled:
      return 130;
    default:
      return 3;
  }
}

std::string Error::line() const {
  std::string text;
  for (const std::string* part : {&file, &object}) {
    if (!part->empty()) text += *part + ": ";
  }
  if (!expected.empty()) text += "expected " + expected;
  if (!found.empty()) text += (expected.empty() ? "" : ", found ") + found;
  // One line, whatever a stranger's file put into its names.
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace axescope
