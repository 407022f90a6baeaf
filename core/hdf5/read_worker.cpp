// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/read_worker.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

#include <hdf5.h>
#include <malloc.h>

#include "core/hdf5/channel.h"
#include "core/hdf5/foresight.h"
#include "core/hdf5/library.h"
#include "core/hdf5/local_reader.h"
#include "core/hdf5/message.h"
#include "core/hdf5/process_bounds.h"
#include "core/hdf5/reader_call.h"

namespace axescope::hdf5 {

namespace {

/// Buffers of chunks come and go with each: given back to the system every time, getting them again costs half as much
/// as inflating what they hold.
void keepFreedMemory() {
  constexpr int mostMapped = 32 << 20;
  constexpr int mostKept = 256 << 20;
  ::mallopt(M_MMAP_THRESHOLD, mostMapped);
  ::mallopt(M_TRIM_THRESHOLD, mostKept);
}

class Worker {
 public:
  explicit Worker(Channel channel) : channel_(std::move(channel)) {}

  int run() {
    std::string message;
    while (channel_.receive(message) == Exchange::good) {
      MessageReader call(message);
      std::uint8_t number = 0;
      std::string object;
      if (!call.get(number) || !call.get(object)) return EXIT_FAILURE;
      boundProcessorTime(patience_);
      if (answer(static_cast<ReaderCall>(number), object, call) != Exchange::good) return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
  }

 private:
  Exchange answer(ReaderCall call, const std::string& object, MessageReader& arguments) {
    try {
      if (call == ReaderCall::open) return open(object, arguments);
      if (!reader_) return Exchange::malformed;
      return isQuestion(call) ? answerQuestion(call, object, arguments) : answerRead(call, object, arguments);
    } catch (const std::bad_alloc&) {
      // Before anything of the answer was sent this is the answer.
      const Error noMemory{ErrorCode::tooLarge, reader_ ? reader_->fileName() : object, object,
                           "data that fits into memory", "more than the reading process may use"};
      if (!isQuestion(call)) return sendInstead(noMemory);
      MessageWriter message;
      message.append(encoded(Status(fail(noMemory))));
      message.append(listOf({}));
      return channel_.send(message.bytes());
    }
  }

  Exchange answerRead(ReaderCall call, const std::string& object, MessageReader& arguments) {
    switch (call) {
      case ReaderCall::string:
        return reply(reader_->readString(object));
      case ReaderCall::table:
        return sendTable(object);
      case ReaderCall::floats:
        return sendRows<float>(object, arguments);
      case ReaderCall::doubles:
        return sendRows<double>(object, arguments);
      case ReaderCall::integers:
        return sendRows<std::int64_t>(object, arguments);
      default:
        return Exchange::malformed;
    }
  }

  Exchange answerQuestion(ReaderCall call, const std::string& object, MessageReader& arguments) {
    Question question{call, object, {}};
    if (isAboutAttribute(call) && !arguments.get(question.name)) return Exchange::malformed;
    MessageWriter message;
    message.append(answerTo(question));
    message.append(foreseen(question));
    return channel_.send(message.bytes());
  }

  /// Further questions with their answers, as many as take a moment.
  std::string foreseen(const Question& question) {
    constexpr std::size_t mostBytes = 1 << 20;
    constexpr std::chrono::milliseconds mostTime{50};
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::pair<std::string, std::string>> all;
    std::size_t bytes = 0;
    try {
      for (const Question& next : foresight_.after(question)) {
        all.emplace_back(next.bytes(), answerTo(next));
        foresight_.answered(next);
        bytes += all.back().first.size() + all.back().second.size();
        if (bytes > mostBytes || std::chrono::steady_clock::now() - start > mostTime) break;
      }
    } catch (const std::bad_alloc&) {
      all.clear();  // only what was asked has to be answered
    }
    return listOf(all);
  }

  static std::string listOf(const std::vector<std::pair<std::string, std::string>>& answers) {
    MessageWriter list;
    list.put(std::uint64_t{answers.size()});
    for (const auto& [question, answer] : answers) {
      list.put(question);
      list.put(answer);
    }
    return list.bytes();
  }

  std::string answerTo(const Question& question) {
    const auto& [call, object, name] = question;
    switch (call) {
      case ReaderCall::hasGroup:
        return encoded(Result<bool>(reader_->hasGroup(object)));
      case ReaderCall::hasDataset:
        return encoded(Result<bool>(reader_->hasDataset(object)));
      case ReaderCall::children: {
        const auto members = reader_->children(object);
        if (members) foresight_.listed(object, *members);
        return encoded(members);
      }
      case ReaderCall::datasetsBelow:
        return encoded(reader_->datasetsBelow(object));
      case ReaderCall::dataset:
        return encoded(reader_->dataset(object));
      case ReaderCall::stringAttribute:
        return encoded(reader_->stringAttribute(object, name));
      case ReaderCall::stringListAttribute:
        return encoded(reader_->stringListAttribute(object, name));
      case ReaderCall::integerAttribute:
        return encoded(reader_->integerAttribute(object, name));
      case ReaderCall::integerListAttribute:
        return encoded(reader_->integerListAttribute(object, name));
      default:
        return encoded(reader_->realAttribute(object, name));
    }
  }

  Exchange open(const std::string& path, MessageReader& arguments) {
    std::uint64_t memory = 0;
    std::int64_t patience = 0;
    if (reader_ || !arguments.get(limits_) || !arguments.get(memory) || !arguments.get(patience))
      return Exchange::malformed;
    patience_ = std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds(patience));
    boundEverything(memory);
    boundProcessorTime(patience_);
    auto opened = LocalReader::open(path, limits_);
    if (!opened) return reply(Status(fail(opened.error())));
    reader_ = *std::move(opened);
    openNothingElse();
    return reply(Status{});
  }

