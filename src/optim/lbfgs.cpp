// L-BFGS: all parameters as one vector, directions from the last gradients, and a line search; Python's twin, op by op.
#include <algorithm>
#include <cmath>

#include "rushlight/optim/rules.h"

namespace rushlight::optim {
namespace {

// A number that may be a 0-d tensor of the parameters' dtype: what is computed from it is rounded to that dtype.
class Number {
 public:
  Number(double value = 0) : value_(value) {}
  Number(Tensor tensor) : tensor_(std::move(tensor)) {}
  bool is_tensor() const { return tensor_.defined(); }
  const Tensor& tensor() const { return tensor_; }
  double value() const { return is_tensor() ? tensor_.item<double>() : value_; }

  friend Number operator+(const Number& a, const Number& b) {
    return combine(a, b, [](const auto& x, const auto& y) { return x + y; });
  }
  friend Number operator-(const Number& a, const Number& b) {
    return combine(a, b, [](const auto& x, const auto& y) { return x - y; });
  }
  friend Number operator*(const Number& a, const Number& b) {
    return combine(a, b, [](const auto& x, const auto& y) { return x * y; });
  }
  friend Number operator/(const Number& a, const Number& b) {
    return combine(a, b, [](const auto& x, const auto& y) { return x / y; });
  }
  friend bool operator<(const Number& a, const Number& b) {
    return compare(a, b, [](const auto& x, const auto& y) { return x < y; });
  }
  friend bool operator<=(const Number& a, const Number& b) {
    return compare(a, b, [](const auto& x, const auto& y) { return x <= y; });
  }
  friend bool operator>(const Number& a, const Number& b) { return b < a; }
  friend bool operator>=(const Number& a, const Number& b) { return b <= a; }
  Number size() const { return is_tensor() ? Number(tensor_.abs()) : Number(std::abs(value_)); }
  Number square() const { return is_tensor() ? Number(tensor_.pow(2)) : Number(value_ * value_); }
  Number root() const { return is_tensor() ? Number(tensor_.sqrt()) : Number(std::sqrt(value_)); }

 private:
  template <class F>
  static Number combine(const Number& a, const Number& b, const F& f) {
    if (a.is_tensor()) return b.is_tensor() ? Number(f(a.tensor_, b.tensor_)) : Number(f(a.tensor_, Scalar(b.value_)));
    return b.is_tensor() ? Number(f(Scalar(a.value_), b.tensor_)) : Number(f(a.value_, b.value_));
  }
  // A comparison of a plain number with a tensor is made in the tensor's dtype.
  template <class F>
  static bool compare(const Number& a, const Number& b, const F& f) {
    if (!a.is_tensor() && !b.is_tensor()) return f(a.value_, b.value_);
    const Tensor& like = a.is_tensor() ? a.tensor_ : b.tensor_;
    const auto as_tensor = [&](const Number& n) { return n.is_tensor() ? n.tensor_ : full_like(like, n.value_); };
    return f(as_tensor(a), as_tensor(b)).template item<bool>();
  }
  double value_ = 0;
  Tensor tensor_;
};

Number least(const Number& a, const Number& b) { return b < a ? b : a; }
Number most(const Number& a, const Number& b) { return b > a ? b : a; }
Tensor times(const Tensor& t, const Number& n) { return n.is_tensor() ? t.mul(n.tensor()) : t.mul(n.value()); }

// Where a line search looked: how far along the direction, with the loss, the gradient and the slope there.
struct Point {
  Number t;
  double f = 0;
  Tensor g;
  Number slope;
};

// Where the cubic through two points with their slopes is lowest, kept within bounds.
Number cubic_interpolate(const Point& a, const Point& b, const Number& low, const Number& high) {
  const Number d1 = a.slope + b.slope - Number(3 * (a.f - b.f)) / (a.t - b.t);
  const Number square = d1.square() - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2.0;
  const Number d2 = square.root();
  const Number best = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + Number(2) * d2))
                                 : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + Number(2) * d2));
  return least(most(best, low), high);
}

int64_t most_evaluations(const LBFGSOptions& o) { return o.max_eval().value_or(o.max_iter() * 5 / 4); }

