"""The one way in which bytes from the other side are refused."""


class ProtocolError(Exception):
    """What was received breaks the protocol; `code` is stable, `detail` names the place for a log.

    After it was raised by a connection, that connection is closed for good.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
