"""Order: sort, argsort, topk."""

op("sort(T self, int dim=-1, bool descending=False) -> (T values, T indices)", out="Expected out tensor to have dtype", meta="meta::sort(self, dim)", kernel="sort_values",
   grad={"self": "sort_backward(grad_values, self.sizes(), dim, indices)"}, samples=["(randn(3, 5),)", "(randn(3, 5), 0, True)", "(tensor([3, 1, 2]),)"],
   bench="(m, 1)", doc="The elements along a dimension in order, and where they were; equal elements keep their order, NaN is the largest.")
op("sort(T self, *, bool? stable, int dim=-1, bool descending=False) -> (T values, T indices)", out="Expected out tensor to have dtype", overload="stable", meta="meta::sort(self, dim)", kernel="sort_stable",
   grad={"self": "sort_backward(grad_values, self.sizes(), dim, indices)"}, samples=["(randn(3, 5),), dict(stable=True)"],
   doc="As sort, which is always stable.")
composite("argsort(T self, int dim=-1, bool descending=False) -> T", samples=["(randn(3, 5),)", "(randn(3, 5), 0, True)"], ref="lambda x, d=-1, r=False: np.argsort(-x if r else x, d, kind='stable')",
          bench="(m, 1)", doc="The indices that sort a dimension.")
composite("argsort(T self, *, bool stable, int dim=-1, bool descending=False) -> T", overload="stable", samples=["(randn(3, 5),), dict(stable=True)"], doc="The indices that sort a dimension; always stable.")
composite("msort(T self) -> T", samples=["(randn(3, 5),)"], ref="lambda x: np.sort(x, 0)", out="Expected out tensor to have dtype", bench="(m)", doc="Sorted along the first dimension.")
op("topk(T self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (T values, T indices)", out="Expected out tensor to have dtype", meta="meta::topk(self, k, dim)",
   grad={"self": "sort_backward(grad_values, self.sizes(), dim, indices)"}, samples=["(randn(3, 5), 2)", "(randn(3, 5), 2, 0, False)", "(randn(6), 6)"],
   bench="(m, 2, 1)", doc="The k largest (or smallest) elements along a dimension in order, and where they were.")
