"""The whole way on real servers, with the programs that `make run` starts."""
