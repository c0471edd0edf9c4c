"""What holds for every test: property tests are judged by what they find, never by how fast the machine is."""

from hypothesis import settings

settings.register_profile("tandem", deadline=None)
settings.load_profile("tandem")
