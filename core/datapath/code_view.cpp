// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/code_view.h"

#include <algorithm>
#include <cstddef>

namespace axescope {

namespace {

template <class Body>
auto withElements(CodeView view, Body body) {
  switch (view.type) {
    case CodeView::Type::u8:
      return body(static_cast<const std::uint8_t*>(view.data));
    case CodeView::Type::s8:
      return body(static_cast<const std::int8_t*>(view.data));
    case CodeView::Type::s16:
      break;
  }
  return body(static_cast<const std::int16_t*>(view.data));
}

template <class Target>
void copyRows(CodeView view, std::int64_t rows, std::int64_t k, std::vector<Target>& storage) {
  storage.resize(static_cast<std::size_t>(rows * k));
  withElements(view, [&](const auto* elements) {
    for (std::int64_t row = 0; row < rows; ++row) {
      std::transform(elements + row * view.stride, elements + row * view.stride + k, storage.data() + row * k,
                     [](auto code) { return static_cast<Target>(code); });
    }
  });
}

}  // namespace

CodeView CodeView::from(std::int64_t first) const {
  CodeView rest = *this;
  rest.data = withElements(*this, [&](const auto* elements) -> const void* { return elements + first * stride; });
  return rest;
}

ByteRows asBytes(CodeView view, std::int64_t rows, std::int64_t k, bool isSigned, std::vector<std::uint8_t>& storage) {
  if (view.type != CodeView::Type::s16) return {view.data, view.type == CodeView::Type::s8, view.stride};
  copyRows(view, rows, k, storage);
  return {storage.data(), isSigned, k};
}

WordRows asWords(CodeView view, std::int64_t rows, std::int64_t k, std::vector<std::int16_t>& storage) {
  if (view.type == CodeView::Type::s16) return {static_cast<const std::int16_t*>(view.data), view.stride};
  copyRows(view, rows, k, storage);
  return {storage.data(), k};
}

void transposeIntoLanes(CodeView view, std::int64_t rows, std::int64_t k, std::int64_t lanes, std::int16_t* to) {
  constexpr std::int64_t columnsAtATime = 64;  // so that the written lines stay in the first-level cache
  if (rows < lanes) std::fill_n(to, k * lanes, std::int16_t{0});
  withElements(view, [&](const auto* elements) {
    for (std::int64_t first = 0; first < k; first += columnsAtATime) {
      const std::int64_t end = std::min(k, first + columnsAtATime);
      for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = first; column < end; ++column) {
          to[column * lanes + row] = std::int16_t{elements[row * view.stride + column]};
        }
      }
    }
  });
}

}  // namespace axescope
