"""macOS: untested, so there is no code yet; it will implement `base.Platform`.

Planned: sysctl and system_profiler for facts, process groups as on Linux, launchd and the unified log for
health, the Keychain for the device key, `open` for the consent page.
"""

IS_TESTED = False
