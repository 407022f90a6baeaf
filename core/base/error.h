// SPDX-License-Identifier: GPL-3.0-or-later
// Expected failures are values: a code from a closed list, and what the user needs to put it right.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace axescope {

enum class ErrorCode {
  invalidArgument,  // a setting or flag outside its range
  notFound,         // a file or a required object is absent
  notHdf5,          // the file is no HDF5 file at all
  corrupt,          // HDF5 that cannot be read: truncated, damaged
  refused,          // a guard against hostile files said no
  unsupported,      // a newer version, a foreign format, an unknown operation
  wrongType,        // an attribute or dataset of another type
  wrongShape,       // rank or size does not fit
  notFinite,        // NaN or infinity where a number is needed
  empty,            // no data where some is needed
  tooLarge,         // more than the stated limit
  writeFailed,      // the output could not be written; the previous file is untouched
  inUse,            // another program writes the same file
  numerical,        // a factorization or search failed, with advice
  cancelled,        // the stop token was triggered
};

/// The closed list as text, for machine-readable output.
const char* name(ErrorCode code);

/// Process exit status for a failure: 2 arguments, 3 input or output, 4 numerical, 130 interrupted.
int exitStatus(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::invalidArgument;
  std::string file;      // file name, empty where no file is involved
  std::string object;    // object path inside the file, setting or flag
  std::string expected;  // what was needed
  std::string found;     // what was there

  /// One line: "file: object: expected …, found …".
  std::string line() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string file, std::string object, std::string expected,
                                  std::string found) {
  return tl::unexpected<Error>(Error{code, std::move(file), std::move(object), std::move(expected), std::move(found)});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace axescope

#define AXESCOPE_CONCAT_IMPL(a, b) a##b
#define AXESCOPE_CONCAT(a, b) AXESCOPE_CONCAT_IMPL(a, b)
/// AXESCOPE_TRY(const auto weight, reader.readFloats(path)): declares, or returns the error to the caller.
#define AXESCOPE_TRY(declaration, expression) \
  AXESCOPE_TRY_IMPL(AXESCOPE_CONCAT(axescopeResult, __LINE__), declaration, expression)
#define AXESCOPE_TRY_IMPL(result, declaration, expression)                            \
  auto result = (expression);                                                         \
  if (!result) return ::tl::unexpected<::axescope::Error>(std::move(result).error()); \
  declaration = *std::move(result)
/// Passes on the error of something that has no value.
#define AXESCOPE_CHECK(expression)                         \
  if (auto axescopeStatus = (expression); !axescopeStatus) \
  return ::tl::unexpected<::axescope::Error>(std::move(axescopeStatus).error())