  template <class T>
  static std::string encoded(const Result<T>& result) {
    MessageWriter message;
    message.put(result.has_value());
    if (!result) {
      message.put(result.error());
    } else if constexpr (!std::is_void_v<T>) {
      message.put(*result);
    }
    return message.bytes();
  }

  template <class T>
  Exchange reply(const Result<T>& result) {
    return channel_.send(encoded(result));
  }

  Exchange announce(std::uint64_t bytes) { return reply(Result<std::uint64_t>(bytes)); }

  Exchange sendTable(const std::string& path) {
    const auto columns = reader_->readTable(path);
    if (!columns) return reply(Status(fail(columns.error())));
    MessageWriter table;
    table.put(*columns);
    Exchange done = announce(table.bytes().size());
    if (done == Exchange::good) done = channel_.sendBytes(std::as_bytes(std::span(table.bytes())));
    return done == Exchange::good ? channel_.endPieces() : done;
  }

  /// Rows read at once: as fill a piece, and whole chunks where the dataset has them, so that none is unpacked twice.
  /// Nothing where there is something wrong with what is asked for: then the error is that of one read.
  std::optional<std::int64_t> rowsAtOnce(const DatasetInfo& info, Rows rows, std::size_t bytesPerValue) const {
    const std::uint64_t rowBytes = static_cast<std::uint64_t>(rowSizeOf(info)) * bytesPerValue;
    if (!mayBeRead(info, rows, bytesPerValue, limits_) || rows.count == 0 || rowBytes == 0) return std::nullopt;
    const auto most = static_cast<std::int64_t>(SharedPieces::pieceBytes / rowBytes);
    return std::max(most / info.rowsTogether, std::int64_t{1}) * info.rowsTogether;
  }

  template <class T>
  Exchange sendRows(const std::string& path, MessageReader& arguments) {
    Rows rows;
    if (!arguments.get(rows.first) || !arguments.get(rows.count)) return Exchange::malformed;
    const auto info = reader_->dataset(path);
    if (!info) return reply(Status(fail(info.error())));
    const std::optional<std::int64_t> most = rowsAtOnce(*info, rows, sizeof(T));
    if (!most) {
      const Status read = reader_->readInto(path, rows, std::span<T>{});
      return read ? announce(0) : reply(read);
    }
    const std::int64_t rowSize = rowSizeOf(*info);
    const std::int64_t end = rows.first + rows.count;
    std::vector<T> large;
    Rows now{rows.first, std::min(rows.count, *most - rows.first % info->rowsTogether)};
    while (now.count > 0) {
      std::span<std::byte> piece;
      Exchange done = channel_.awaitFreePiece(piece);
      if (done != Exchange::good) return done;
      const auto values = static_cast<std::size_t>(rowSize * now.count);
      const bool fits = values <= piece.size() / sizeof(T);
      if (!fits) large.resize(values);
      const std::span<T> target = fits ? std::span(reinterpret_cast<T*>(piece.data()), values) : std::span(large);
      const bool isFirst = now.first == rows.first;
      boundProcessorTime(patience_);
      if (const Status read = reader_->readInto(path, now, target); !read)
        return isFirst ? reply(read) : sendInstead(read.error());
      if (isFirst) done = announce(static_cast<std::uint64_t>(rowSize * rows.count) * sizeof(T));
      if (done == Exchange::good)
        done = fits ? channel_.sendPiece(target.size_bytes()) : channel_.sendBytes(std::as_bytes(target));
      if (done != Exchange::good) return done;
      now.first += now.count;
      now.count = std::min(end - now.first, *most);
    }
    return channel_.endPieces();
  }

  Exchange sendInstead(const Error& error) {
    MessageWriter message;
    message.put(error);
    return channel_.sendInstead(message.bytes());
  }

  Channel channel_;
  std::unique_ptr<LocalReader> reader_;
  Foresight foresight_;
  Limits limits_;
  std::chrono::seconds patience_{0};
};

}  // namespace

int runReadWorker() {
  keepFreedMemory();
  // The library's own start, before anybody waits for it.
  {
    const LibraryLock lock;
    ::H5open();
  }
  auto pieces = SharedPieces::map(FileDescriptor(workerMemory));  // and closes it: its number is free for the file
  if (!pieces) return EXIT_FAILURE;
  return Worker(Channel(FileDescriptor(workerSocket), *std::move(pieces), std::chrono::milliseconds::zero())).run();
}

}  // namespace axescope::hdf5
