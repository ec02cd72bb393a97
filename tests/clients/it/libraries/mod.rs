//! Client libraries that we did not write.
