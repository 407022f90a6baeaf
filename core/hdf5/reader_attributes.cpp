// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "core/hdf5/library.h"
#include "core/hdf5/local_reader.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

std::int64_t OpenedAttribute::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Result<std::optional<OpenedAttribute>> openAttribute(const FileAccess& file, const std::string& object,
                                                     const std::string& name) {
  AXESCOPE_TRY(const ObjectHandle owner, openObject(file, object));
  OpenedAttribute attribute;
  attribute.label = object + "@" + name;
  const htri_t exists = H5Aexists(owner.get(), name.c_str());
  if (exists < 0) return file.corrupt(attribute.label);
  if (exists == 0) return std::nullopt;
  attribute.handle = AttributeHandle(H5Aopen(owner.get(), name.c_str(), H5P_DEFAULT));
  if (!attribute.handle.valid()) return file.corrupt(attribute.label);
  attribute.type = TypeHandle(H5Aget_type(attribute.handle.get()));
  attribute.space = SpaceHandle(H5Aget_space(attribute.handle.get()));
  if (!attribute.type.valid() || !attribute.space.valid()) return file.corrupt(attribute.label);
  AXESCOPE_TRY(attribute.shape, checkedShape(file, attribute.space.get(), attribute.label,
                                             H5Tget_size(attribute.type.get()), file.limits.attributeBytes));
  return attribute;
}

Result<std::vector<std::string>> readTexts(const FileAccess& file, const OpenedAttribute& attribute) {
  const ReadElements read = [&](hid_t type, void* buffer) { return H5Aread(attribute.handle.get(), type, buffer); };
  return readTexts(file, attribute.label, attribute.type.get(), static_cast<std::uint64_t>(attribute.elements()),
                   file.limits.attributeBytes, read);
}

namespace {

tl::unexpected<Error> wrongCount(const FileAccess& file, const OpenedAttribute& attribute,
                                 const std::string& expected) {
  return file.fail(ErrorCode::wrongShape, attribute.label, expected, "shape " + describeShape(attribute.shape));
}

/// The number type of an attribute. h5py writes a bool as an enumeration of small integers.
Result<NumericType> attributeNumber(const FileAccess& file, const OpenedAttribute& attribute) {
  if (H5Tget_class(attribute.type.get()) == H5T_ENUM) {
    const TypeHandle base(H5Tget_super(attribute.type.get()));
    return numericType(file, base.get(), attribute.label);
  }
  return numericType(file, attribute.type.get(), attribute.label);
}

Result<std::vector<std::int64_t>> integers(const FileAccess& file, const OpenedAttribute& attribute) {
  AXESCOPE_TRY(const NumericType number, attributeNumber(file, attribute));
  if (number.kind != ElementKind::integer)
    return file.fail(ErrorCode::wrongType, attribute.label, "integers", describeType(attribute.type.get()));
  std::vector<std::int64_t> values(static_cast<std::size_t>(attribute.elements()));
  if (H5Aread(attribute.handle.get(), H5T_NATIVE_INT64, values.data()) < 0) return file.corrupt(attribute.label);
  if (number.isUnsigned && std::ranges::find(values, std::numeric_limits<std::int64_t>::max()) != values.end())
    return file.fail(ErrorCode::tooLarge, attribute.label, "integers below 2^63 - 1", "a larger value");
  return values;
}

}  // namespace

Result<std::optional<std::string>> LocalReader::stringAttribute(const std::string& object,
                                                                const std::string& name) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const auto attribute, openAttribute(file_, object, name));
  if (!attribute) return std::nullopt;
  if (attribute->elements() != 1) return wrongCount(file_, *attribute, "one text");
  AXESCOPE_TRY(auto values, readTexts(file_, *attribute));
  return std::move(values.front());
}

Result<std::optional<std::vector<std::string>>> LocalReader::stringListAttribute(const std::string& object,
                                                                                 const std::string& name) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const auto attribute, openAttribute(file_, object, name));
  if (!attribute) return std::nullopt;
  if (attribute->shape.size() > 1) return wrongCount(file_, *attribute, "a list of texts");
  // An empty list may have any element type (h5py writes floats).
  if (attribute->elements() == 0) return std::vector<std::string>{};
  return readTexts(file_, *attribute);
}

Result<std::optional<std::int64_t>> LocalReader::integerAttribute(const std::string& object,
                                                                  const std::string& name) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const auto attribute, openAttribute(file_, object, name));
  if (!attribute) return std::nullopt;
  if (attribute->elements() != 1) return wrongCount(file_, *attribute, "one integer");
  AXESCOPE_TRY(const auto values, integers(file_, *attribute));
  return values.front();
}

Result<std::optional<std::vector<std::int64_t>>> LocalReader::integerListAttribute(const std::string& object,
                                                                                   const std::string& name) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const auto attribute, openAttribute(file_, object, name));
  if (!attribute) return std::nullopt;
  if (attribute->shape.size() > 1) return wrongCount(file_, *attribute, "a list of integers");
  return integers(file_, *attribute);
}

Result<std::optional<double>> LocalReader::realAttribute(const std::string& object, const std::string& name) const {
  const LibraryLock lock;
  AXESCOPE_TRY(const auto attribute, openAttribute(file_, object, name));
  if (!attribute) return std::nullopt;
  if (attribute->elements() != 1) return wrongCount(file_, *attribute, "one number");
  AXESCOPE_CHECK(attributeNumber(file_, *attribute));
  double value = 0;
  if (H5Aread(attribute->handle.get(), H5T_NATIVE_DOUBLE, &value) < 0) return file_.corrupt(attribute->label);
  return value;
}

}  // namespace axescope::hdf5
