//! What the repository says of itself, held against what it is: the checks are the tests of this package.
