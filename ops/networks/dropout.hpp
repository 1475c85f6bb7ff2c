#pragma once

#include "engram/core/random.hpp"
#include "engram/core/var.hpp"

namespace engram {

/// Sets each value to 0 with probability p and scales the others, so that the mean stays.
///
/// Shapes:     any
/// Forward:    y = x m, with m = 0 with probability p, else 1 / (1 - p), drawn from `random`
/// Derivative: dx = dy m
/// Saves:      m
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     `Error` unless 0 <= p < 1
/// Source:     N. Srivastava et al. (2014), "Dropout", JMLR 15 (scaled while training)
template <class T>
Var<T> dropout(const Var<T>& x, double p, Random& random, Site site = Site::current());

/// The m of `dropout`, for a program that uses one in several places: a constant.
///
/// Shapes:     `shape`
/// Forward:    m = 0 with probability p, else 1 / (1 - p), drawn from `random`
/// Derivative: none: it depends on no value
/// Saves:      nothing
/// Order:      any
/// Accuracy:   exact
/// Throws:     as `dropout`
/// Source:     as `dropout`
template <class T>
Var<T> dropout_mask(Tape<T>& tape, const Shape& shape, double p, Random& random,
                    Site site = Site::current());

/// Dropout with one mask for all steps of a sequence.
///
/// Shapes:     x [T, ...]
/// Forward:    y[t] = x[t] m, with m [...] as in `dropout`
/// Derivative: dx[t] = dy[t] m
/// Saves:      m
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     `Error` for a scalar, and unless 0 <= p < 1
/// Source:     Y. Gal and Z. Ghahramani (2016), "A theoretically grounded application of dropout in
///             recurrent neural networks"
template <class T>
Var<T> variational_dropout(const Var<T>& x, double p, Random& random, Site site = Site::current());

/// A state of which each element stays as it was before the step with probability p: training.
///
/// Shapes:     before and after of one shape
/// Forward:    y = m before + (1 - m) after, with m = 1 with probability p, else 0, drawn from
///             `random`
/// Derivative: dbefore = dy m, dafter = dy (1 - m)
/// Saves:      m
/// Order:      any
/// Accuracy:   exact; derivatives 1 ulp of x
/// Throws:     `Error` for shapes that differ, and unless 0 <= p <= 1
/// Source:     D. Krueger et al. (2017), "Zoneout"
template <class T>
Var<T> zoneout(const Var<T>& before, const Var<T>& after, double p, Random& random,
               Site site = Site::current());
/// The mean of what training draws: evaluation. y = p before + (1 - p) after; otherwise as above.
template <class T>
Var<T> zoneout(const Var<T>& before, const Var<T>& after, double p, Site site = Site::current());

/// Weights without some of the connections: drop once, and use the result at every step.
///
/// Shapes:     any
/// Forward:    y = w m, with m as in `dropout`
/// Derivative: dw = dy m
/// Saves:      m
/// Order:      any
/// Accuracy:   2 ulp; derivatives 2 ulp of x
/// Throws:     `Error` unless 0 <= p < 1
/// Source:     L. Wan et al. (2013), "Regularization of neural networks using DropConnect"; S.
///             Merity, N. Keskar and R. Socher (2018), "Regularizing and optimizing LSTM language
///             models"
template <class T>
Var<T> weight_drop(const Var<T>& w, double p, Random& random, Site site = Site::current());

}  // namespace engram
