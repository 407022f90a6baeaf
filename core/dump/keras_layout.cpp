// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/keras_layout.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "core/hdf5/text.h"

namespace axescope {

namespace {

struct SplitPath {
  std::string folder;
  std::string leaf;
};

SplitPath splitLast(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::string joinNames(const std::vector<std::string>& parts) {
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : ".") + part;
  return name;
}

bool isNumber(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool contains(std::string text, const char* part) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.find(part) != std::string::npos;
}

/// "dense_2" before "dense_10".
bool naturallyBefore(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto digit = [](const std::string& text, std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  while (i < a.size() && j < b.size()) {
    if (digit(a, i) && digit(b, j)) {
      const std::size_t beginA = i;
      const std::size_t beginB = j;
      while (digit(a, i)) ++i;
      while (digit(b, j)) ++j;
      if (i - beginA != j - beginB) return i - beginA < j - beginB;
      if (const int order = a.compare(beginA, i - beginA, b, beginB, j - beginB); order != 0) return order < 0;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

void makeUnique(std::vector<KerasKernel>& kernels) {
  std::set<std::string> taken;
  for (KerasKernel& kernel : kernels) {
    const std::string name = kernel.layer;
    for (int number = 2; !taken.insert(kernel.layer).second; ++number)
      kernel.layer = name + "." + std::to_string(number);
  }
}

// Legacy

/// Keras cuts a list that exceeds one attribute into name0, name1, ….
Result<std::optional<std::vector<std::string>>> choppedList(const hdf5::Reader& reader, const std::string& object,
                                                            const std::string& name) {
  AXESCOPE_TRY(auto whole, reader.stringListAttribute(object, name));
  if (whole) return whole;
  std::optional<std::vector<std::string>> joined;
  for (int piece = 0;; ++piece) {
    AXESCOPE_TRY(const auto part, reader.stringListAttribute(object, name + std::to_string(piece)));
    if (!part) return joined;
    if (!joined) joined.emplace();
    joined->insert(joined->end(), part->begin(), part->end());
  }
}

std::string legacyRoot(const hdf5::Reader& reader) {
  return reader.hasGroup("/model_weights") ? "/model_weights" : "";
}

/// "kernel" of "kernel:0".
std::string variableName(const std::string& leaf) {
  const std::size_t colon = leaf.rfind(':');
  return colon != std::string::npos && isNumber(leaf.substr(colon + 1)) ? leaf.substr(0, colon) : leaf;
}

/// "dense" of group dense and dense/kernel:0; "model_1.conv1" of group model_1 and conv1/kernel:0.
std::string legacyLayerName(const std::string& group, const std::string& folder) {
  std::vector<std::string> inside = hdf5::pathNames(folder);
  const auto repeated = std::ranges::find(inside, group);
  if (repeated != inside.end()) inside.erase(inside.begin(), repeated + 1);
  inside.insert(inside.begin(), group);
  return joinNames(inside);
}

/// Appends the kernels among the variables of one top-level layer.
Status appendLegacyLayer(const hdf5::Reader& reader, const std::string& root, const std::string& group,
                         std::vector<KerasKernel>& kernels) {
  const std::string path = root + "/" + group;
  AXESCOPE_TRY(const std::vector<std::string> variables, reader.datasetsBelow(path));
  const std::set<std::string> known(variables.begin(), variables.end());
  for (const std::string& variable : variables) {
    const auto [folder, leaf] = splitLast(variable);
    const std::string kind = variableName(leaf);
    const std::string suffix = leaf.substr(kind.size());
    KerasKernel kernel;
    kernel.layer = legacyLayerName(group, folder.substr(path.size()));
    kernel.kernel = variable;
    kernel.depthwise = kind == "depthwise_kernel";
    const bool isPointwise = kind == "pointwise_kernel";
    const bool isRecurrent = kind == "recurrent_kernel";
    if (kind != "kernel" && !kernel.depthwise && !isPointwise && !isRecurrent) continue;
    // A transposed convolution adds its products elsewhere; its kernel [kh, kw, O, I] is no dot product per output.
    if (contains(kernel.layer, "transpose")) continue;
    const bool isSeparable = isPointwise || (kernel.depthwise && known.contains(folder + "/pointwise_kernel" + suffix));
    if (isSeparable) kernel.layer += kernel.depthwise ? ".depthwise" : ".pointwise";
    if (isRecurrent) kernel.layer += ".recurrent";
    const bool ownsBias = !isRecurrent && !(isSeparable && kernel.depthwise);
    const std::string bias = folder + "/bias" + suffix;
    if (ownsBias && known.contains(bias)) kernel.bias = bias;
    kernels.push_back(std::move(kernel));
  }
  return {};
}

Result<std::vector<KerasKernel>> legacyKernels(const hdf5::Reader& reader) {
  const std::string root = legacyRoot(reader);
  const std::string base = root.empty() ? "/" : root;
  AXESCOPE_TRY(auto groups, choppedList(reader, base, "layer_names"));
  if (!groups) {
    AXESCOPE_TRY(groups, reader.children(base));
    std::erase_if(*groups, [&](const std::string& group) { return !reader.hasGroup(root + "/" + group); });
  }
  std::vector<KerasKernel> kernels;
  for (const std::string& group : *groups) AXESCOPE_CHECK(appendLegacyLayer(reader, root, group, kernels));
  return kernels;
}

// Keras 3

/// Folders "…" of datasets "…/vars/<number>", outside the optimizer.
Result<std::vector<std::string>> variableFolders(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const std::vector<std::string> datasets, reader.datasetsBelow("/"));
  std::set<std::string> folders;
  for (const std::string& dataset : datasets) {
    const auto [vars, number] = splitLast(dataset);
    const auto [folder, last] = splitLast(vars);
    if (last != "vars" || !isNumber(number) || folder.empty()) continue;
    if (hdf5::pathNames(folder).front() != "optimizer") folders.insert(folder);
  }
  std::vector<std::string> sorted(folders.begin(), folders.end());
  std::ranges::stable_sort(sorted, naturallyBefore);
  return sorted;
}

/// The layer's own name where the file keeps it, else its path without the containers of layers.
Result<std::string> version3LayerName(const hdf5::Reader& reader, const std::string& folder) {
  AXESCOPE_TRY(const auto given, reader.stringAttribute(folder + "/vars", "name"));
  if (given && !given->empty()) return *given;
  std::vector<std::string> parts = hdf5::pathNames(folder);
  std::erase_if(parts,
                [](const std::string& part) { return part == "layers" || part == "_layer_checkpoint_dependencies"; });
  return parts.empty() ? folder : joinNames(parts);
}

Result<std::vector<KerasKernel>> version3Kernels(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const std::vector<std::string> folders, variableFolders(reader));
  std::vector<KerasKernel> kernels;
  for (const std::string& folder : folders) {
    // The container is named after the layer's class or the attribute that holds it.
    const std::string last = splitLast(folder).leaf;
    AXESCOPE_TRY(const std::string name, version3LayerName(reader, folder));
    if (contains(last, "transpose") || contains(last, "embed") || contains(last, "normalization")) continue;
    const auto variable = [&](int number) {
      const std::string path = folder + "/vars/" + std::to_string(number);
      return reader.hasDataset(path) ? path : std::string();
    };
    if (variable(0).empty()) continue;
    if (last.starts_with("separable_conv2d")) {
      kernels.push_back({name + ".depthwise", variable(0), {}, true});
      if (!variable(1).empty()) kernels.push_back({name + ".pointwise", variable(1), variable(2), false});
    } else if (last == "cell") {
      kernels.push_back({name, variable(0), variable(2), false});
      if (!variable(1).empty()) kernels.push_back({name + ".recurrent", variable(1), {}, false});
    } else {
      kernels.push_back({name, variable(0), variable(1), last.starts_with("depthwise_conv2d")});
    }
  }
  return kernels;
}

}  // namespace

Result<KerasLayout> kerasLayout(const hdf5::Reader& reader) {
  if (reader.hasGroup("/model_weights")) return KerasLayout::legacy;
  // A foreign file may have attributes of these names and any type: then it is no Keras file.
  for (const char* attribute : {"layer_names", "layer_names0"}) {
    const auto names = reader.stringListAttribute("/", attribute);
    if (names && *names) return KerasLayout::legacy;
  }
  if (!reader.hasGroup("/layers") && !reader.hasGroup("/_layer_checkpoint_dependencies")) return KerasLayout::none;
  AXESCOPE_TRY(const std::vector<std::string> folders, variableFolders(reader));
  return folders.empty() ? KerasLayout::none : KerasLayout::version3;
}

Result<std::vector<KerasKernel>> kerasKernels(const hdf5::Reader& reader, KerasLayout layout) {
  AXESCOPE_TRY(auto kernels, layout == KerasLayout::legacy ? legacyKernels(reader) : version3Kernels(reader));
  // Keras names may hold slashes; files with one group for each layer, as those that quantize writes, cannot.
  for (KerasKernel& kernel : kernels) std::ranges::replace(kernel.layer, '/', '.');
  makeUnique(kernels);
  return kernels;
}

}  // namespace axescope
