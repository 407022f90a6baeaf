// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/method_pages.h"

#include <array>

namespace axescope {

namespace {

constexpr std::array pages{
    MethodPage{
        "algorithm", "rtn", "Round to nearest", "q_i = round(w_i / s)", "common practice",
        "The baseline that needs no calibration inputs. Two or three bits behind the others at 4 bits and below."},
    MethodPage{"algorithm", "gpfq", "Greedy path following quantization",
               "q_i = Q(⟨X̃_i, u_(i−1) + w_i X_i⟩ / ‖X̃_i‖²),  u_i = u_(i−1) + w_i X_i − q_i X̃_i",
               "Lybrand and Saab, 2021; Zhang, Zhou and Saab, 2023",
               "Follows the output itself and corrects what activation quantization did; needs no damping and never "
               "fails on a singular matrix. Strong where many inputs are correlated and the accumulator is tight."},
    MethodPage{"algorithm", "optq", "Second-order error feedback (OPTQ, GPTQ)", "A = R,  R Rᵀ = X̃X̃ᵀ + η·mean(diag)·I",
               "Frantar et al., arXiv 2210.17323",
               "The field's usual choice at 4 bits. Assumes that quantized inputs equal the float ones."},
    MethodPage{"algorithm", "optq-corrected", "OPTQ towards the least-squares target",
               "A = (X X̃ᵀ + δI) R⁻ᵀ,  R as in optq", "AxeScope; Qronos (arXiv 2505.11695) but for its first column",
               "Also undoes errors of activation quantization and of earlier layers. The best at few activation bits."},
    MethodPage{"algorithm", "qronos", "Qronos", "q_1 = Q(⟨X̃_1, wX − Σ_(j>1) w_j X̃_j⟩ / ‖X̃_1‖²),  then optq-corrected",
               "arXiv 2505.11695",
               "optq-corrected whose first code is chosen before the other weights move to their target. One code of K "
               "aims elsewhere: expect the error of optq-corrected, a little above or below."},
    MethodPage{
        "algorithm", "a2q", "Accumulator-aware quantization, trained layer by layer",
        "q = trunc(g/s · v/‖v‖₁),  g ≤ s·(2^(P−1) − 1)·2^(S−N) per tile;  Adam on ‖wX − q̂X̃‖²",
        "A2Q, arXiv 2308.13504, trained on the layer instead of the task",
        "Trains direction v, norm g and scale s of a trained network's layer from EP-init, far better than EP-init "
        "alone. Carries its own constraint: with none the norm is free. Rounding toward zero wastes part of a tight "
        "budget, so give it refinement; optq under axe with budget-aware scales and refinement still has the "
        "smaller error on real networks. Costs as many products as steps."},
    MethodPage{
        "algorithm", "a2q-plus", "A2Q+, trained layer by layer",
        "as a2q with v − mean(v) per tile and g ≤ s·(2^P − 2)/(2^N − 1)",
        "A2Q+, arXiv 2401.10432, trained on the layer instead of the task",
        "Twice the budget of A2Q with unsigned activations, paid with weights that sum to zero in each tile, which "
        "a network trained otherwise does not have. The guarantee is the exact test, not the zero sum."},
    MethodPage{"constraint", "none", "No constraint (naive)", "the accumulator is looked at only afterwards",
               "baseline",
               "Shows what overflow costs, or, with the bits for which the exact bound fits, what the naive choice of "
               "widths gives."},
    MethodPage{"constraint", "ep-init", "Euclidean projection",
               "q = trunc(Π(w / s)),  Π onto {‖·‖₁ ≤ (2^P − 2)/(2^N − 1)} per tile", "A2Q+, arXiv 2401.10432",
               "The starting point of A2Q+ training as a post-training method: guaranteed, but blind to the inputs."},
    MethodPage{
        "constraint", "ep-init-a2q", "Euclidean projection, A2Q's budget",
        "q = trunc(Π(w / s)),  Π onto {‖·‖₁ ≤ (2^(P−1) − 1)·2^(S−N)} per tile",
        "projection: A2Q+, arXiv 2401.10432; budget: A2Q, arXiv 2308.13504",
        "For comparison with ep-init: a budget that holds for any codes, half as large with unsigned activations."},
    MethodPage{"constraint", "axe-soft", "AXE, soft threshold only", "v ← sign(v)·max(|v| − λ, 0)",
               "AXE, arXiv 2409.17092", "Half of AXE, for ablations. Gives no guarantee."},
    MethodPage{"constraint", "axe-strict", "AXE, strict clip only",
               "v ← clip(v, −down, up), what νp + μn ≤ L and μp + νn ≥ −L leave", "AXE, arXiv 2409.17092",
               "Half of AXE, for ablations. Guaranteed, but greedy: the columns visited first take the budget."},
    MethodPage{"constraint", "axe", "AXE", "soft threshold, then strict clip, per tile", "AXE, arXiv 2409.17092",
               "The published method. Under a tight budget give it budget-aware scales and refinement."},
    MethodPage{"constraint", "axe-inputs", "AXE in the metric of the inputs",
               "w' = argmin ‖(w' − w)X̃‖² over tiles with ν·max(p, |n|) ≤ L (μ < 0: max(ν, −μ)·(p + |n|) ≤ L), then "
               "the strict clip",
               "AxeScope; FISTA of Beck and Teboulle, 2009",
               "Gives up the weights whose loss the outputs notice least, where AXE gives up the smallest. Ahead of "
               "AXE wherever the budget binds; costs up to a hundred more products of the layer."},
    MethodPage{"activation", "asymmetric", "Asymmetric activation codes", "x_int = clip(round(x / s) + z, 0, 2^N − 1)",
               "common practice",
               "Fits any range. Positive and negative weights have a budget each: ν·max(p, |n|) ≤ L."},
    MethodPage{"activation", "centred", "Centred activation codes",
               "x_int − 2^(N−1); the offset 2^(N−1) Σq joins the zero point outside the accumulator", "AxeScope",
               "The asymmetric quantizer with signed storage. Positive and negative weights share one budget, about "
               "(ν/2)(p + |n|) ≤ L, so that nothing that fits before stops fitting, and much begins to."},
    MethodPage{"activation", "signed", "Signed symmetric activation codes",
               "x_int = clip(round(x / s), −2^(N−1), 2^(N−1) − 1)", "common practice",
               "No zero point at all; after a ReLU half of the codes stay unused."},
    MethodPage{"activation", "unsigned", "Unsigned activation codes", "x_int = clip(round(x / s), 0, 2^N − 1)",
               "common practice", "After a ReLU; negative values become 0."},
    MethodPage{"activation_range", "percentile", "Range between percentiles",
               "[l, h] = [100 − q, q]-th percentiles of x", "common practice",
               "One number for all layers. 99.999 suits eight bits; at four bits about 99.95 clips a better share, and "
               "every network wants its own. 100 is minimum to maximum."},
    MethodPage{"activation_range", "mse", "Range of least squared error", "argmin over l, h of Σ (x − s·(x_int − z))²",
               "common practice",
               "Each layer clips what its own values and N suggest, from a histogram of all calibration values. Blind "
               "to what the layer's weights do with an error: compare with percentiles."},
    MethodPage{"activation_dynamic", "", "Dynamic activation quantization, per token",
               "s_t, z_t from min and max of row t;  y_t = s_t s_c (Σ q_i x_i − z_t Σ q_i) + b",
               "common practice; per token as in ZeroQuant, arXiv 2206.01861",
               "No row clips and no range is calibrated. Codes stay in the same range, so certificates hold as they "
               "are. Costs a pass over each row before its product, and only linear layers have rows."},
    MethodPage{"weight_scale", "absmax", "Scale of the largest weight", "s = max|w| / (2^(M−1) − 1)", "common practice",
               "As published with AXE. Under a tight budget it makes codes too large to afford."},
    MethodPage{"weight_scale", "mse", "Scale of least squared error", "argmin over thresholds of ‖w − s·q‖²",
               "common practice", "Better than absmax at few bits where no accumulator binds."},
    MethodPage{
        "weight_scale", "budget", "Budget-aware scales", "argmin over s of ‖wX − s·q(s) X̃‖², under the constraint",
        "AxeScope",
        "Each channel takes the scale that its budget wants, found in three rounds of multiples, with refinement also "
        "fitted to the codes, s = wG qᵀ / qSqᵀ. Costs eighteen stacked recurrences and decides "
        "whether narrow accumulators work at all."},
    MethodPage{"weight_quantizer", "uniform", "Evenly spaced weight levels", "q ∈ {−(2^(M−1) − 1), …, 2^(M−1) − 1}",
               "common practice",
               "Any distribution with enough bits, and the smallest codes for a given range: what an accumulator's "
               "budget likes best."},
    MethodPage{
        "weight_quantizer", "power-of-two", "Power-of-two weight levels", "q ∈ {0, ±1, ±2, ±4, …}, M bits",
        "Distribution-Heterogeneous Quantization in PikeLPN, Neseem et al., arXiv 2404.00103",
        "Products are shifts. Fine near zero and coarse at the ends: for weights of many sizes, such as those of "
        "depthwise layers. A code counts with its value, up to 64 at M = 4, so that a tight budget leaves the "
        "outer levels unused; take budget-aware scales there. M up to 5."},
    MethodPage{"weight_quantizer", "additive-power-of-two", "Additive power-of-two weight levels",
               "q ∈ ±(p_0 + p_1 + …), each p_i 0 or one of a few powers of two; M = 4: 0 1 2 3 4 6 8 10",
               "APoT, Li, Dong and Wang, arXiv 1909.13144",
               "Products are one shift for each term and their sum: two at M = 4 and 5. Between the other two: finer "
               "near zero than uniform levels, less coarse at the ends than powers of two. M up to 11."},
    MethodPage{"weight_quantizer", "auto", "Weight levels by layer",
               "argmin over levels of ‖WX − QX̃‖², under the constraint",
               "Distribution-Heterogeneous Quantization in PikeLPN, arXiv 2404.00103, chosen by error",
               "Each layer is quantized with all three, and the least error is kept; equals stay uniform. Three times "
               "the work. The results say which layer got which."},
    MethodPage{"group_scale", "", "Group scales that stay integer", "w ≈ s·m_t·q,  y = s·Σ_t m_t Σ_(i∈t) q_i x_i",
               "AxeScope; integer group scales as in VS-Quant, arXiv 2102.04503",
               "Tiles whose weights are small get finer codes: up to a fifth less error on real layers while the inner "
               "accumulator is wide, next to nothing where its budget decides. Finer codes are larger, so under a "
               "tight budget use budget-aware scales with them. The outer accumulator needs up to four bits more."},
    MethodPage{
        "refine", "", "Refinement by coordinate descent and trades",
        "q_k ← clip(round(q_k − g_k / (S_kk s))),  g = q̂S − wG, within what the budget leaves", "AxeScope",
        "Revisits every code while anything changes, four to eight sweeps. Where the budget forbids a step that would "
        "help, another code of the tile gives way if both together help. Never makes the layer's error larger."},
    MethodPage{"fold_batch_norm", "", "Batch-norm folding", "W ← a·W,  b ← a·b + (β − a·μ),  a = γ/√(σ² + ε)",
               "common practice; Jacob et al., arXiv 1712.05877",
               "What inference does anyway. Rounding stays what it was, because every channel has a scale of its own; "
               "but only folded layers can be equalized, and bias correction then sees the real output."},
    MethodPage{"equalize", "", "Cross-layer equalization",
               "W₁ ← W₁/s, b₁ ← b₁/s, W₂ ← s·W₂,  s_i = √(r₁_i r₂_i)/r₂_i,  r = max|w| of output channel i, of input i",
               "Nagel et al., arXiv 1906.04721, section 4.1",
               "Made for one scale per tensor. With one per channel it changes the ranges of activations and of the "
               "next layer's inputs only: worth a try with depthwise layers, no safe gain. relu6 and residual sums end "
               "a chain."},
    MethodPage{"smooth_quant", "", "SmoothQuant", "x_j ← x_j/s_j,  w_j ← s_j·w_j,  s_j = max|x_j|^α / max|w_j|^(1−α)",
               "Xiao et al., arXiv 2211.10438",
               "For transformers, whose activations have a few huge channels. Free where the layer before takes up the "
               "division; else one float product for each input, outside the accumulator."},
    MethodPage{
        "hadamard", "", "Hadamard rotation", "x ← H x,  W ← W Hᵀ,  H block-diagonal, orthonormal",
        "QuaRot, Ashkboos et al., arXiv 2404.00456; QuIP, arXiv 2307.13304",
        "Spreads outliers of inputs and of weights over whole blocks. Costs log₂ K float additions for each input; "
        "inputs after a relu lose their sign, so take asymmetric or centred codes."},
    MethodPage{
        "bias_correction", "", "Bias correction", "b ← b + E[wX − q̂X̃] over the calibration inputs",
        "Nagel et al., arXiv 1906.04721, section 4.2",
        "Costs nothing and changes no code and no certificate. Helps where rounding errors do not cancel: round to "
        "nearest, few bits, depthwise layers, budgets that push all weights towards zero. Little is left to "
        "correct after methods that follow the output."},
    MethodPage{
        "preprocess", "magr", "MagR", "argmin over w' of ½(w' − w) S/λ_max (w' − w)ᵀ + α·max|w|·‖w'‖_∞",
        "Zhang et al., arXiv 2406.00800",
        "Flattens the largest weights along directions that inputs hardly have, so that absmax scales get finer: some "
        "per cent less error at 3 and 4 bits. Finer scales mean larger codes, so under a tight accumulator it "
        "makes errors larger."},
};

}  // namespace

std::span<const MethodPage> methodPages() {
  return pages;
}

}  // namespace axescope
