// The backward engine: iterative, dependency-counted, on the calling thread.
#include <algorithm>
#include <mutex>

#include "autograd/formulas.h"
#include "autograd/node.h"
#include "dispatch/body.h"
#include "rushlight/autograd.h"
#include "rushlight/ops.h"

namespace rushlight {

bool GradMode::is_enabled() noexcept { return detail::tls.grad_mode; }
void GradMode::set_enabled(bool enabled) noexcept { detail::tls.grad_mode = enabled; }

namespace {

// Note [Runs and records]
// A run keeps one record per reachable node: how many gradients are still to come, and the buffer they are summed into.
// A node finds its record through `run` (the id of the run that claimed it) and `slot`. A backward started inside a
// backward (a hook, checkpointing) may claim nodes of the outer run; it remembers what was there and puts it back.
struct Record {
  Node* node = nullptr;
  int32_t pending = 0;
  bool wanted = true;  // leads to one of the inputs that were asked for
  int32_t capture = -1;
  Tensor first;
  std::vector<Tensor> more;
  uint64_t outer_run = 0;
  uint32_t outer_slot = 0;

  Tensor& grad(uint32_t nr) { return nr == 0 ? first : more[nr - 1]; }
};

std::recursive_mutex& engine_mutex() {
  static auto* mutex = new std::recursive_mutex;  // leaked on purpose: threads may still run at exit
  return *mutex;
}
uint64_t last_run = 0;

struct Capture {
  Node* node;
  uint32_t nr;
  size_t result;
};

class Run {
 public:
  Run(bool keep_graph, bool create_graph) : keep_graph_(keep_graph), create_graph_(create_graph), id_(++last_run) {}
  ~Run() {
    for (auto& record : records_) {
      record.node->run = record.outer_run;
      record.node->slot = record.outer_slot;
    }
  }

  void add_root(const Edge& edge, const Tensor& gradient) {
    roots_.push_back(edge);
    discover(edge.fn.get());
    accumulate(edge, gradient);
  }
  // Gradients are wanted for these edges only; the rest of the graph is not entered.
  void capture(std::vector<Edge> edges, std::vector<Tensor>* results, bool accumulate_leaves) {
    wanted_ = std::move(edges);
    results_ = results;
    accumulate_leaves_ = accumulate_leaves;
  }
  void execute();
  uint64_t id() const { return id_; }
  bool will_run(const Node* node) const { return claimed(node) && (wanted_.empty() || records_[node->slot].wanted); }

 private:
  Record& record(Node* node) { return records_[node->slot]; }
  bool claimed(const Node* node) const { return node->run == id_; }
  void claim(Node* node) {
    Record r;
    r.node = node;
    r.outer_run = node->run;
    r.outer_slot = node->slot;
    if (node->more_outputs) r.more.resize(node->more_outputs->size());
    node->run = id_;
    node->slot = static_cast<uint32_t>(records_.size());
    records_.push_back(std::move(r));
  }
  void discover(Node* root);
  void accumulate(const Edge& edge, Tensor gradient, const Node* from = nullptr, uint32_t index = 0);
  void mark_wanted();
  Tensor fit(const Edge& edge, Tensor gradient, const Node* from, uint32_t index);
  void run_node(Node* node);
  void push(Node* node);

