// Optimal contraction orders for few operands, greedy ones for many.
#include "composite/contraction_path.h"

#include <algorithm>
#include <limits>

namespace rushlight {
namespace {

constexpr size_t kMostForOptimal = 6;

double product(const LabelSet& labels, const std::vector<int64_t>& sizes) {
  double size = 1;
  for (size_t l = 0; l < sizes.size(); ++l) {
    if (labels[l]) size *= static_cast<double>(sizes[l]);
  }
  return size;
}

// Note [The cheapest order]
// What is left of a set of operands after they were contracted does not depend on how: the labels that the output or an
// operand outside has too. So the best way to contract a set is the best split into two parts, each contracted in its
// best way, and the sets can be done in order of size (here: of their bit pattern).
struct Best {
  double cost = 0;
  uint32_t left = 0;  // the part with the first operand
  LabelSet labels;
};

std::vector<Best> best_of_sets(const std::vector<LabelSet>& operands, const LabelSet& output,
                               const std::vector<int64_t>& sizes) {
  const uint32_t all = (uint32_t{1} << operands.size()) - 1;
  std::vector<Best> best(all + 1);
  for (uint32_t set = 1; set <= all; ++set) {
    LabelSet inside, outside = output;
    for (size_t i = 0; i < operands.size(); ++i) (set >> i & 1 ? inside : outside) |= operands[i];
    best[set].labels = inside & outside;
    if ((set & (set - 1)) == 0) continue;
    best[set].cost = std::numeric_limits<double>::infinity();
    const uint32_t first = set & (~set + 1);
    for (uint32_t left = (set - 1) & set; left != 0; left = (left - 1) & set) {
      if ((left & first) == 0) continue;
      const Best &a = best[left], &b = best[set ^ left];
      const double cost = a.cost + b.cost + product(a.labels | b.labels, sizes);
      if (cost < best[set].cost || (cost == best[set].cost && left > best[set].left)) {
        best[set].cost = cost;
        best[set].left = left;
      }
    }
  }
  return best;
}

// Contracts the set, deepest first; `places` are the sets that the list consists of.
void follow(const std::vector<Best>& best, uint32_t set, std::vector<uint32_t>& places,
            std::vector<std::pair<size_t, size_t>>& path) {
  if ((set & (set - 1)) == 0) return;
  const uint32_t left = best[set].left, right = set ^ left;
  follow(best, left, places, path);
  follow(best, right, places, path);
  auto i = static_cast<size_t>(std::find(places.begin(), places.end(), left) - places.begin());
  auto j = static_cast<size_t>(std::find(places.begin(), places.end(), right) - places.begin());
  if (i > j) std::swap(i, j);
  path.emplace_back(i, j);
  places.erase(places.begin() + static_cast<std::ptrdiff_t>(j));
  places.erase(places.begin() + static_cast<std::ptrdiff_t>(i));
  places.push_back(set);
}

// The pair whose contraction makes the list grow least (or shrink most), the cheaper one of equals.
std::vector<std::pair<size_t, size_t>> greedy(std::vector<LabelSet> list, const LabelSet& output,
                                              const std::vector<int64_t>& sizes) {
  std::vector<std::pair<size_t, size_t>> path;
  while (list.size() > 1) {
    std::pair<double, double> least{std::numeric_limits<double>::infinity(), 0};
    std::pair<size_t, size_t> pair{0, 1};
    LabelSet result;
    std::vector<int> uses(sizes.size());
    for (const LabelSet& labels : list) {
      for (size_t l = 0; l < sizes.size(); ++l) uses[l] += labels[l];
    }
    for (size_t i = 0; i < list.size(); ++i) {
      for (size_t j = i + 1; j < list.size(); ++j) {
        LabelSet kept = list[i] | list[j];
        const double cost = product(kept, sizes);
        for (size_t l = 0; l < sizes.size(); ++l) {
          if (kept[l] && !output[l] && uses[l] == static_cast<int>(list[i][l]) + static_cast<int>(list[j][l]))
            kept[l] = false;
        }
        const double growth = product(kept, sizes) - product(list[i], sizes) - product(list[j], sizes);
        if (std::pair(growth, cost) < least) {
          least = {growth, cost};
          pair = {i, j};
          result = kept;
        }
      }
    }
    path.push_back(pair);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(pair.second));
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(pair.first));
    list.push_back(result);
  }
  return path;
}

}  // namespace

std::vector<std::pair<size_t, size_t>> contraction_path(const std::vector<LabelSet>& operands, const LabelSet& output,
                                                        const std::vector<int64_t>& sizes) {
  if (operands.size() < 2) return {};
  if (operands.size() == 2) return {{0, 1}};
  if (operands.size() > kMostForOptimal) return greedy(operands, output, sizes);
  const std::vector<Best> best = best_of_sets(operands, output, sizes);
  std::vector<uint32_t> places;
  for (size_t i = 0; i < operands.size(); ++i) places.push_back(uint32_t{1} << i);
  std::vector<std::pair<size_t, size_t>> path;
  follow(best, static_cast<uint32_t>(best.size() - 1), places, path);
  return path;
}

}  // namespace rushlight
