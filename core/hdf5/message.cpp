// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/message.h"

#include <algorithm>
#include <utility>

#include "core/hdf5/text.h"

namespace axescope::hdf5 {

void MessageWriter::put(const Error& error) {
  put(static_cast<std::uint32_t>(error.code));
  for (const std::string* part : {&error.file, &error.object, &error.expected, &error.found}) put(*part);
}

void MessageWriter::put(const Limits& limits) {
  put(limits.objects);
  put(limits.depth);
  put(limits.attributeBytes);
  put(limits.stringBytes);
  put(limits.tensorBytes);
  put(limits.chunks);
  put(limits.readBytes);
  put(limits.compressionRatio);
}

void MessageWriter::put(const DatasetInfo& info) {
  put(info.path);
  put(info.shape);
  put(info.kind == ElementKind::integer);
  put(info.bytesPerElement);
  put(info.rowsTogether);
  put(info.plainAt);
}

void MessageWriter::put(const Reader::Column& column) {
  put(column.name);
  put(column.isText);
  put(column.isInteger);
  put(column.numbers);
  put(column.texts);
}

bool MessageReader::get(std::string& text) {
  std::uint64_t size = 0;
  if (!get(size) || size > left_.size()) return false;
  text.assign(left_.substr(0, size));
  left_.remove_prefix(size);
  return text_ == Text::any || isUtf8(text);
}

bool MessageReader::get(Error& error) {
  std::uint32_t code = 0;
  if (!get(code) || code > static_cast<std::uint32_t>(ErrorCode::cancelled)) return false;
  error.code = static_cast<ErrorCode>(code);
  const Text before = std::exchange(text_, Text::any);
  const bool isWhole = get(error.file) && get(error.object) && get(error.expected) && get(error.found);
  text_ = before;
  return isWhole;
}

bool MessageReader::get(Limits& limits) {
  return get(limits.objects) && get(limits.depth) && get(limits.attributeBytes) && get(limits.stringBytes) &&
         get(limits.tensorBytes) && get(limits.chunks) && get(limits.readBytes) && get(limits.compressionRatio);
}

bool MessageReader::get(DatasetInfo& info) {
  bool isInteger = false;
  if (!get(info.path) || !get(info.shape) || !get(isInteger) || !get(info.bytesPerElement) || !get(info.rowsTogether) ||
      !get(info.plainAt))
    return false;
  info.kind = isInteger ? ElementKind::integer : ElementKind::real;
  std::int64_t bytes = info.bytesPerElement;
  for (const std::int64_t size : info.shape) {
    // An empty axis counts as one, so that products over the other axes are safe too.
    if (size < 0 || __builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes)) return false;
  }
  constexpr int mostBytes = 8;
  return info.bytesPerElement >= 1 && info.bytesPerElement <= mostBytes && info.rowsTogether >= 1;
}

bool MessageReader::get(Reader::Column& column) {
  return get(column.name) && get(column.isText) && get(column.isInteger) && get(column.numbers) && get(column.texts) &&
         (column.isText ? column.numbers : std::vector<double>(column.texts.size())).empty();
}

}  // namespace axescope::hdf5
