"""Wrong answers to `spectral_radius_scale`, each with what it is and a hint."""

import torch


def by_the_spectral_norm(W, rho):
    """a matrix scaled by its spectral norm

    The radius is the largest absolute eigenvalue; the norm is a singular value.
    """
    return W * (rho / torch.linalg.matrix_norm(W, ord=2))


def by_the_frobenius_norm(W, rho):
    """a matrix scaled by its Frobenius norm

    `W.norm()` is the Frobenius norm; the radius is the largest absolute eigenvalue.
    """
    return W * (rho / W.norm())


def by_the_largest_element(W, rho):
    """a matrix scaled by its largest element

    Eigenvalues are not elements: torch.linalg.eigvals.
    """
    return W * (rho / W.abs().max())


def by_the_row_sums(W, rho):
    """a matrix scaled by the largest sum of a row

    That is a norm, an upper bound of the radius; use the eigenvalues.
    """
    return W * (rho / W.abs().sum(1).max())


def by_the_column_sums(W, rho):
    """a matrix scaled by the largest sum of a column

    That is a norm, an upper bound of the radius; use the eigenvalues.
    """
    return W * (rho / W.abs().sum(0).max())


def largest_real_part(W, rho):
    """the largest real part of an eigenvalue

    A complex number is as large as its absolute value: .abs().
    """
    return W * (rho / torch.linalg.eigvals(W).real.max())


def absolute_real_part(W, rho):
    """the largest absolute real part of an eigenvalue

    A complex number is as large as its absolute value: .abs(), not .real.abs().
    """
    return W * (rho / torch.linalg.eigvals(W).real.abs().max())


def smallest_eigenvalue(W, rho):
    """the smallest eigenvalue

    The radius is the largest absolute value.
    """
    return W * (rho / torch.linalg.eigvals(W).abs().min())


def first_eigenvalue(W, rho):
    """the eigenvalue that happens to come first

    eigvals does not sort: take the largest of the absolute values.
    """
    return W * (rho / torch.linalg.eigvals(W).abs()[0])


def mean_eigenvalue(W, rho):
    """the mean of the absolute eigenvalues

    The radius is the largest of them.
    """
    return W * (rho / torch.linalg.eigvals(W).abs().mean())


def sum_of_eigenvalues(W, rho):
    """the sum of the absolute eigenvalues

    The radius is the largest of them: .max().
    """
    return W * (rho / torch.linalg.eigvals(W).abs().sum())


def as_if_symmetric(W, rho):
    """eigenvalues as if the matrix were symmetric

    eigvalsh reads one triangle only; W has no symmetry: eigvals.
    """
    return W * (rho / torch.linalg.eigvalsh(W).abs().max())


def symmetric_part(W, rho):
    """the radius of the symmetric part of W

    W itself is scaled, and its own eigenvalues count.
    """
    return W * (rho / torch.linalg.eigvalsh((W + W.T) / 2).abs().max())


def by_the_determinant(W, rho):
    """the determinant in place of the radius

    The determinant is the product of all eigenvalues; the radius is the largest.
    """
    return W * (rho / torch.linalg.det(W).abs() ** (1 / len(W)))


def by_the_trace(W, rho):
    """the trace in place of the radius

    The trace is the sum of all eigenvalues; the radius is the largest.
    """
    return W * (rho / W.trace())


def rho_forgotten(W, rho):
    """a matrix of radius 1

    Divide by the radius and multiply by rho.
    """
    return W / torch.linalg.eigvals(W).abs().max()


def radius_forgotten(W, rho):
    """a matrix multiplied by rho as it is

    W has a radius of its own: divide by it first.
    """
    return W * rho


def upside_down(W, rho):
    """the factor upside down

    The radius of c W is c times that of W: c must be rho / radius.
    """
    return W * (torch.linalg.eigvals(W).abs().max() / rho)


def multiplied_by_both(W, rho):
    """a matrix multiplied by rho and by its radius

    Divide by the radius that W has.
    """
    return W * (rho * torch.linalg.eigvals(W).abs().max())


def only_down(W, rho):
    """a matrix that is only ever scaled down

    Scale up too: the radius asked for may be larger.
    """
    return W * (rho / torch.linalg.eigvals(W).abs().max()).clamp(max=1)


def root_of_the_factor(W, rho):
    """a square root of the factor

    Eigenvalues grow with the factor itself.
    """
    return W * (rho / torch.linalg.eigvals(W).abs().max()).sqrt()


def radius_of_the_gram_matrix(W, rho):
    """the radius of W Wᵀ, the square of a norm

    Take the eigenvalues of W itself.
    """
    return W * (rho / torch.linalg.eigvals(W @ W.mT).abs().max())


def all_eigenvalues_alike(W, rho):
    """all eigenvalues with one absolute value

    Multiply the whole matrix by one number; smaller eigenvalues stay smaller.
    """
    values, vectors = torch.linalg.eig(W)
    alike = torch.diag(rho * values / values.abs())
    return (vectors @ alike @ torch.linalg.inv(vectors)).real


def shifted(W, rho):
    """rho added to the diagonal

    Multiply W; adding to its diagonal moves all eigenvalues.
    """
    radius = torch.linalg.eigvals(W).abs().max()
    identity = torch.eye(len(W), dtype=W.dtype, device=W.device)
    return W + (rho - radius) * identity


def transposed_result(W, rho):
    """a matrix that is transposed

    The eigenvalues do not tell, but W_hh is (old state, new state).
    """
    return spectral_radius_scale(W, rho).T


def complex_result(W, rho):
    """a complex result

    Divide by the absolute value, a real number, not by the eigenvalue.
    """
    values = torch.linalg.eigvals(W)
    return W * (rho / values[values.abs().argmax()])


def changed_in_place(W, rho):
    """a matrix that is changed in place

    `W *= …` changes the caller's tensor: return W * ….
    """
    W *= rho / torch.linalg.eigvals(W).abs().max()
    return W
