// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/file_access.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace axescope::hdf5 {

namespace {

/// What the operating system says about a file before HDF5 sees it: a pipe or device must not even be opened.
Result<FileAccess> openRegularFile(const std::filesystem::path& path) {
  FileAccess access;
  access.name = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return access.fail(ErrorCode::notFound, {}, "an HDF5 file", "no such file");
  if (error) return access.fail(ErrorCode::notFound, {}, "a readable file", error.message());
  if (std::filesystem::is_directory(status)) return access.fail(ErrorCode::notHdf5, {}, "an HDF5 file", "a folder");
  if (!std::filesystem::is_regular_file(status))
    return access.fail(ErrorCode::notHdf5, {}, "an HDF5 file", "a device or pipe");
  errno = 0;
  access.stream = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*access.stream) {
    const std::string reason = errno != 0 ? std::generic_category().message(errno) : "no access";
    return access.fail(ErrorCode::notFound, {}, "a readable file", reason);
  }
  access.bytes = std::filesystem::file_size(path, error);
  if (error) return access.fail(ErrorCode::notFound, {}, "a readable file", error.message());
  if (access.bytes == 0) return access.fail(ErrorCode::notHdf5, {}, "an HDF5 file", "an empty file");
  return access;
}

/// The signature stands at 0 or, after a user block, at 512, 1024, 2048, ….
bool hasSignature(const FileAccess& file) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::array<char, signature.size()> found{};
  for (std::uint64_t at = 0; at + found.size() <= file.bytes; at = at == 0 ? 512 : 2 * at) {
    file.stream->seekg(static_cast<std::streamoff>(at));
    file.stream->read(found.data(), found.size());
    if (std::string_view(found.data(), found.size()) == signature) return true;
  }
  return false;
}

PropertyHandle readProperties() {
  PropertyHandle properties(H5Pcreate(H5P_FILE_ACCESS));
  // The plain driver whatever the environment says: others read more than one file.
  H5Pset_fapl_sec2(properties.get());
  H5Pset_fclose_degree(properties.get(), H5F_CLOSE_STRONG);
  // Locking fails on many network file systems, and reading a file must not keep others from replacing it.
  H5Pset_file_locking(properties.get(), 0, 1);
  return properties;
}

}  // namespace

Result<FileAccess> openFile(const std::filesystem::path& path, const Limits& limits) {
  AXESCOPE_TRY(FileAccess access, openRegularFile(path));
  access.limits = limits;
  if (!hasSignature(access)) return access.fail(ErrorCode::notHdf5, {}, "an HDF5 file", "a file of another kind");
  const PropertyHandle properties = readProperties();
  access.file = FileHandle(H5Fopen(access.name.c_str(), H5F_ACC_RDONLY, properties.get()));
  if (!access.file.valid()) {
    return access.fail(ErrorCode::corrupt, {}, "a complete HDF5 file",
                       "a truncated or damaged HDF5 file (or one that is still being written)");
  }
  const PropertyHandle creation(H5Fget_create_plist(access.file.get()));
  std::size_t addressBytes = 0;
  std::size_t lengthBytes = 0;
  hsize_t userBlock = 0;
  if (H5Pget_sizes(creation.get(), &addressBytes, &lengthBytes) < 0 || H5Pget_userblock(creation.get(), &userBlock) < 0)
    return access.corrupt("/");
  access.baseAddress = userBlock;
  if (addressBytes != 8 || lengthBytes != 8) {
    return access.fail(ErrorCode::unsupported, {}, "HDF5 with addresses and lengths of 8 bytes",
                       std::to_string(addressBytes) + " and " + std::to_string(lengthBytes) + " bytes");
  }
  return access;
}

}  // namespace axescope::hdf5