std::vector<Tensor> as_real(std::vector<Tensor> tensors) {
  for (Tensor& t : tensors) {
    if (is_complex(t.dtype())) t = view_as_real(t);
  }
  return tensors;
}

}  // namespace

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions options)
    : Optimizer(std::move(groups), std::make_unique<LBFGSOptions>(options)) {
  watch_steps();
  check_value(options.lr() >= 0, "Invalid learning rate: {}. lr must be 0 or more, for example lr=1e-2", options.lr());
  check_value(param_groups().size() == 1,
              "LBFGS doesn't support per-parameter options (parameter groups), but got {} groups",
              param_groups().size());
  auto* own = dynamic_cast<LBFGSOptions*>(&param_groups()[0].options());
  check_type(own != nullptr, "the parameter group has the options of another optimizer; give it LBFGSOptions");
  own->max_eval(most_evaluations(*own));
}

void LBFGS::update(Work&, const OptimizerOptions&) {
  fail(ErrorKind::kRuntime, "LBFGS needs a closure that recomputes the loss: call step(closure)");
}

Tensor LBFGS::flat_grad() {
  std::vector<Tensor> grads;
  for (const Tensor& p : params()) grads.push_back(p.grad().defined() ? p.grad() : zeros_like(p));
  grads = as_real(std::move(grads));
  for (Tensor& g : grads) g = g.reshape({-1});
  return cat(grads, 0);
}

// Moves all parameters along their part of a flat direction.
void LBFGS::move(double t, const Tensor& d) {
  int64_t offset = 0;
  for (Tensor& p : as_real(params())) {
    p.add_(d.slice(0, offset, offset + p.numel()).view(p.sizes()), t);
    offset += p.numel();
  }
}

// Takes a change of the gradient and the step that caused it into the history.
void LBFGS::remember(const Tensor& change, const Tensor& step, int64_t history_size) {
  const Tensor product = change.dot(step);
  if (!(product > 1e-10).item<bool>()) return;
  Memory& m = memory_;
  if (static_cast<int64_t>(m.old_dirs.size()) == history_size) {
    for (auto* old : {&m.old_dirs, &m.old_stps, &m.ro}) {
      if (!old->empty()) old->erase(old->begin());
    }
  }
  m.old_dirs.push_back(change);
  m.old_stps.push_back(step);
  m.ro.push_back(1.0 / product);
  m.h_diag = product / change.dot(change);
}

// The gradient times the approximate inverse curvature, downwards: the two loops of L-BFGS.
Tensor LBFGS::direction(const Tensor& grad) const {
  const Memory& m = memory_;
  std::vector<Tensor> al(m.old_dirs.size());
  Tensor q = grad.neg();
  for (size_t i = al.size(); i-- > 0;) {
    al[i] = m.old_stps[i].dot(q) * m.ro[i];
    q.add_(m.old_dirs[i], -al[i].item<double>());
  }
  Tensor r = m.h_diag.defined() ? q.mul(m.h_diag) : q.mul(1);
  for (size_t i = 0; i < al.size(); ++i) {
    r.add_(m.old_stps[i], (al[i] - m.old_dirs[i].dot(r) * m.ro[i]).item<double>());
  }
  return r;
}

// Looks along a direction for a point that satisfies the strong Wolfe conditions (Nocedal & Wright 2006, 3.5 and 3.6).
struct LBFGS::Search {
  static constexpr double kArmijo = 1e-4, kCurvature = 0.9;
  LBFGS& self;
  LossClosure& closure;
  Tensor d;
  Point start;
  int64_t limit;  // evaluations in all
  std::vector<Tensor> x = {};
  int64_t evaluations = 0, rounds = 0;
  bool done = false;

  Point at(const Number& t) {
    ++evaluations;
    self.move(t.value(), d);
    const double loss = closure().item<double>();
    Tensor g = self.flat_grad();
    for (size_t i = 0; i < x.size(); ++i) self.params()[i].copy_(x[i]);
    const Tensor slope = g.dot(d);
    return {t, loss, std::move(g), slope};
  }
  bool too_high(const Point& p) const { return Number(p.f) > Number(start.f) + Number(kArmijo) * p.t * start.slope; }
  bool flat(const Point& p) const { return p.slope.size() <= Number(-kCurvature) * start.slope; }

