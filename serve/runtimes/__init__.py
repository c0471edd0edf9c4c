"""How a deployment's programs are started and kept alive. A runtime starts things; it decides nothing about them."""
