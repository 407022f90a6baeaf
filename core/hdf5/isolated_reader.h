// SPDX-License-Identifier: GPL-3.0-or-later
// A file that another process reads for us. When that process ends, the call that waited for it fails with a line that
// says how it ended, and the next call starts another one, a few times. Internal to this floor.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/hdf5/message.h"
#include "core/hdf5/plain_file.h"
#include "core/hdf5/reader_backend.h"
#include "core/hdf5/reader_call.h"
#include "core/hdf5/reader_process.h"

namespace axescope::hdf5 {

class IsolatedReader final : public ReaderBackend {
 public:
  static Result<std::unique_ptr<ReaderBackend>> open(const std::filesystem::path& path, const Limits& limits,
                                                     std::shared_ptr<ReaderProcesses> processes);
  IsolatedReader(std::string name, const Limits& limits, std::shared_ptr<ReaderProcesses> processes)
      : name_(std::move(name)), limits_(limits), processes_(std::move(processes)) {}

  const std::string& fileName() const override { return name_; }
  bool hasGroup(const std::string& path) const override;
  bool hasDataset(const std::string& path) const override;
  Result<std::vector<std::string>> children(const std::string& group) const override;
  Result<std::vector<std::string>> datasetsBelow(const std::string& group) const override;
  Result<std::optional<std::string>> stringAttribute(const std::string& object, const std::string& name) const override;
  Result<std::optional<std::vector<std::string>>> stringListAttribute(const std::string& object,
                                                                      const std::string& name) const override;
  Result<std::optional<std::int64_t>> integerAttribute(const std::string& object,
                                                       const std::string& name) const override;
  Result<std::optional<std::vector<std::int64_t>>> integerListAttribute(const std::string& object,
                                                                        const std::string& name) const override;
  Result<std::optional<double>> realAttribute(const std::string& object, const std::string& name) const override;
  Result<DatasetInfo> dataset(const std::string& path) const override;
  Result<std::vector<float>> readFloats(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::vector<double>> readDoubles(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::vector<std::int64_t>> readIntegers(const std::string& path, std::optional<Rows> rows) const override;
  Result<std::string> readString(const std::string& path) const override;
  Result<std::vector<Reader::Column>> readTable(const std::string& path) const override;

 private:
  /// A process that has the file open. Errors: those of opening.
  Status ensureProcess(const std::string& object) const;
  tl::unexpected<Error> lost(Exchange after, const std::string& object) const;
  /// Sends a call and takes its answer.
  Result<std::string> exchange(const MessageWriter& call, const std::string& object) const;
  /// The value that a call is answered with, now or before it was asked.
  template <class T, class... Arguments>
  Result<T> ask(ReaderCall call, const std::string& object, const Arguments&... arguments) const;
  /// Keeps the answers to further questions that follow an answer. False: it is no such list.
  bool takeForeseen(std::string_view list) const;
  template <class T>
  Result<std::vector<T>> values(ReaderCall call, const std::string& path, std::optional<Rows> rows) const;
  /// Whether the values lie in the file as floating-point numbers of so many bytes: then they need no answer.
  bool isPlain(const DatasetInfo& info, std::size_t bytesEach) const;
  template <class T>
  Result<std::vector<T>> plainValues(const DatasetInfo& info, Rows rows) const;
  tl::unexpected<Error> noRoom(const std::string& object, std::uint64_t count, std::size_t bytesEach) const;
  /// Appends the values that an answer announced, as they arrive: their memory is touched only once.
  template <class Values>
  Status receive(Values& values, std::uint64_t count, const std::string& object) const;
  Result<DatasetInfo> knownDataset(const std::string& path) const;

  std::string name_;
  Limits limits_;
  std::shared_ptr<ReaderProcesses> processes_;
  mutable std::mutex mutex_;  // one call at a time
  mutable std::unique_ptr<ReaderProcess> process_;
  mutable std::optional<FileState> state_;  // when it was first opened: another one of its name is not read on
  mutable std::optional<PlainFile> plain_;  // the same
  mutable std::map<std::string, DatasetInfo> datasets_;  // as first told: values are taken for these shapes only
  mutable std::unordered_map<std::string, std::string> foreseen_;  // answers by question, as messages
  mutable std::size_t foreseenBytes_ = 0;
  mutable int lost_ = 0;
};

}  // namespace axescope::hdf5
