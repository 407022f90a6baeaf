// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/hdf5/file_access.h"

namespace axescope::hdf5 {

namespace {

struct FloatLayout {
  std::size_t bytes, signBit, exponentBit, exponentBits, mantissaBit, mantissaBits, bias;
  friend bool operator==(const FloatLayout&, const FloatLayout&) = default;
};

/// IEEE 754 half, single, double, and bfloat16. A stranger's own bit layout is not worth the library's risk.
constexpr std::array<FloatLayout, 4> knownFloats{
    {{2, 15, 10, 5, 0, 10, 15}, {4, 31, 23, 8, 0, 23, 127}, {8, 63, 52, 11, 0, 52, 1023}, {2, 15, 7, 8, 0, 7, 127}}};

bool isPlainByteOrder(hid_t type) {
  const H5T_order_t order = H5Tget_order(type);
  return order == H5T_ORDER_LE || order == H5T_ORDER_BE || (order == H5T_ORDER_NONE && H5Tget_size(type) == 1);
}

bool isWholeBytes(hid_t type) {
  return H5Tget_offset(type) == 0 && H5Tget_precision(type) == 8 * H5Tget_size(type);
}

bool isKnownFloat(hid_t type) {
  FloatLayout layout{};
  layout.bytes = H5Tget_size(type);
  layout.bias = H5Tget_ebias(type);
  if (H5Tget_fields(type, &layout.signBit, &layout.exponentBit, &layout.exponentBits, &layout.mantissaBit,
                    &layout.mantissaBits) < 0)
    return false;
  return H5Tget_norm(type) == H5T_NORM_IMPLIED && isWholeBytes(type) && isPlainByteOrder(type) &&
         std::ranges::find(knownFloats, layout) != knownFloats.end();
}

bool isKnownInteger(hid_t type) {
  const std::size_t bytes = H5Tget_size(type);
  return (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) && isWholeBytes(type) && isPlainByteOrder(type);
}

}  // namespace

std::string describeType(hid_t type) {
  const std::string bits = std::to_string(8 * H5Tget_size(type)) + "-bit ";
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return bits + "integers";
    case H5T_FLOAT:
      return bits + "floating-point numbers";
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? "variable-length text" : "fixed-length text";
    case H5T_COMPOUND:
      return "a compound type";
    case H5T_VLEN:
      return "variable-length sequences";
    case H5T_ENUM:
      return "an enumeration";
    case H5T_ARRAY:
      return "an array type";
    case H5T_REFERENCE:
      return "object references";
    case H5T_BITFIELD:
      return "bit fields";
    case H5T_OPAQUE:
      return "opaque bytes";
    default:
      return "an unknown type";
  }
}

Result<NumericType> numericType(const FileAccess& file, hid_t type, const std::string& object) {
  const H5T_class_t typeClass = H5Tget_class(type);
  const int bytes = static_cast<int>(H5Tget_size(type));
  if (typeClass == H5T_FLOAT && isKnownFloat(type)) return NumericType{ElementKind::real, bytes, false};
  if (typeClass == H5T_INTEGER && isKnownInteger(type))
    return NumericType{ElementKind::integer, bytes, H5Tget_sign(type) == H5T_SGN_NONE};
  const bool isOddNumber = typeClass == H5T_FLOAT || typeClass == H5T_INTEGER;
  return file.fail(ErrorCode::wrongType, object, "float16, bfloat16, float32, float64 or integers of 1 to 8 bytes",
                   describeType(type) + (isOddNumber ? " of an unusual layout" : ""));
}

}  // namespace axescope::hdf5