  bool keep_graph_, create_graph_;
  bool accumulate_leaves_ = true;
  uint64_t id_;
  std::vector<Record> records_;
  std::vector<Edge> roots_, wanted_;
  std::vector<Tensor>* results_ = nullptr;
  std::vector<Node*> ready_;  // a heap, youngest first
};

thread_local Run* t_run = nullptr;  // the innermost run of this thread

bool older(const Node* a, const Node* b) { return a->sequence < b->sequence; }

void Run::push(Node* node) {
  ready_.push_back(node);
  std::push_heap(ready_.begin(), ready_.end(), older);
}

// Claims every node that can be reached and counts the edges into each.
void Run::discover(Node* root) {
  if (claimed(root)) return;
  claim(root);
  std::vector<Node*> walk{root};
  while (!walk.empty()) {
    Node* node = walk.back();
    walk.pop_back();
    for (uint32_t i = 0; i < node->num_edges; ++i) {
      Node* next = node->edges[i].fn.get();
      if (!next) continue;
      if (!claimed(next)) {
        claim(next);
        walk.push_back(next);
      }
      ++record(next).pending;
    }
  }
}

bool expands_to(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 1; i <= from.size(); ++i) {
    if (from[from.size() - i] != 1 && from[from.size() - i] != to[to.size() - i]) return false;
  }
  return true;
}

// Sums a gradient that was broadcast back to the recorded shape, and gives it the recorded dtype.
Tensor Run::fit(const Edge& edge, Tensor gradient, const Node* from, uint32_t index) {
  const TensorMeta& meta = edge.fn.get()->output(edge.nr);
  if (gradient.sizes() != IntArrayRef(meta.sizes)) {
    check(expands_to(meta.sizes, gradient.sizes()),
          "Function {} returned an invalid gradient at index {} - got {} but expected shape compatible with {}",
          std::string_view(from ? from->name : "backward"), index, gradient.sizes(), meta.sizes);
    gradient = sum_to_size(gradient, meta.sizes);
  }
  // A real input of a complex result: only the real part of its gradient is a direction it can move in.
  if (is_complex(gradient.dtype()) && !is_complex(meta.dtype)) gradient = real(gradient);
  if (gradient.dtype() != meta.dtype) gradient = gradient.to(meta.dtype);
  return gradient;
}

void Run::accumulate(const Edge& edge, Tensor gradient, const Node* from, uint32_t index) {
  if (!gradient.defined()) return;
  Node* node = edge.fn.get();
  gradient = fit(edge, std::move(gradient), from, index);
  Tensor& buffer = record(node).grad(edge.nr);
  if (!buffer.defined()) {
    buffer = std::move(gradient);
    return;
  }
  TensorImpl* impl = buffer.impl();
  const bool own = !create_graph_ && impl->refs.load() == 1 && impl->storage->unique() && !impl->base &&
                   buffer.is_non_overlapping_and_dense();
  if (own)
    buffer.add_(gradient);
  else
    buffer = add(buffer, gradient);
}

// Walks the records against the flow (from inputs to roots): claimed order is not topological, so repeat by depth first.
void Run::mark_wanted() {
  for (auto& r : records_) r.wanted = false;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    Node* node = wanted_[i].fn.get();
    if (node && claimed(node)) record(node).wanted = true;
  }
  // A node leads to a wanted one if any successor does. Iterative post-order over the claimed graph.
  std::vector<std::pair<Node*, uint32_t>> stack;
  std::vector<uint8_t> state(records_.size(), 0);
  for (auto& root : roots_) {
    if (state[root.fn->slot]) continue;
    stack.push_back({root.fn.get(), 0});
    state[root.fn->slot] = 1;
    while (!stack.empty()) {
      auto& [node, at] = stack.back();
      if (at == node->num_edges) {
        Node* done = node;
        stack.pop_back();
        if (!stack.empty() && record(done).wanted) record(stack.back().first).wanted = true;
        continue;
      }
      Node* next = node->edges[at++].fn.get();
      if (!next) continue;
      if (state[next->slot]) {
        if (record(next).wanted) record(node).wanted = true;
      } else {
        state[next->slot] = 1;
        stack.push_back({next, 0});
      }
    }
  }
}

// Runs a node between its hooks, which see all gradients at once.
void run_hooked(Node* node, Tensor* grads, Tensor* results) {
  const size_t outputs = node->num_outputs(), edges = node->num_edges;
  const std::vector<NodeHookEntry> hooks = *node->node_hooks;  // a copy: a hook may add and remove hooks
  const auto take = [&](std::vector<Tensor> from, Tensor* to, size_t count, const char* what) {
    if (from.empty()) return;
    check(from.size() == count, "a hook of {} has returned an incorrect number of values (got {} {}, but expected {})",
          std::string_view(node->name), from.size(), std::string_view(what), count);
    std::move(from.begin(), from.end(), to);
  };
  for (const NodeHookEntry& entry : hooks)
    if (entry.before) take((*entry.hook)({}, {grads, grads + outputs}), grads, outputs, "grad_outputs");
  const std::vector<Tensor> seen(grads, grads + outputs);
  node->apply(grads, results);
  for (const NodeHookEntry& entry : hooks)
    if (!entry.before) take((*entry.hook)({results, results + edges}, seen), results, edges, "grad_inputs");
}

void Run::run_node(Node* node) {
  const uint32_t outputs = node->num_outputs(), edges = node->num_edges;
  Tensor grads_inline[2], results_inline[4];
  std::vector<Tensor> grads_heap(outputs > 2 ? outputs : 0), results_heap(edges > 4 ? edges : 0);
  Tensor* grads = outputs > 2 ? grads_heap.data() : grads_inline;
  Tensor* results = edges > 4 ? results_heap.data() : results_inline;
  Record& mine = record(node);
  bool any = false;
  for (uint32_t i = 0; i < outputs; ++i) {
    grads[i] = std::move(mine.grad(i));
    any |= grads[i].defined();
  }
  if (node->hooks) {
    for (int pass = 0; pass < 2; ++pass) {  // retain_grad sees what the other hooks made of the gradient
      for (auto& entry : std::vector<HookEntry>(*node->hooks)) {  // a copy: a hook may add and remove hooks
        if (entry.retains_grad != (pass == 1) || !grads[entry.output].defined()) continue;
        call_hook(entry, grads[entry.output]);
      }
    }
  }
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (results_ && wanted_[i].fn.get() == node) (*results_)[i] = grads[wanted_[i].nr];
  }
  if (node->is_accumulator() && !accumulate_leaves_) return;
  if (node->is_accumulator() && !wanted_.empty() && !results_ && !record(node).wanted) return;
  const bool useful = wanted_.empty() || node->is_accumulator() || [&] {
    for (uint32_t i = 0; i < edges; ++i) {
      if (Node* next = node->edges[i].fn.get(); next && record(next).wanted) return true;
    }
    return false;
  }();
  if (any && useful) {
    if (node->node_hooks) [[unlikely]]
      run_hooked(node, grads, results);
    else
      node->apply(grads, results);
    if (!keep_graph_ && !node->is_accumulator()) {
      node->release_saved();
      node->released = true;
    }
  }
  for (uint32_t i = 0; i < outputs; ++i) grads[i].reset();
  for (uint32_t i = 0; i < edges; ++i) {
    const Edge& edge = node->edges[i];
    if (!edge.fn) continue;
    if (useful) accumulate(edge, std::move(results[i]), node, i);
    if (--record(edge.fn.get()).pending == 0) push(edge.fn.get());
  }
}

