// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of a stranger's objects. H5Ocopy alone would copy links to other files and would read variable-length text
// unguarded, so it only moves the stored bytes of single datasets.
#include <array>

#include "core/hdf5/file_access.h"
#include "core/hdf5/library.h"
#include "core/hdf5/writer_state.h"

namespace axescope::hdf5 {

namespace {

/// Values that lie in the object itself and nowhere else.
bool isSelfContained(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
    case H5T_ENUM:
      return true;
    case H5T_STRING:
      return H5Tis_variable_str(type) == 0;
    case H5T_COMPOUND:
      for (int i = 0; i < H5Tget_nmembers(type); ++i) {
        const TypeHandle member(H5Tget_member_type(type, static_cast<unsigned>(i)));
        if (H5Tget_class(member.get()) == H5T_COMPOUND || !isSelfContained(member.get())) return false;
      }
      return true;
    default:
      return false;
  }
}

class ObjectCopy {
 public:
  ObjectCopy(const FileAccess& source, hid_t target, const std::string& targetName)
      : source_(source), target_(target), targetName_(targetName) {}

  Status copy(const std::string& from, const std::string& to) {
    // Groups that share members would multiply.
    if (++objects_ > source_.limits.objects)
      return source_.fail(ErrorCode::tooLarge, from, "at most " + std::to_string(source_.limits.objects) + " objects",
                          "more");
    AXESCOPE_TRY(const ObjectHandle object, openObject(source_, from));
    if (H5Iget_type(object.get()) == H5I_DATASET) {
      AXESCOPE_CHECK(copyDataset(object.get(), from, to));
    } else {
      AXESCOPE_CHECK(copyGroup(object.get(), from, to));
    }
    return copyAttributes(object.get(), from, to);
  }

 private:
  Status copyGroup(hid_t group, const std::string& from, const std::string& to) {
    const PropertyHandle links = linkProperties();
    const GroupHandle created(H5Gcreate2(target_, to.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
    if (!created.valid()) return failure(to);
    AXESCOPE_TRY(const std::vector<Member> inside, members(source_, group, from));
    for (const Member& member : inside) AXESCOPE_CHECK(copy(from + "/" + member.name, to + "/" + member.name));
    return {};
  }

  Status copyDataset(hid_t dataset, const std::string& from, const std::string& to) {
    AXESCOPE_TRY(const StoredDataset stored, checkedStorage(source_, dataset, from, source_.limits.tensorBytes));
    AXESCOPE_CHECK(checkSelfContained(stored.type.get(), from));
    const PropertyHandle links = linkProperties();
    const PropertyHandle options(H5Pcreate(H5P_OBJECT_COPY));
    H5Pset_copy_object(options.get(), H5O_COPY_WITHOUT_ATTR_FLAG);
    if (H5Ocopy(dataset, ".", target_, to.c_str(), options.get(), links.get()) < 0) return failure(to);
    return {};
  }

  Status copyAttributes(hid_t object, const std::string& from, const std::string& to) {
    const int count = H5Aget_num_attrs(object);
    if (count < 0) return source_.corrupt(from);
    for (hsize_t i = 0; i < static_cast<hsize_t>(count); ++i) {
      std::array<char, 1024> name{};
      if (H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT) < 0)
        return source_.corrupt(from);
      AXESCOPE_TRY(const auto attribute, openAttribute(source_, from, name.data()));
      if (!attribute) return source_.corrupt(from);
      AXESCOPE_CHECK(copyAttribute(*attribute, name.data(), to));
    }
    return {};
  }

  Status copyAttribute(const OpenedAttribute& attribute, const char* name, const std::string& to) {
    const hid_t type = attribute.type.get();
    const ObjectHandle owner(H5Oopen(target_, to.c_str(), H5P_DEFAULT));
    const AttributeHandle copied(H5Acreate2(owner.get(), name, type, attribute.space.get(), H5P_DEFAULT, H5P_DEFAULT));
    if (!copied.valid()) return failure(to + "@" + name);
    if (H5Tis_variable_str(type) > 0) {
      AXESCOPE_TRY(const std::vector<std::string> texts, readTexts(source_, attribute));
      std::vector<const char*> pointers;
      for (const std::string& text : texts) pointers.push_back(text.c_str());
      const TypeHandle memoryType(H5Tcopy(type));
      if (H5Awrite(copied.get(), memoryType.get(), static_cast<const void*>(pointers.data())) < 0)
        return failure(to + "@" + name);
      return {};
    }
    AXESCOPE_CHECK(checkSelfContained(type, attribute.label));
    std::vector<std::byte> bytes(static_cast<std::size_t>(attribute.elements()) * H5Tget_size(type));
    if (H5Aread(attribute.handle.get(), type, bytes.data()) < 0) return source_.unreadable(attribute.label);
    if (H5Awrite(copied.get(), type, bytes.data()) < 0) return failure(to + "@" + name);
    return {};
  }

  Status checkSelfContained(hid_t type, const std::string& object) const {
    if (isSelfContained(type)) return {};
    return source_.fail(ErrorCode::wrongType, object, "numbers or fixed-length text", describeType(type));
  }

  tl::unexpected<Error> failure(const std::string& object) const {
    return fail(ErrorCode::writeFailed, targetName_, object, "a copy from " + source_.name,
                "one the HDF5 library refused");
  }

  const FileAccess& source_;
  hid_t target_;
  const std::string& targetName_;
  std::uint64_t objects_ = 0;
};

}  // namespace

Status Writer::copyFrom(const std::filesystem::path& source, const std::string& sourceObject,
                        const std::string& object) {
  const LibraryLock lock;
  AXESCOPE_CHECK(state_->checkFree(object));
  AXESCOPE_TRY(const FileAccess file, openFile(source, Limits{}));
  return ObjectCopy(file, state_->image.get(), state_->name).copy(sourceObject, object);
}

}  // namespace axescope::hdf5
