// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/isolated_reader.h"

#include <algorithm>

#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

constexpr int mostLost = 3;
constexpr std::size_t mostForeseen = std::size_t{32} << 20;  // bytes of answers and their questions
constexpr std::size_t bytesPerAnswer = 256;                  // that keeping one takes, however short it is

/// What an answer says, nothing where it is none.
template <class T>
std::optional<Result<T>> answered(MessageReader& reader) {
  bool succeeded = false;
  if (!reader.get(succeeded)) return std::nullopt;
  if (!succeeded) {
    Error error;
    if (!reader.get(error)) return std::nullopt;
    return fail(std::move(error));
  }
  if constexpr (std::is_void_v<T>) {
    return Result<void>{};
  } else {
    T value{};
    if (!reader.get(value)) return std::nullopt;
    return value;
  }
}

}  // namespace

Result<std::unique_ptr<ReaderBackend>> IsolatedReader::open(const std::filesystem::path& path, const Limits& limits,
                                                            std::shared_ptr<ReaderProcesses> processes) {
  auto reader = std::make_unique<IsolatedReader>(path.string(), limits, std::move(processes));
  const std::scoped_lock lock(reader->mutex_);
  AXESCOPE_CHECK(reader->ensureProcess({}));
  return reader;
}

tl::unexpected<Error> IsolatedReader::lost(Exchange after, const std::string& object) const {
  ReaderProcess::Ending ending = process_->end(after);
  process_.reset();
  foreseen_.clear();  // a process that ended is believed no further
  foreseenBytes_ = 0;
  ++lost_;
  return fail(ending.code, name_, object, "a file that the HDF5 library can read",
              "one whose reading process " + ending.what);
}

Status IsolatedReader::ensureProcess(const std::string& object) const {
  if (process_) return {};
  if (lost_ >= mostLost) {
    return fail(ErrorCode::refused, name_, object, "a file that the HDF5 library can read",
                "one whose reading process ended " + std::to_string(mostLost) + " times");
  }
  const auto found = FileState::of(name_);
  if (state_ && found != state_)
    return fail(ErrorCode::refused, name_, object, "the file as it was opened", "another one in its place");
  AXESCOPE_TRY(process_, processes_->take());
  MessageWriter call;
  call.put(ReaderCall::open);
  call.put(name_);
  call.put(limits_);
  call.put(processes_->options().memory);
  call.put(std::int64_t{processes_->options().patience.count()});
  AXESCOPE_TRY(const std::string answer, exchange(call, object));
  MessageReader reader(answer);
  const auto opened = answered<void>(reader);
  if (!opened || !reader.atEnd()) return lost(Exchange::malformed, object);
  if (!*opened) {
    process_.reset();
    return *opened;
  }
  if (!state_) {
    state_ = found;
    plain_ = PlainFile::open(name_);
    if (plain_ && plain_->state() != found) plain_.reset();
  }
  return {};
}

Result<std::string> IsolatedReader::exchange(const MessageWriter& call, const std::string& object) const {
  Channel& channel = process_->channel();
  std::string answer;
  Exchange done = channel.send(call.bytes());
  if (done == Exchange::good) done = channel.receive(answer);
  if (done != Exchange::good) return lost(done, object);
  return answer;
}

template <class T, class... Arguments>
Result<T> IsolatedReader::ask(ReaderCall call, const std::string& object, const Arguments&... arguments) const {
  MessageWriter message;
  message.put(call);
  message.put(object);
  (message.put(arguments), ...);
  if (const auto known = foreseen_.find(message.bytes()); isQuestion(call) && known != foreseen_.end()) {
    MessageReader reader(known->second, MessageReader::Text::utf8);
    if (auto value = answered<T>(reader); value && reader.atEnd()) return *std::move(value);
  }
  AXESCOPE_CHECK(ensureProcess(object));
  AXESCOPE_TRY(const std::string answer, exchange(message, object));
  MessageReader reader(answer, MessageReader::Text::utf8);
  auto value = answered<T>(reader);
  if (!value || !(isQuestion(call) ? takeForeseen(reader.rest()) : reader.atEnd()))
    return lost(Exchange::malformed, object);
  return *std::move(value);
}

