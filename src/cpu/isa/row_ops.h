// Folding two or more rows at once in groups, with the fixed tree of Note [The tree of a reduction].
// Included by per-ISA units only.
#pragma once
#include "cpu/isa/groups.h"

namespace rushlight::cpu::RL_ISA {

// Sums f(i, load) over a row: `term(load)` returns a group, where load(p, fill) gives the group of p at the current place.
// Two chains of groups, a second level every 1024 elements.
template <class V>
struct RowSum {
  using T = typename V::T;
  using G = Group<V>;
  static constexpr int kChains = 4, kFirstLevel = 16;
  G part[kChains], level[kChains];
  int chain = 0, count = 0;

  RowSum() {
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c) part[c] = level[c] = G::set(0);
  }
  static G plus(const G& a, const G& b) {
    return each(a, b, [](V x, V y) { return x + y; });
  }
  // Whole strides of four groups: term(i) gives the group that starts at element i.
  template <class Term>
  int64_t whole(int64_t n, Term term) {
    constexpr int64_t kStep = kChains * G::kWidth;
    int64_t i = 0;
    while (i + kStep <= n) {
      const int64_t end = n - i < kFirstLevel * kStep ? i + (n - i) / kStep * kStep : i + kFirstLevel * kStep;
      for (; i < end; i += kStep) RL_GROUP_UNROLL
      for (int c = 0; c < kChains; ++c) part[c] = plus(part[c], term(i + c * G::kWidth));
      raise();
    }
    return i;
  }
  // Passes what the lanes have added up on to the second level.
  void raise() {
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c) {
      level[c] = plus(level[c], part[c]);
      part[c] = G::set(0);
    }
  }
  T total() const {
    const auto add = [](V a, V b) { return a + b; };
    G s[kChains];
    RL_GROUP_UNROLL
    for (int c = 0; c < kChains; ++c) s[c] = plus(level[c], part[c]);
    return fold(plus(plus(s[0], s[1]), plus(s[2], s[3])), add);
  }
};

// The sum over a row of term(i, n): the group of elements i, i + 1, …, of which n count (the others must give 0).
template <class V, class Term>
inline typename V::T row_sum(int64_t n, Term term) {
  using G = Group<V>;
  RowSum<V> sum;
  int64_t i = 0;
  if (n >= RowSum<V>::kChains * G::kWidth) i = sum.whole(n, [&](int64_t at) { return term(at, (int64_t)G::kWidth); });
  RL_GROUP_UNROLL
  for (int c = 0; c < RowSum<V>::kChains; ++c, i += G::kWidth)
    if (i < n) sum.part[c] = RowSum<V>::plus(sum.part[c], term(i, n - i < G::kWidth ? n - i : (int64_t)G::kWidth));
  return sum.total();
}

// f(i, n) for every group of a row.
template <class V, class F>
inline void row_each(int64_t n, F f) {
  constexpr int64_t kWidth = Group<V>::kWidth;
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) f(i, kWidth);
  if (i < n) f(i, n - i);
}
template <class V>
inline Group<V> load_group(const typename V::T* p, int64_t n, typename V::T fill) {
  return n == Group<V>::kWidth ? Group<V>::load(p) : Group<V>::load_or(p, n, fill);
}
template <class V>
inline void store_group(const Group<V>& g, typename V::T* p, int64_t n) {
  if (n == Group<V>::kWidth)
    g.store(p);
  else
    g.store(p, n);
}
// Zero from lane n on.
template <class V>
inline Group<V> clear_from(Group<V> g, int64_t n) {
  if (n == Group<V>::kWidth) return g;
  RL_GROUP_UNROLL
  for (int r = 0; r < Group<V>::kRegs; ++r)
    g.r[r] = where(iota<V>() < V((typename V::T)(n - r * V::kLanes)), g.r[r], V(0));
  return g;
}

}  // namespace rushlight::cpu::RL_ISA
