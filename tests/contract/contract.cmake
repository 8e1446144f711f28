# One suite per port of a store, run over every implementation and over the fakes that other tests use.
urltrim_test(contract stores DEPENDS urltrim_sqlite)
