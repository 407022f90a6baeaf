// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/study_presets.h"

#include <QCoreApplication>
#include <QFile>

namespace axescope::ui {

namespace {

struct PresetText {
  const char* resource;
  const char* title;
  const char* description;
};

constexpr PresetText texts[] = {
    {":/presets/digits-tradeoff.json", QT_TRANSLATE_NOOP("StudyPresets", "Trade-off on the digits sample"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Every inner width from 10 to 20 bits, three tile sizes, naive, EP-init and AXE: "
                       "the whole picture in a few minutes.")},
    {":/presets/axe-paper-grid.json", QT_TRANSLATE_NOOP("StudyPresets", "Grid after the AXE paper"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "GPFQ and OPTQ with one accumulator for the whole dot product, over weight, "
                       "activation and accumulator widths (arXiv 2409.17092).")},
    {":/presets/narrow-accumulators.json",
     QT_TRANSLATE_NOOP("StudyPresets", "Narrow accumulators, every method at its best N"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Naive, EP-init, AXE as published and everything AxeScope adds to it, at 11 to 14 bits × 64 "
                       "and four activation widths to choose from: compare the best of each method.")},
    {":/presets/language-models.json", QT_TRANSLATE_NOOP("StudyPresets", "Language models in tiles"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "W4A8 at 128×32, 128×16, 64×16, 64×14 and 32×14 and W4A4 at 128×16, GPFQ and OPTQ, AXE as "
                       "published beside budget-aware scales, symmetric and asymmetric activations (widths after "
                       "arXiv 2409.17092).")},
    {":/presets/narrow-language-models.json",
     QT_TRANSLATE_NOOP("StudyPresets", "Language models at 14 bits, every method at its best N"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Naive, AXE as published and everything AxeScope adds to it at 14 bits × 64, W4, with four "
                       "activation widths, one scale or one for each token, rotated or not.")},
    {":/presets/language-model-scaling.json", QT_TRANSLATE_NOOP("StudyPresets", "Language models of several sizes"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "W4A8 at 16 bits in tiles of 64, 128 and the whole dot product: run it on each model and draw "
                       "perplexity over float against parameters (after arXiv 2409.17092).")},
    {":/presets/widths-3-to-8.json", QT_TRANSLATE_NOOP("StudyPresets", "Accuracy against width, 3 to 8 bits"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Naive, EP-init and AXE on GPFQ and OPTQ over all M and N from 3 to 8, one "
                       "accumulator for the whole dot product: the Pareto comparison of the AXE paper "
                       "(arXiv 2409.17092).")},
    {":/presets/axe-ablation.json", QT_TRANSLATE_NOOP("StudyPresets", "Soft and strict step of AXE"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "AXE, each of its two steps alone and none of them, W4A8 from 12 to 20 bits: what "
                       "each step brings (arXiv 2409.17092).")},
    {":/presets/tile-size.json", QT_TRANSLATE_NOOP("StudyPresets", "Tile size at 16 bits"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "W4A8 in tiles of 16 products up to the whole dot product, each in a 16-bit "
                       "accumulator: what multi-stage accumulation buys (arXiv 2409.17092).")},
    {":/presets/a2q-overflow.json", QT_TRANSLATE_NOOP("StudyPresets", "Overflow rate, error and accuracy"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "W8A8 rounded to nearest while the accumulator shrinks, wrapping and saturating, "
                       "beside A2Q, which never overflows: after figure 2 of the A2Q paper (arXiv "
                       "2308.13504).")},
    {":/presets/heterogeneous-quantizers.json", QT_TRANSLATE_NOOP("StudyPresets", "Weight levels by layer"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Uniform, power-of-two and additive power-of-two weights and the best of them in each layer, at "
                       "2 to 4 bits, without and with a narrow accumulator (arXiv 2404.00103, 1909.13144).")},
    {":/presets/sparsity.json", QT_TRANSLATE_NOOP("StudyPresets", "Sparsity against width"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "How many weights become zero under the ℓ₁ budgets of A2Q and A2Q+, of their "
                       "projections and of AXE (arXiv 2308.13504, 2401.10432).")},
    {":/presets/a2q-against-a2q-plus.json", QT_TRANSLATE_NOOP("StudyPresets", "A2Q against A2Q+"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Both trained layer by layer at W4A4, beside the projections they start from, from "
                       "10 to 16 bits (arXiv 2401.10432).")},
    {":/presets/activation-codes.json", QT_TRANSLATE_NOOP("StudyPresets", "Signed against unsigned activations"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "All four kinds of activation codes under the same accumulators, naive and AXE, at "
                       "4, 6 and 8 bits.")},
    {":/presets/w4a8-16x128.json", QT_TRANSLATE_NOOP("StudyPresets", "W4A8, 16 bits × 128"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Tiles of 128 products in 16-bit accumulators, the paper's datapath for "
                       "language models.")},
    {":/presets/w4a8-14x32.json", QT_TRANSLATE_NOOP("StudyPresets", "W4A8, 14 bits × 32"),
     QT_TRANSLATE_NOOP("StudyPresets", "Tiles of 32 products in 14-bit accumulators: narrower sums, more of them.")},
    {":/presets/avx2-vpmaddubsw.json", QT_TRANSLATE_NOOP("StudyPresets", "AVX2 VPMADDUBSW"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "The x86 instruction that adds two u8 × s8 products into 16 saturating bits. "
                       "Weights of 7 bits are always safe; 8 bits are not.")},
    {":/presets/fbgemm-acc16.json", QT_TRANSLATE_NOOP("StudyPresets", "FBGEMM acc16"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Saturating 16-bit sums, spilled into 32 bits after each block of 256 "
                       "products.")},
    {":/presets/reference-32-bit.json", QT_TRANSLATE_NOOP("StudyPresets", "32-bit reference"),
     QT_TRANSLATE_NOOP("StudyPresets",
                       "Accumulators that never matter: what the bit widths of weights and activations "
                       "cost by themselves.")},
};

}  // namespace

std::vector<StudyPreset> studyPresets() {
  std::vector<StudyPreset> presets;
  for (const PresetText& text : texts) {
    presets.push_back({QCoreApplication::translate("StudyPresets", text.title),
                       QCoreApplication::translate("StudyPresets", text.description),
                       QString::fromLatin1(text.resource)});
  }
  return presets;
}

Result<Study> loadPreset(const StudyPreset& preset) {
  QFile file(preset.resource);
  if (!file.open(QIODevice::ReadOnly)) {
    return fail(ErrorCode::notFound, preset.resource.toStdString(), {}, "a preset of the application", "nothing");
  }
  return Study::fromJson(file.readAll().toStdString(), preset.resource.toStdString());
}

}  // namespace axescope::ui