void Run::execute() {
  if (!wanted_.empty()) mark_wanted();
  for (auto& root : roots_) {
    Node* node = root.fn.get();
    if (record(node).pending == 0 && std::find(ready_.begin(), ready_.end(), node) == ready_.end()) push(node);
  }
  AutoGradMode mode(create_graph_);
  struct Current {
    Run* before;
    explicit Current(Run* run) : before(std::exchange(t_run, run)) {}
    ~Current() { t_run = before; }
  } current(this);
  while (!ready_.empty()) {
    std::pop_heap(ready_.begin(), ready_.end(), older);
    Node* node = ready_.back();
    ready_.pop_back();
    NodeRef alive(node);
    run_node(node);
  }
}

Tensor root_gradient(const Tensor& output, const Tensor& gradient) {
  if (gradient.defined()) {
    check(gradient.sizes() == output.sizes(),
          "Mismatch in shape: grad_output[0] has a shape of {} and output[0] has a shape of {}.", gradient.sizes(),
          output.sizes());
    return gradient;
  }
  check(output.numel() == 1,
        "grad can be implicitly created only for scalar outputs, but got an output of shape {}; pass gradient=, or "
        "reduce "
        "it with sum() or mean()",
        output.sizes());
  check(!is_complex(output.dtype()),
        "grad can be implicitly created only for real scalar outputs but got {}; pass gradient=",
        to_string(output.dtype()));
  check(output.is_floating_point(), "grad can be implicitly created only for real scalar outputs but got {}",
        to_string(output.dtype()));
  return ones_like(output);
}

std::vector<Tensor> run_backward(TensorList outputs, TensorList grads, bool keep_graph, bool create_graph,
                                 TensorList inputs, bool capture) {
  std::lock_guard lock(engine_mutex());
  Run run(keep_graph, create_graph);
  std::vector<Tensor> results(capture ? inputs.size() : 0);
  std::vector<Edge> wanted;
  for (const auto& input : inputs) {
    check(detail::needs_grad(input),
          "One of the differentiated Tensors does not require grad (number {}, shape {}: call requires_grad_() on it "
          "before the outputs are computed)",
          wanted.size(), input.sizes());
    wanted.push_back(detail::gradient_edge(input));
  }
  {
    AutoGradMode mode(create_graph);
    for (size_t i = 0; i < outputs.size(); ++i) {
      check(detail::needs_grad(outputs[i]),
            "element {} of tensors does not require grad and does not have a grad_fn (shape {}: nothing that it was "
            "computed from requires grad, or it was computed under no_grad() or behind detach())",
            i, outputs[i].sizes());
      run.add_root(detail::gradient_edge(outputs[i]),
                   root_gradient(outputs[i], i < grads.size() ? grads[i] : Tensor()));
    }
  }
  run.capture(std::move(wanted), capture ? &results : nullptr, !capture);
  run.execute();
  return results;
}

}  // namespace

namespace detail {
uint64_t current_run() noexcept { return t_run ? t_run->id() : 0; }
bool will_run(const Node* node) noexcept { return t_run && node && t_run->will_run(node); }
}  // namespace detail

namespace autograd {

void backward(TensorList tensors, TensorList grad_tensors, std::optional<bool> retain_graph, bool create_graph,
              TensorList inputs) {
  check(grad_tensors.empty() || grad_tensors.size() == tensors.size(), "got {} tensors and {} gradients",
        tensors.size(), grad_tensors.size());
  run_backward(tensors, grad_tensors, retain_graph.value_or(create_graph), create_graph, inputs, false);
}

std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs,
                         std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  check_value(!inputs.empty(), "grad requires non-empty inputs.");
  check(grad_outputs.empty() || grad_outputs.size() == outputs.size(), "got {} outputs and {} gradients",
        outputs.size(), grad_outputs.size());
  auto results = run_backward(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, inputs, true);
  for (size_t i = 0; i < results.size(); ++i) {
    check(results[i].defined() || allow_unused,
          "The differentiated Tensor at index {} appears to not have been used in the graph. Set allow_unused=True if "
          "this is the desired behavior. (its shape is {}; no output was computed from it)",
          i, inputs[i].sizes());
  }
  return results;
}

}  // namespace autograd
}  // namespace rushlight