bool IsolatedReader::takeForeseen(std::string_view list) const {
  MessageReader reader(list);
  std::uint64_t count = 0;
  if (!reader.get(count) || count > mostForeseenAtOnce) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string question;
    std::string answer;
    if (!reader.get(question) || !reader.get(answer)) return false;
    foreseenBytes_ += question.size() + answer.size() + bytesPerAnswer;
    if (foreseenBytes_ <= mostForeseen) foreseen_.emplace(std::move(question), std::move(answer));
  }
  return reader.atEnd();
}

bool IsolatedReader::hasGroup(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return ask<bool>(ReaderCall::hasGroup, path).value_or(true);
}

bool IsolatedReader::hasDataset(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return ask<bool>(ReaderCall::hasDataset, path).value_or(true);
}

Result<std::vector<std::string>> IsolatedReader::children(const std::string& group) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::vector<std::string>>(ReaderCall::children, group);
}

Result<std::vector<std::string>> IsolatedReader::datasetsBelow(const std::string& group) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::vector<std::string>>(ReaderCall::datasetsBelow, group);
}

Result<std::optional<std::string>> IsolatedReader::stringAttribute(const std::string& object,
                                                                   const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::optional<std::string>>(ReaderCall::stringAttribute, object, name);
}

Result<std::optional<std::vector<std::string>>> IsolatedReader::stringListAttribute(const std::string& object,
                                                                                    const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::optional<std::vector<std::string>>>(ReaderCall::stringListAttribute, object, name);
}

Result<std::optional<std::int64_t>> IsolatedReader::integerAttribute(const std::string& object,
                                                                     const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::optional<std::int64_t>>(ReaderCall::integerAttribute, object, name);
}

Result<std::optional<std::vector<std::int64_t>>> IsolatedReader::integerListAttribute(const std::string& object,
                                                                                      const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::optional<std::vector<std::int64_t>>>(ReaderCall::integerListAttribute, object, name);
}

Result<std::optional<double>> IsolatedReader::realAttribute(const std::string& object, const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::optional<double>>(ReaderCall::realAttribute, object, name);
}

Result<DatasetInfo> IsolatedReader::knownDataset(const std::string& path) const {
  if (const auto known = datasets_.find(path); known != datasets_.end()) return known->second;
  AXESCOPE_TRY(const DatasetInfo info, ask<DatasetInfo>(ReaderCall::dataset, path));
  datasets_.emplace(path, info);
  return info;
}

Result<DatasetInfo> IsolatedReader::dataset(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return knownDataset(path);
}

bool IsolatedReader::isPlain(const DatasetInfo& info, std::size_t bytesEach) const {
  return plain_ && info.plainAt && info.kind == ElementKind::real &&
         info.bytesPerElement == static_cast<int>(bytesEach);
}

tl::unexpected<Error> IsolatedReader::noRoom(const std::string& object, std::uint64_t count,
                                             std::size_t bytesEach) const {
  return fail(ErrorCode::tooLarge, name_, object, "data that fits into memory",
              std::to_string(count) + " values of " + std::to_string(bytesEach) + " bytes");
}

template <class T>
Result<std::vector<T>> IsolatedReader::plainValues(const DatasetInfo& info, Rows rows) const {
  const std::int64_t rowSize = rowSizeOf(info);
  const auto count = static_cast<std::size_t>(rowSize * rows.count);
  try {
    const auto first = static_cast<std::uint64_t>(rowSize * rows.first);
    if (auto values = plain_->values<T>(*info.plainAt + first * sizeof(T), count)) return *std::move(values);
    return fail(ErrorCode::corrupt, name_, info.path, "readable data", "a truncated or damaged HDF5 file");
  } catch (const std::exception&) {
    return noRoom(info.path, count, sizeof(T));
  }
}

