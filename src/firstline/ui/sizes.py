"""Sizes of files and memory in words: 84 KB, 9.8 GB."""

_UNITS = ("KB", "MB", "GB", "TB")


def file_size(count: float) -> str:
    """Bytes as people say them; in steps of 1024, as the machines show them."""
    if count < 1024:
        return f"{int(count)} B"
    value = float(count)
    for unit in _UNITS:
        value /= 1024
        if value < 1000 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