  // One point that will do, or two with such a point between them.
  std::vector<Point> bracket(const Number& first) {
    Point previous = start, point = at(first);
    while (rounds < limit) {
      if (too_high(point) || (rounds > 1 && point.f >= previous.f)) return {previous, point};
      if (flat(point)) {
        done = true;
        return {point};
      }
      if (point.slope >= 0) return {previous, point};
      const Number low = point.t + Number(0.01) * (point.t - previous.t), high = point.t * Number(10);
      const Number t = cubic_interpolate(previous, point, low, high);
      previous = std::move(point);
      point = at(t);
      ++rounds;
    }
    return {start, point};
  }

  // The next place to look at between two points; steps off an end when it came too close to one twice.
  Number between(const Point& a, const Point& b, bool& stalled) const {
    const Number left = least(a.t, b.t), right = most(a.t, b.t);
    const bool in_order = a.t <= b.t;
    Number t = cubic_interpolate(a, b, in_order ? a.t : b.t, in_order ? b.t : a.t);
    const Number margin = Number(0.1) * (right - left);
    if (!(least(right - t, t - left) < margin)) {
      stalled = false;
    } else if (stalled || t >= right || t <= left) {
      t = (t - right).size() < (t - left).size() ? right - margin : left + margin;
      stalled = false;
    } else {
      stalled = true;
    }
    return t;
  }

  Point run(const Number& first, double tolerance_change) {
    for (const Tensor& p : self.params()) x.push_back(p.clone());
    const Number largest = d.abs().max();
    std::vector<Point> ends = bracket(first);
    bool stalled = false;
    size_t low = ends[0].f <= ends.back().f ? 0 : 1;
    while (!done && rounds < limit) {
      if ((ends[1].t - ends[0].t).size() * largest < Number(tolerance_change)) break;
      Point point = at(between(ends[0], ends[1], stalled));
      ++rounds;
      if (too_high(point) || point.f >= ends[low].f) {
        ends[1 - low] = std::move(point);
        low = ends[0].f <= ends[1].f ? 0 : 1;
      } else {
        if (flat(point))
          done = true;
        else if (point.slope * (ends[1 - low].t - ends[low].t) >= 0)
          ends[1 - low] = ends[low];
        ends[low] = std::move(point);
      }
    }
    return ends[low];
  }
};

struct LBFGS::Round {
  const LBFGSOptions& options;
  LossClosure& closure;
  double loss;
  Tensor grad;
  int64_t evaluations, iteration;
};

bool LBFGS::iterate(Round& round) {
  const LBFGSOptions& o = round.options;
  Memory& m = memory_;
  const auto small_grad = [&] { return (round.grad.abs().max() <= o.tolerance_grad()).item<bool>(); };
  const bool fresh = ++m.n_iter == 1;
  if (fresh) {
    m.d = round.grad.neg();
    m.h_diag = Tensor();
  } else {
    const Number t = m.t.dtype() == kDouble && m.d.dtype() != kDouble ? Number(m.t.item<double>()) : Number(m.t);
    remember(round.grad.sub(m.prev_flat_grad), times(m.d, t), o.history_size());
    m.d = direction(round.grad);
  }
  m.prev_flat_grad = round.grad.clone();
  m.prev_loss = round.loss;
  const double previous_loss = round.loss;
  Number t = fresh ? least(1.0, Number(1.0) / Number(round.grad.abs().sum())) * Number(o.lr()) : Number(o.lr());
  const auto keep = [&] { m.t = t.is_tensor() ? t.tensor() : full({}, t.value(), TensorOptions(kDouble)); };
  keep();
  const Tensor slope = round.grad.dot(m.d);
  if ((slope > -o.tolerance_change()).item<bool>()) return false;

  int64_t used = 0;
  bool small = false;
  if (o.line_search_fn()) {
    Search search{
        *this, round.closure, m.d, {0.0, round.loss, round.grad, slope}, most_evaluations(o) - round.evaluations};
    Point best = search.run(t, o.tolerance_change());
    t = best.t;
    keep();
    round.loss = best.f;
    round.grad = std::move(best.g);
    used = search.evaluations;
    move(t.value(), m.d);
    small = small_grad();
  } else {
    move(t.value(), m.d);
    if (round.iteration != o.max_iter()) {  // the next step begins with this evaluation
      round.loss = round.closure().item<double>();
      round.grad = flat_grad();
      small = small_grad();
      used = 1;
    }
  }
  round.evaluations += used;
  m.func_evals += used;
  return round.evaluations < most_evaluations(o) && !small &&
         !(times(m.d, t).abs().max() <= o.tolerance_change()).item<bool>() &&
         !(std::abs(round.loss - previous_loss) < o.tolerance_change());
}

