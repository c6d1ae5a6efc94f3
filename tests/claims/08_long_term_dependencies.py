"""What chapter 8 claims, number by number."""

CLAIMS = {
    # an untrained net of gain 1 shrinks every direction; gain 2 explodes in a few
    "largest_20": lambda value: 1e-3 < value < 0.1,
    "median_20": lambda value: value < 1e-5,
    "largest_gain_2": lambda value: value > 100,
    # the decay is exponential at the predicted rate
    "rate_1": lambda rate: 0.7 < rate < 0.85,
    "predicted_1": lambda rate: 0.7 < rate < 0.85,
    "rate_error": lambda percent: percent < 6,
    # a norm near 2 and a radius near 1, and gradients shrink nevertheless
    "norm_1": lambda norm: 1.8 < norm < 2.2,
    "radius_1": lambda radius: 0.85 < radius < 1.15,
    # radius 0.9, and powers that grow first: max of 4 k 0.9^(k-1)
    "transient_top": lambda norm: 15 < norm < 16,
    "transient_lag": lambda lag: lag in (9, 10),
    # one unit: where the gradient is largest the sign is lost, and the other way round
    "best_w": lambda w: 0.9 <= w <= 1.1,
    "best_kept": lambda percent: 50 <= percent < 60,
    "safe_w": lambda w: 1.2 < w < 1.6,
    "safe_left": lambda gradient: gradient < 1e-7,
    # trained networks: safe ones have no gradient, those with a gradient lose the sign
    "num_solved": lambda count: 32 <= count <= 40,
    "num_gone": lambda count: count >= 8,
    "gone_worst": lambda percent: percent > 95,
    "num_alive": lambda count: count >= 8,
    "alive_mean": lambda percent: 70 < percent < 92,
    # one of them has no direction left, the other has one that neither grows nor fades
    "safe_20": lambda value: value < 1e-5,
    "alive_20": lambda value: 0.5 < value < 2,
    "third_20": lambda value: value < 1e-3,
    # the published claim: SGD falls towards 0 between 10 and 20 steps; Adam later
    "sgd_10": lambda runs: runs >= 32,
    "sgd_15": lambda runs: 4 <= runs <= 20,
    "sgd_20": lambda runs: runs <= 8,
    "sgd_25": lambda runs: runs <= 4,
    "adam_20": lambda runs: runs >= 24,
    "adam_25": lambda runs: 12 <= runs <= 36,
    # guessing solves a span of 100
    "guess_every": lambda guesses: 12 < guesses < 50,
    # a cliff: one step throws the bias away, clipped ones stay at its edge
    "steepest": lambda gradient: gradient > 1000,
    "thrown_to": lambda bias: bias > 30,
    "stays_at": lambda bias: -0.56 < bias < -0.5,
    # clipping rescues the exploding case
    "clip_no": lambda runs: runs <= 2,
    "clip_nan": lambda runs: runs >= 36,
    "clip_yes": lambda runs: runs >= 36,
    # fresh LSTMs and GRUs vanish too; better starts do not
    "rnn_20": lambda value: value < 1e-4,
    "orthogonal_20": lambda value: 0.03 < value < 0.5,
    "irnn_20": lambda value: 0.6 < value < 1.3,
    "lstm_20": lambda value: value < 1e-3,
    "gru_20": lambda value: value < 1e-3,
    # and one bit over 20 steps is then learnt by plain SGD
    "orthogonal_solved": lambda runs: runs >= 36,
}
