// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/foresight.h"

#include <algorithm>

#include "core/hdf5/message.h"

namespace axescope::hdf5 {

namespace {

// Beyond these a file is read question by question: nothing here grows with what a file claims.
constexpr std::size_t mostGroups = 16;
constexpr std::size_t mostMembers = 4096;
constexpr std::size_t mostQuestions = 32;  // of a member
constexpr std::size_t mostAnswered = mostMembers * mostQuestions;

}  // namespace

std::string Question::bytes() const {
  MessageWriter message;
  message.put(call);
  message.put(object);
  if (isAboutAttribute(call)) message.put(name);
  return message.bytes();
}

void Foresight::listed(const std::string& group, const std::vector<std::string>& members) {
  if (members.size() <= mostMembers && groups_.size() < mostGroups) groups_[group].members = members;
}

void Foresight::answered(const Question& foreseen) {
  answered_.insert(foreseen.bytes());
}

std::vector<Question> Foresight::after(const Question& asked) {
  // "/layers/conv1/weight" is a question about "/weight" of the member conv1 of "/layers".
  const std::string_view object = asked.object;
  const std::size_t name = object.find('/', 1) + 1;
  if (!object.starts_with('/') || name == 0 || name == object.size()) return {};
  const std::string_view groupName = object.substr(0, name - 1);
  const std::string member(object.substr(name, object.find('/', name) - name));
  const std::string rest(object.substr(name + member.size()));

  auto found = groups_.find(groupName);
  if (found == groups_.end()) {
    if (groups_.size() == mostGroups) return {};
    found = groups_.emplace(groupName, Group{}).first;
  }
  Group& group = found->second;
  if (group.first.empty()) group.first = member;
  group.goesThrough = group.goesThrough || member != group.first;
  const Question question{asked.call, rest, asked.name};
  if (std::ranges::find(group.questions, question) == group.questions.end() && group.questions.size() < mostQuestions)
    group.questions.push_back(question);
  if (answered_.size() >= mostAnswered || !answered_.insert(asked.bytes()).second || !group.goesThrough) return {};

  std::vector<Question> next;
  const auto foresee = [&](const std::string& of) {
    for (const Question& one : group.questions) {
      if (next.size() == mostForeseenAtOnce) return;
      Question further{one.call, std::string(groupName) + "/" + of + one.object, one.name};
      if (!answered_.contains(further.bytes())) next.push_back(std::move(further));
    }
  };
  foresee(member);
  for (const std::string& other : group.members) {
    if (other != member) foresee(other);
  }
  return next;
}

}  // namespace axescope::hdf5
