from hypothesis import HealthCheck, settings

# Time says nothing on a busy machine, neither of an example nor of how long it took to draw.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
