"""Windows: untested, so there is no code yet; it will implement `base.Platform`.

Planned: WMI for facts, Job Objects for `end_group`, the service control manager and the event log for
health, DPAPI for the device key, a named pipe with an access list in place of the consent socket.
"""

IS_TESTED = False
