// SPDX-License-Identifier: GPL-3.0-or-later
// The guarded way from the root to an object. The library by itself would follow soft links and open other files
// for external ones, so every step is looked at first.
#include <algorithm>
#include <exception>
#include <set>

#include "core/hdf5/file_access.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

/// Where the object lies in the file: two links to one object have one address.
Result<haddr_t> address(const FileAccess& file, hid_t object, const std::string& path) {
  ObjectInfo info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return file.corrupt(path);
  return info.addr;
}

const char* describeLink(H5L_type_t type) {
  switch (type) {
    case H5L_TYPE_SOFT:
      return "a soft link";
    case H5L_TYPE_EXTERNAL:
      return "an external link to another file";
    default:
      return "a user-defined link";
  }
}

tl::unexpected<Error> refuseLink(const FileAccess& file, const std::string& path, H5L_type_t type) {
  return file.fail(ErrorCode::refused, path, "an object stored in this file (only hard links are followed)",
                   describeLink(type));
}

tl::unexpected<Error> refuseCycle(const FileAccess& file, const std::string& path) {
  return file.fail(ErrorCode::refused, path, "groups that do not contain themselves", "a cycle of hard links");
}

std::string join(const std::string& group, const std::string& name) {
  return (group.ends_with('/') ? group : group + "/") + name;
}

tl::unexpected<Error> tooDeep(const FileAccess& file, const std::string& path) {
  return file.fail(ErrorCode::refused, path, "at most " + std::to_string(file.limits.depth) + " nested groups",
                   "a deeper path");
}

/// One step: the member `name` of `group`, whose own path is `path` + name.
Result<ObjectHandle> openMember(const FileAccess& file, hid_t group, const std::string& name, const std::string& path) {
  // "." means the group itself to the library; no link can be called so.
  const htri_t exists = name == "." ? 0 : H5Lexists(group, name.c_str(), H5P_DEFAULT);
  if (exists < 0) return file.corrupt(path);
  if (exists == 0) return file.fail(ErrorCode::notFound, path, "a group or dataset", "nothing of this name");
  H5L_info_t link;
  if (H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) < 0) return file.corrupt(path);
  if (link.type != H5L_TYPE_HARD) return refuseLink(file, path, link.type);
  ObjectHandle object(H5Oopen(group, name.c_str(), H5P_DEFAULT));
  if (!object.valid()) return file.corrupt(path);
  const H5I_type_t type = H5Iget_type(object.get());
  if (type != H5I_GROUP && type != H5I_DATASET)
    return file.fail(ErrorCode::refused, path, "a group or dataset", "a committed data type");
  return object;
}

struct LinkList {
  std::vector<std::pair<std::string, H5L_type_t>> links;
  bool failed = false;
};

/// Called by the C library: no exception may pass.
herr_t collectLink(hid_t /*group*/, const char* name, const H5L_info_t* info, void* data) {
  auto& list = *static_cast<LinkList*>(data);
  try {
    list.links.emplace_back(name, info->type);
    return 0;
  } catch (const std::exception&) {
    list.failed = true;
    return -1;
  }
}

}  // namespace

Result<ObjectHandle> openObject(const FileAccess& file, const std::string& path) {
  if (file.damaged) return file.corrupt(path);
  const std::vector<std::string> parts = pathNames(path);
  if (parts.size() > static_cast<std::size_t>(file.limits.depth)) return tooDeep(file, path);
  ObjectHandle current(H5Oopen(file.file.get(), "/", H5P_DEFAULT));
  if (!current.valid()) return file.corrupt("/");
  AXESCOPE_TRY(const haddr_t root, address(file, current.get(), "/"));
  std::vector<haddr_t> ancestors{root};
  std::string walked;
  for (const std::string& part : parts) {
    if (H5Iget_type(current.get()) != H5I_GROUP)
      return file.fail(ErrorCode::notFound, walked, "a group that holds " + part, "a dataset");
    walked += "/" + part;
    AXESCOPE_TRY(current, openMember(file, current.get(), part, walked));
    AXESCOPE_TRY(const haddr_t here, address(file, current.get(), walked));
    if (std::ranges::find(ancestors, here) != ancestors.end()) return refuseCycle(file, walked);
    ancestors.push_back(here);
  }
  return current;
}

Result<ObjectHandle> openGroup(const FileAccess& file, const std::string& path) {
  AXESCOPE_TRY(ObjectHandle object, openObject(file, path));
  if (H5Iget_type(object.get()) != H5I_GROUP) return file.fail(ErrorCode::wrongType, path, "a group", "a dataset");
  return object;
}

Result<ObjectHandle> openDataset(const FileAccess& file, const std::string& path) {
  AXESCOPE_TRY(ObjectHandle object, openObject(file, path));
  if (H5Iget_type(object.get()) != H5I_DATASET) return file.fail(ErrorCode::wrongType, path, "a dataset", "a group");
  return object;
}

Result<std::vector<Member>> members(const FileAccess& file, hid_t group, const std::string& path) {
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0) return file.corrupt(path);
  if (info.nlinks > file.limits.objects) {
    return file.fail(ErrorCode::tooLarge, path, "at most " + std::to_string(file.limits.objects) + " objects",
                     std::to_string(info.nlinks) + " members");
  }
  LinkList list;
  hsize_t position = 0;
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, collectLink, &list) < 0 || list.failed)
    return file.corrupt(path);
  std::vector<Member> found;
  for (const auto& [name, type] : list.links) {
    const std::string memberPath = join(path, name);
    if (type != H5L_TYPE_HARD) return refuseLink(file, memberPath, type);
    if (!isUtf8(name)) return file.fail(ErrorCode::refused, path, "member names in UTF-8", "a name of other bytes");
    AXESCOPE_TRY(const ObjectHandle object, openMember(file, group, name, memberPath));
    found.push_back({name, H5Iget_type(object.get()) == H5I_GROUP});
  }
  return found;
}

Result<std::vector<std::string>> datasetsBelow(const FileAccess& file, const std::string& group) {
  std::vector<std::string> pending{group.empty() ? "/" : group};
  std::set<haddr_t> visited;
  std::vector<std::string> paths;
  while (!pending.empty()) {
    const std::string next = std::move(pending.back());
    pending.pop_back();
    AXESCOPE_TRY(const ObjectHandle object, openObject(file, next));
    AXESCOPE_TRY(const haddr_t here, address(file, object.get(), next));
    if (!visited.insert(here).second) continue;
    if (visited.size() > file.limits.objects) {
      return file.fail(ErrorCode::tooLarge, next, "at most " + std::to_string(file.limits.objects) + " objects",
                       "more");
    }
    if (H5Iget_type(object.get()) == H5I_DATASET) {
      paths.push_back(next);
      continue;
    }
    AXESCOPE_TRY(const std::vector<Member> inside, members(file, object.get(), next));
    for (const Member& member : inside) pending.push_back(join(next, member.name));
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace axescope::hdf5
