// SPDX-License-Identifier: GPL-3.0-or-later
// Which questions about a file are about to be asked. Programs that read a model ask the same of each of its layers,
// and a question that waits for another process costs more than its answer: what was asked of one member of a group is
// answered for all of them at once. A file that ends the process with one of these answers is told of where the other
// question was asked; the next process knows of no group yet and answers only what it is asked. Internal to this floor.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/hdf5/reader_call.h"

namespace axescope::hdf5 {

class Foresight {
 public:
  /// The members of a group, as they were told to the program.
  void listed(const std::string& group, const std::vector<std::string>& members);
  /// Questions that are likely to follow this one, without those that were answered.
  std::vector<Question> after(const Question& asked);
  /// One of them was answered together with the one that was asked.
  void answered(const Question& foreseen);

 private:
  struct Group {
    std::vector<std::string> members;
    std::string first;                // that was asked about
    bool goesThrough = false;         // others were too
    std::vector<Question> questions;  // of any member: `object` is what follows its name
  };

  std::map<std::string, Group, std::less<>> groups_;
  std::set<std::string> answered_;  // as bytes
};

}  // namespace axescope::hdf5
