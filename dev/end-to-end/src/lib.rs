//! Camera to viewer through both services and a real NATS: the checks are the tests of this package.