template <class Values>
Status IsolatedReader::receive(Values& values, std::uint64_t count, const std::string& object) const {
  using Value = typename Values::value_type;
  try {
    values.reserve(count);
  } catch (const std::exception&) {
    process_.reset();  // its answer is on the way still
    return noRoom(object, count, sizeof(Value));
  }
  for (std::size_t number = 0; values.size() < count; ++number) {
    std::span<const std::byte> piece;
    std::optional<std::string> instead;
    Exchange got = process_->channel().receivePiece(number, piece, instead);
    if (got == Exchange::good && instead) {
      MessageReader reader(*instead);
      Error error;
      if (!reader.get(error) || !reader.atEnd()) return lost(Exchange::malformed, object);
      return fail(std::move(error));
    }
    const std::size_t arrived = piece.size() / sizeof(Value);
    if (got == Exchange::good && (piece.size() % sizeof(Value) != 0 || arrived > count - values.size()))
      got = Exchange::malformed;
    if (got == Exchange::good) {
      const auto* first = reinterpret_cast<const Value*>(piece.data());
      values.insert(values.end(), first, first + arrived);
      got = process_->channel().sayTaken();
    }
    if (got != Exchange::good) return lost(got, object);
  }
  return {};
}

template <class T>
Result<std::vector<T>> IsolatedReader::values(ReaderCall call, const std::string& path,
                                              std::optional<Rows> rows) const {
  AXESCOPE_TRY(const DatasetInfo info, knownDataset(path));
  const Rows wanted = rows.value_or(Rows{0, rowsOf(info)});
  if constexpr (std::is_floating_point_v<T>) {
    if (isPlain(info, sizeof(T)) && mayBeRead(info, wanted, sizeof(T), limits_)) return plainValues<T>(info, wanted);
  }
  AXESCOPE_TRY(const auto announced, ask<std::uint64_t>(call, path, wanted.first, wanted.count));
  // The shape is what callers go by: as many values, whatever the process says.
  const std::uint64_t count = static_cast<std::uint64_t>(rowSizeOf(info)) * static_cast<std::uint64_t>(wanted.count);
  if (announced != count * sizeof(T) || announced > limits_.readBytes) return lost(Exchange::malformed, path);
  std::vector<T> result;
  AXESCOPE_CHECK(receive(result, count, path));
  return result;
}

Result<std::vector<float>> IsolatedReader::readFloats(const std::string& path, std::optional<Rows> rows) const {
  const std::scoped_lock lock(mutex_);
  return values<float>(ReaderCall::floats, path, rows);
}

Result<std::vector<double>> IsolatedReader::readDoubles(const std::string& path, std::optional<Rows> rows) const {
  const std::scoped_lock lock(mutex_);
  return values<double>(ReaderCall::doubles, path, rows);
}

Result<std::vector<std::int64_t>> IsolatedReader::readIntegers(const std::string& path,
                                                               std::optional<Rows> rows) const {
  const std::scoped_lock lock(mutex_);
  return values<std::int64_t>(ReaderCall::integers, path, rows);
}

Result<std::string> IsolatedReader::readString(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return ask<std::string>(ReaderCall::string, path);
}

Result<std::vector<Reader::Column>> IsolatedReader::readTable(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  AXESCOPE_TRY(const auto bytes, ask<std::uint64_t>(ReaderCall::table, path));
  if (bytes > 2 * limits_.readBytes) return lost(Exchange::malformed, path);
  std::string encoded;
  AXESCOPE_CHECK(receive(encoded, bytes, path));
  MessageReader reader(encoded, MessageReader::Text::utf8);
  std::vector<Reader::Column> columns;
  const auto rowsOf = [](const Reader::Column& column) { return std::max(column.numbers.size(), column.texts.size()); };
  const bool isTable =
      reader.get(columns) && reader.atEnd() && std::ranges::all_of(columns, [&](const Reader::Column& column) {
        return rowsOf(column) == rowsOf(columns.front());
      });
  if (!isTable) return lost(Exchange::malformed, path);
  return columns;
}

}  // namespace axescope::hdf5