Tensor LBFGS::step_with(LossClosure& closure) {
  NoGradGuard guard;
  const auto* own = dynamic_cast<const LBFGSOptions*>(&param_groups()[0].options());
  check_type(own != nullptr, "the parameter group has the options of another optimizer; give it LBFGSOptions");
  const LBFGSOptions& o = *own;
  check(!o.line_search_fn() || *o.line_search_fn() == "strong_wolfe",
        "only 'strong_wolfe' is supported, but line_search_fn is '{}'", o.line_search_fn().value_or(""));
  Tensor first = closure();
  Round round{o, closure, first.item<double>(), flat_grad(), 1, 1};
  ++memory_.func_evals;
  if ((round.grad.abs().max() <= o.tolerance_grad()).item<bool>()) return first;
  for (; round.iteration <= o.max_iter(); ++round.iteration) {
    if (!iterate(round)) break;
  }
  return first;
}

// ---- saving ---------------------------------------------------------------------------------------------------------------

namespace {

Tensor whole(int64_t n) { return full({}, n, TensorOptions(kLong)); }

}  // namespace

void LBFGS::save_more(NamedTensors& out) const {
  const Memory& m = memory_;
  if (m.func_evals == 0) return;
  out.emplace_back("state.0.func_evals", whole(m.func_evals));
  out.emplace_back("state.0.n_iter", whole(m.n_iter));
  if (m.n_iter == 0) return;
  out.emplace_back("state.0.d", m.d);
  out.emplace_back("state.0.t", m.t);
  for (size_t i = 0; i < m.ro.size(); ++i) {
    out.emplace_back(format("state.0.old_dirs.{}", i), m.old_dirs[i]);
    out.emplace_back(format("state.0.old_stps.{}", i), m.old_stps[i]);
    out.emplace_back(format("state.0.ro.{}", i), m.ro[i]);
  }
  if (m.h_diag.defined()) out.emplace_back("state.0.H_diag", m.h_diag);
  out.emplace_back("state.0.prev_flat_grad", m.prev_flat_grad);
  out.emplace_back("state.0.prev_loss", full({}, m.prev_loss, TensorOptions(kDouble)));
}

size_t LBFGS::load_more(const NamedTensors& state) {
  Memory loaded;
  size_t used = 0;
  for (const auto& [name, tensor] : state) {
    const std::string_view prefix = "state.0.";
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string key = name.substr(prefix.size());
    const auto starts = [&](std::string_view with) { return key.compare(0, with.size(), with) == 0; };
    ++used;
    if (key == "func_evals")
      loaded.func_evals = tensor.item<int64_t>();
    else if (key == "n_iter")
      loaded.n_iter = tensor.item<int64_t>();
    else if (key == "prev_loss")
      loaded.prev_loss = tensor.item<double>();
    else if (key == "d")
      loaded.d = tensor.clone();
    else if (key == "t")
      loaded.t = tensor.clone();
    else if (key == "H_diag")
      loaded.h_diag = tensor.clone();
    else if (key == "prev_flat_grad")
      loaded.prev_flat_grad = tensor.clone();
    else if (starts("old_dirs."))
      loaded.old_dirs.push_back(tensor.clone());
    else if (starts("old_stps."))
      loaded.old_stps.push_back(tensor.clone());
    else if (starts("ro."))
      loaded.ro.push_back(tensor.clone());
    else
      --used;
  }
  check_value(
      loaded.n_iter == 0 || (loaded.d.defined() && loaded.t.defined() && loaded.prev_flat_grad.defined() &&
                             loaded.old_dirs.size() == loaded.ro.size() && loaded.old_stps.size() == loaded.ro.size()),
      "load_state_dict: the state of LBFGS is not whole; it must hold d, t, prev_flat_grad and as many old_dirs "
      "as old_stps and ro");
  memory_ = std::move(loaded);
  return used;
}

}  // namespace rushlight::optim
