// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/writer.h"

#include <cstdlib>
#include <system_error>

#include "core/hdf5/library.h"
#include "core/hdf5/writer_state.h"

namespace axescope::hdf5 {

namespace {

constexpr std::size_t roomForLibrary = std::size_t{16} << 20;

/// Version 1.10.8 of the library may end the program when it finds no memory for a new file: it is asked only where
/// there is enough.
bool hasRoom() {
  void* const room = std::malloc(roomForLibrary);
  std::free(room);
  return room != nullptr;
}

Status setAttribute(hid_t file, const std::string& fileName, const std::string& object, const std::string& name,
                    hid_t fileType, hid_t memoryType, hid_t space, const void* value) {
  const std::string label = object + "@" + name;
  const ObjectHandle owner(file < 0 ? H5I_INVALID_HID : H5Oopen(file, object.c_str(), H5P_DEFAULT));
  if (!owner.valid())
    return fail(ErrorCode::invalidArgument, fileName, label, "a group or dataset being written", "none");
  if (H5Aexists(owner.get(), name.c_str()) > 0) H5Adelete(owner.get(), name.c_str());
  const PropertyHandle properties(H5Pcreate(H5P_ATTRIBUTE_CREATE));
  H5Pset_char_encoding(properties.get(), H5T_CSET_UTF8);
  const AttributeHandle attribute(
      H5Acreate2(owner.get(), name.c_str(), fileType, space, properties.get(), H5P_DEFAULT));
  if (!attribute.valid() || H5Awrite(attribute.get(), memoryType, value) < 0) {
    return fail(ErrorCode::writeFailed, fileName, label, "an attribute that can be stored",
                "one the HDF5 library refused");
  }
  return {};
}

}  // namespace

PropertyHandle linkProperties() {
  PropertyHandle properties(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(properties.get(), 1);
  H5Pset_char_encoding(properties.get(), H5T_CSET_UTF8);
  return properties;
}

TypeHandle textType(std::size_t bytes) {
  TypeHandle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), bytes);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  if (bytes != H5T_VARIABLE) H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  return type;
}

tl::unexpected<Error> Writer::State::failedToStore(const std::string& object, std::string expected) const {
  if (memory->failure() == 0)
    return fail(ErrorCode::writeFailed, object, std::move(expected), "a failure of the HDF5 library");
  return fail(ErrorCode::writeFailed, object, std::move(expected), std::generic_category().message(memory->failure()));
}

Status Writer::State::checkFree(const std::string& path) const {
  if (!image.valid()) return fail(ErrorCode::invalidArgument, path, "a file being written", "a committed one");
  if (H5Oexists_by_name(image.get(), path.c_str(), H5P_DEFAULT) > 0)
    return fail(ErrorCode::invalidArgument, path, "a new name", "one that is taken");
  return {};
}

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;

Writer& Writer::operator=(Writer&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Writer::~Writer() {
  if (!state_) return;  // moved from, perhaps while the lock is held
  const LibraryLock lock;
  state_.reset();
}

Result<Writer> Writer::create(const std::filesystem::path& target, std::size_t mostInMemory) {
  const LibraryLock lock;
  AXESCOPE_TRY(ReplacementFile replacement, ReplacementFile::create(target));
  if (!hasRoom()) return fail(ErrorCode::tooLarge, target.string(), {}, "memory for a new file", "not enough");
  auto memory = std::make_unique<FileImage>(replacement.descriptor(), mostInMemory);
  FileHandle image = memory->createFile((replacement.temporary().string() + ".image").c_str());
  if (!image.valid()) {
    return fail(ErrorCode::writeFailed, target.string(), {}, "a new HDF5 file", "the HDF5 library failed to make one");
  }
  return Writer(
      std::make_unique<State>(State{target.string(), std::move(replacement), std::move(memory), std::move(image)}));
}

Status Writer::group(const std::string& path) {
  const LibraryLock lock;
  if (state_->image.valid()) {
    const ObjectHandle known(H5Oopen(state_->image.get(), path.c_str(), H5P_DEFAULT));
    if (known.valid() && H5Iget_type(known.get()) == H5I_GROUP) return {};
  }
  AXESCOPE_CHECK(state_->checkFree(path));
  const PropertyHandle properties = linkProperties();
  const GroupHandle group(H5Gcreate2(state_->image.get(), path.c_str(), properties.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!group.valid())
    return state_->fail(ErrorCode::writeFailed, path, "a group that can be created", "one the HDF5 library refused");
  return {};
}

Status Writer::attribute(const std::string& object, const std::string& name, const std::string& value) {
  const LibraryLock lock;
  const TypeHandle type = textType(H5T_VARIABLE);
  const SpaceHandle space(H5Screate(H5S_SCALAR));
  const char* text = value.c_str();
  return setAttribute(state_->image.get(), state_->name, object, name, type.get(), type.get(), space.get(), &text);
}

Status Writer::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  const LibraryLock lock;
  const SpaceHandle space(H5Screate(H5S_SCALAR));
  return setAttribute(state_->image.get(), state_->name, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.get(),
                      &value);
}

Status Writer::attribute(const std::string& object, const std::string& name, double value) {
  const LibraryLock lock;
  const SpaceHandle space(H5Screate(H5S_SCALAR));
  return setAttribute(state_->image.get(), state_->name, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space.get(),
                      &value);
}

Status Writer::attribute(const std::string& object, const std::string& name, std::span<const std::int64_t> values) {
  const LibraryLock lock;
  const hsize_t count = values.size();
  const SpaceHandle space(H5Screate_simple(1, &count, nullptr));
  return setAttribute(state_->image.get(), state_->name, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.get(),
                      values.data());
}

Status Writer::commit(const std::function<Status()>& beforeRename) {
  const LibraryLock lock;
  if (!state_->image.valid())
    return state_->fail(ErrorCode::invalidArgument, {}, "a file being written", "a committed one");
  ssize_t size = -1;
  {
    const FileHandle image = std::move(state_->image);
    if (H5Fflush(image.get(), H5F_SCOPE_GLOBAL) >= 0) size = H5Fget_file_image(image.get(), nullptr, 0);
  }
  if (size <= 0) return state_->failedToStore({}, "all of the file's content");
  const auto bytes = static_cast<std::size_t>(size);
  if (state_->memory->isInFile()) return state_->replacement.commitInPlace(bytes, beforeRename);
  return state_->replacement.commit(state_->memory->content(bytes), beforeRename);
}

}  // namespace axescope::hdf5
