"""What happens to a gradient on its way back, and what can be done about it.

unrolled    a step applied over time, and the graph that autograd records of it
bptt        the gradient of all that, by hand
check       finite differences
jacobians   products of Jacobians by lag: norms, singular values, predicted rates
starts      initial weights that set the rate: identity, orthogonal, by radius
clipping    a bound on the norm of a gradient, and a cliff that needs it
"""
