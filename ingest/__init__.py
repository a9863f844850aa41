"""The running service: front ends, worker, server and command line."""
