#include "engram/core/product/onednn.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <tuple>

#include <dnnl.hpp>

// The OpenMP that oneDNN uses; a oneDNN made with another runtime leaves them null.
extern "C" {
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int count);
}

namespace engram::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// Holds oneDNN to the calling thread, as `gemm` promises, and leaves the caller's own use of
// OpenMP as it was: the setting belongs to the thread.
class OneThread {
 public:
  OneThread() {
    if (before_ > 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ > 1) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = omp_get_max_threads && omp_set_num_threads ? omp_get_max_threads() : 1;
};

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}
dnnl::stream& stream() {
  thread_local dnnl::stream stream(cpu());
  return stream;
}

memory::desc matrix(Index rows, Index columns, Tag tag) {
  return memory::desc({rows, columns}, memory::data_type::f32, tag);
}

// oneDNN 2 describes the operation first, oneDNN 3 does not.
template <class MatMul>
auto describe(const memory::desc& a, const memory::desc& b, const memory::desc& c,
              bool accumulate) {
  dnnl::primitive_attr attributes;
  // The default scratchpad belongs to the primitive, and two threads may run it at once.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (accumulate) {
    dnnl::post_ops sum;
    sum.append_sum(1.F);
    attributes.set_post_ops(sum);
  }
  if constexpr (requires { typename MatMul::desc; }) {
    return typename MatMul::primitive_desc(typename MatMul::desc(a, b, c), attributes, cpu());
  } else {
    return typename MatMul::primitive_desc(cpu(), a, b, c, attributes);
  }
}

// How products of some sizes are made; any number of threads use it at once.
struct Plan {
  memory::desc a, plain, packed, c, scratch;
  dnnl::matmul write, add;
  dnnl::reorder pack;

  Plan(Transpose tb, Index m, Index n, Index k)
      : a(matrix(m, k, Tag::ab)),
        plain(matrix(k, n, tb == Transpose::yes ? Tag::ba : Tag::ab)),
        c(matrix(m, n, Tag::ab)) {
    const auto writes = describe<dnnl::matmul>(a, matrix(k, n, Tag::any), c, false);
    packed = writes.weights_desc();
    const auto adds = describe<dnnl::matmul>(a, packed, c, true);
    const memory::desc one = writes.scratchpad_desc(), other = adds.scratchpad_desc();
    scratch = one.get_size() > other.get_size() ? one : other;
    write = dnnl::matmul(writes);
    add = dnnl::matmul(adds);
    pack = dnnl::reorder(dnnl::reorder::primitive_desc(cpu(), plain, cpu(), packed));
  }
};

// The plan for these sizes, made once: that takes some hundred microseconds.
std::shared_ptr<const Plan> plan(Transpose tb, Index m, Index n, Index k) {
  static std::mutex mutex;
  static std::map<std::tuple<Transpose, Index, Index, Index>, std::shared_ptr<const Plan>> plans;
  constexpr std::size_t kMost = 1000;  // sizes that come once each must not fill the memory
  const std::lock_guard lock(mutex);
  const auto key = std::tuple(tb, m, n, k);
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  if (plans.size() >= kMost) plans.clear();
  return plans[key] = std::make_shared<Plan>(tb, m, n, k);
}

// oneDNN's handles are made once and pointed to other numbers: making one takes memory.
class PackedMatMul final : public Packed {
 public:
  PackedMatMul(std::shared_ptr<const Plan> plan, Pool& pool)
      : plan_(std::move(plan)),
        packed_(room(plan_->packed, pool)),
        scratch_(room(plan_->scratch, pool)),
        a_(plan_->a, cpu(), nullptr),
        plain_(plan_->plain, cpu(), nullptr),
        b_(plan_->packed, cpu(), packed_.edit()),
        c_(plan_->c, cpu(), nullptr),
        work_(plan_->scratch, cpu(), scratch_.edit()) {}

  void pack(const float* b) override {
    const OneThread one;
    point(plain_, b);
    run(plan_->pack, std::array{dnnl_exec_arg_t{DNNL_ARG_FROM, plain_.get()},
                                dnnl_exec_arg_t{DNNL_ARG_TO, b_.get()}});
  }
  void multiply(const float* a, float beta, float* c) override {
    const OneThread one;
    point(a_, a);
    point(c_, c);
    run(beta == 0 ? plan_->write : plan_->add,
        std::array{dnnl_exec_arg_t{DNNL_ARG_SRC, a_.get()},
                   dnnl_exec_arg_t{DNNL_ARG_WEIGHTS, b_.get()},
                   dnnl_exec_arg_t{DNNL_ARG_DST, c_.get()},
                   dnnl_exec_arg_t{DNNL_ARG_SCRATCHPAD, work_.get()}});
  }

 private:
  static Array<float> room(const memory::desc& what, Pool& pool) {
    constexpr Index kRow = 1024;  // more than one axis can have are spread over two
    const auto floats = static_cast<Index>((what.get_size() + sizeof(float) - 1) / sizeof(float));
    const Shape one{std::min(floats, kMaxExtent)}, two{floats / kRow + 1, kRow};
    return Array<float>::uninitialized(floats == one.size() ? one : two, pool);
  }
  static void point(memory& handle, const float* data) {
    dnnl::error::wrap_c_api(dnnl_memory_set_data_handle(handle.get(), const_cast<float*>(data)),
                            "a matrix product");
  }
  template <std::size_t N>
  static void run(const dnnl::primitive& what, const std::array<dnnl_exec_arg_t, N>& with) {
    dnnl::error::wrap_c_api(dnnl_primitive_execute(what.get(), stream().get(), N, with.data()),
                            "a matrix product");
  }

  std::shared_ptr<const Plan> plan_;
  Array<float> packed_, scratch_;
  memory a_, plain_, b_, c_, work_;
};

}  // namespace

std::string name() {
  const dnnl_version_t* v = dnnl_version();
  return text("oneDNN ", v->major, ".", v->minor, ".", v->patch);
}

bool gemm(Transpose ta, Transpose tb, Index m, Index n, Index k, const float* a, Index lda,
          const float* b, Index ldb, float beta, float* c, Index ldc) {
  const OneThread one;
  const auto flag = [](Transpose t) { return t == Transpose::yes ? 'T' : 'N'; };
  return dnnl_sgemm(flag(ta), flag(tb), m, n, k, 1.F, a, lda, b, ldb, beta, c, ldc) == dnnl_success;
}

std::unique_ptr<Packed> packed(Transpose tb, Index m, Index n, Index k, Pool& pool) {
  const OneThread one;
  return std::make_unique<PackedMatMul>(plan(tb, m, n, k), pool);
}

}  // namespace engram::onednn
