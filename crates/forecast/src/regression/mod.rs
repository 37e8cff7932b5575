//! Small regressions with a few parameters, fitted by Newton's method with analytic derivatives.

mod elastic_net;
mod newton;
mod ordered_logit;
mod poisson;

pub(crate) use self::{
    elastic_net::{Coefficients, ElasticNet, Examples, Penalty},
    newton::{Curvature, Maximum, maximise},
    ordered_logit::{DrawPrior, Graded, OrderedLogit},
    poisson::{Goals, LogLinearGoals},
};
