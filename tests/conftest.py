"""Settings of all tests."""

from hypothesis import settings

# How long an example takes says more about the machine and its neighbours than about what is tested.
settings.register_profile("esozflow", deadline=None)
settings.load_profile("esozflow")
